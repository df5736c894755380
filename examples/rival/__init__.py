"""A rival's months: guard labour, in which posts and police follow the inequality of consumption, and not shortage.

The package keeps all of thermidor's steps but one mechanism of one step. See README.md beside this file.
"""

from .month import months

__all__ = ["months"]
