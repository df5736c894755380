"""The lab: the theory in a browser. `thermidor lab` serves it; nothing here is imported by the rest of the program."""
