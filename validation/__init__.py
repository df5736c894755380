"""The slow science: what the model shows, measured by commands. `python -m validation` writes `docs/results/`."""
