"""Futures: the exact state of a run gone on from many times, and when the past had settled an outcome."""
