"""Reports: a run or a sweep as tables and figures, and as one page that needs nothing beside it."""
