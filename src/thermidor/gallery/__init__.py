"""The gallery: every system of the chapter as a row with an expectation, lived under one rule set and judged.

`rows.yaml` holds the rows, `contrasts.yaml` the causal claims as pairs; nothing here changes a run or is read by one.
"""
