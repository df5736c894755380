"""Pictures of stored series: they read datasets, draw with `matplotlib.figure.Figure`, and never run the model."""
