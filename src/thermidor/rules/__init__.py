"""The rules: one registry of every parameter, with unit, range, source and the claims it serves."""

from thermidor.rules.registry import Registry, Rule, load_rules

__all__ = ["Registry", "Rule", "load_rules"]
