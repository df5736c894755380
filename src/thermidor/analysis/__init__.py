"""Analysis: statistics of many runs, what outcomes hang on, why they come, and where two runs part."""
