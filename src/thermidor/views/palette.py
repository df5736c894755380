"""One palette for the whole project: a colour and a hatch for every regime label, an ink for every line.

The colours tell the families apart (old orders brown, bourgeois orders blue, workers' states red to orange,
classless orders green, no settled order grey) and differ in lightness inside a family. The hatch tells apart
what a black-and-white printer or a colour-blind reader would confuse; `tests/test_views.py` measures both.
"""

from __future__ import annotations

from typing import NamedTuple


class Paint(NamedTuple):
    """How a regime label is drawn: fill colour (hex), hatch (matplotlib pattern) and the ink that reads on it."""

    colour: str
    hatch: str
    ink: str


DARK, LIGHT = "#1f1f1f", "#ffffff"

REGIMES: dict[str, Paint] = {
    "absolutism": Paint("#6b4423", "\\\\", LIGHT),
    "interregnum": Paint("#d9d9d9", "..", DARK),
    "dual-power": Paint("#f2e394", "xx", DARK),
    "bourgeois-democracy": Paint("#b7d7ee", "", DARK),
    "semi-bonapartist-parliament": Paint("#8bb8dd", "||", DARK),
    "bonapartism-classic": Paint("#3f7fb5", "--", LIGHT),
    "bonapartism-anaemic": Paint("#6c9cc6", "\\\\", DARK),
    "bonapartism-military": Paint("#2b5680", "||", LIGHT),
    "fascism": Paint("#15233b", "", LIGHT),
    "workers-democracy": Paint("#e4572e", "", DARK),
    "distorted-workers-state": Paint("#f0a35c", "//", DARK),
    "proletarian-bonapartism": Paint("#7f1d2b", "", LIGHT),
    "lower-phase": Paint("#22724a", "", LIGHT),
    "higher-phase": Paint("#d8f5c8", "", DARK),
    "unclassified": Paint("#f7f7f5", "...", DARK),
}
"""Every label of the lenses."""

LETTERS: dict[str, str] = {
    "absolutism": "K", "interregnum": "I", "dual-power": "2", "bourgeois-democracy": "B",
    "semi-bonapartist-parliament": "S", "bonapartism-classic": "C", "bonapartism-anaemic": "A",
    "bonapartism-military": "M", "fascism": "F", "workers-democracy": "W", "distorted-workers-state": "D",
    "proletarian-bonapartism": "P", "lower-phase": "L", "higher-phase": "H", "unclassified": "U",
}  # fmt: skip
"""A letter for every label, where there is no room for its hatch."""

ORDER = (
    "proletarian-bonapartism",
    "distorted-workers-state",
    "workers-democracy",
    "lower-phase",
    "higher-phase",
    "dual-power",
    "interregnum",
    "unclassified",
    "absolutism",
    "fascism",
    "bonapartism-military",
    "bonapartism-classic",
    "bonapartism-anaemic",
    "semi-bonapartist-parliament",
    "bourgeois-democracy",
)
"""Layers of a ribbon from the bottom up: workers' states below, no settled order between, owners' states above."""

INK = "#262626"
FAINT = "#8a8a86"
GRID = "#e6e6e2"
PAPER = "#ffffff"
RECORD = "#111111"
WAR = "#ece8df"

LINES: tuple[str, ...] = ("#0b5d8f", "#c8501e", "#4d7a34", "#7b3f8c", "#8a6800", "#4a4a4a")
"""Line colours in the order of use: blue, vermilion, green, purple, ochre, grey; all dark enough for text."""

DASHES: tuple[tuple[int, ...], ...] = ((), (6, 2), (1, 1), (6, 2, 1, 2), (3, 1), (8, 2, 1, 2, 1, 2))
"""Dashes that go with `LINES`, so that lines can be told apart without colour."""


def paint(label: str) -> Paint:
    """Return how to draw `label`; a label that has no place here is drawn as unclassified."""
    return REGIMES.get(label, REGIMES["unclassified"])


def letter(label: str) -> str:
    """Return the letter of `label`; one that has no place here has that of the unclassified."""
    return LETTERS.get(label, LETTERS["unclassified"])


def words(label: str) -> str:
    """Return the label as a reader writes it: `bonapartism-classic` becomes `classic Bonapartism`."""
    head, _, kind = label.partition("-")
    plain = f"{kind} {head}" if head == "bonapartism" and kind else label.replace("-", " ")
    plain = plain.replace("semi ", "semi-").replace("bonapart", "Bonapart")
    return plain.replace("workers ", "workers' ")
