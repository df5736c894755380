"""Passages from one rule to another, each with its criterion in one place; called by the steps."""
