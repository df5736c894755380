"""Fitting: a few rules of the model, drawn from their ranges, told apart by how near their runs come to targets.

The targets stand in `targets.yaml`; what is found is a set of weighted draws (a posterior) and no best estimate.

targets    what is aimed at, what only checks, and what nobody looks at
distance   how far members are from a target
evaluate   the distances of draws of the rules, each lived once and kept
screen     which rules move the distance most (Morris)
abc        population Monte Carlo with a falling threshold
work       all of it in order
write      what is left in the folder
"""
