"""The ledger: every claim of the chapter with an experiment that could refute it, and a test on the record."""
