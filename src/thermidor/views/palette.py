"""One palette for the whole project: a colour and a hatch for every regime label, an ink for every line.

The colours tell the families apart (old orders brown, bourgeois orders blue, workers' states red to orange,
classless orders green, no settled order grey) and differ in lightness inside a family. The hatch tells apart
what a black-and-white printer or a colour-blind reader would confuse; `tests/test_views.py` measures both.
"""

from __future__ import annotations

from collections.abc import Sequence
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
"""Every label of the chapter's own lens."""

SCHOOLS: dict[str, Paint] = {
    # state-capitalist
    "workers-power": Paint("#e4572e", "", DARK),
    "deformed-workers-state": Paint("#f0a35c", "//", DARK),
    "state-capitalism": Paint("#1f4e79", "", LIGHT),
    "mixed-capitalism": Paint("#6c9cc6", "||", DARK),
    "private-capitalism": Paint("#b7d7ee", "", DARK),
    "pre-capitalist-order": Paint("#6b4423", "\\\\", LIGHT),
    # new-class
    "workers-rule": Paint("#e4572e", "", DARK),
    "new-class-forming": Paint("#f0a35c", "//", DARK),
    "dogmatic-new-class": Paint("#4b1d57", "", LIGHT),
    "settled-new-class": Paint("#a98bb5", "--", DARK),
    "landed-class": Paint("#6b4423", "\\\\", LIGHT),
    "bureaucratised-capitalism": Paint("#6c9cc6", "||", DARK),
    "owning-class": Paint("#b7d7ee", "", DARK),
    # official-1936
    "socialist-society": Paint("#b3202c", "", LIGHT),
    "transition-to-socialism": Paint("#f0a35c", "//", DARK),
    "feudal-society": Paint("#6b4423", "\\\\", LIGHT),
    "small-commodity-society": Paint("#e9d8a6", "..", DARK),
    "capitalist-society": Paint("#b7d7ee", "", DARK),
    # totalitarian
    "totalitarian-terror": Paint("#15233b", "", LIGHT),
    "totalitarian-routine": Paint("#565a70", "||", LIGHT),
    "party-dictatorship": Paint("#9d94ad", "--", DARK),
    "older-autocracy": Paint("#6b4423", "\\\\", LIGHT),
    "constitutional-government": Paint("#b7d7ee", "", DARK),
    "council-rule": Paint("#e4572e", "", DARK),
    "unsettled-power": Paint("#d9d9d9", "..", DARK),
    # kornai
    "classical-socialism": Paint("#7f1d2b", "", LIGHT),
    "reform-socialism": Paint("#d98c8c", "||", DARK),
    "revolutionary-transition": Paint("#f0a35c", "//", DARK),
    "post-socialism": Paint("#f2e394", "xx", DARK),
    "capitalist-system": Paint("#b7d7ee", "", DARK),
    # regimes-of-the-world, and V-Dem's own coding
    "closed-autocracy": Paint("#15233b", "", LIGHT),
    "electoral-autocracy": Paint("#7b8aa3", "||", DARK),
    "electoral-democracy": Paint("#8bb8dd", "//", DARK),
    "liberal-democracy": Paint("#d5eafa", "", DARK),
    # other codings
    "autocracy": Paint("#15233b", "", LIGHT),
    "anocracy": Paint("#9aa3ad", "xx", DARK),
    "democracy": Paint("#d5eafa", "", DARK),
    "non-democratic": Paint("#15233b", "", LIGHT),
    "democratic": Paint("#d5eafa", "", DARK),
    "no-elections": Paint("#15233b", "", LIGHT),
    "single-list-elections": Paint("#3f4f6b", "||", LIGHT),
    "parties-for-parliament": Paint("#6f7f99", "\\\\", DARK),
    "parties-for-all-offices": Paint("#9aa3ad", "xx", DARK),
    "contested-by-few": Paint("#8bb8dd", "//", DARK),
    "contested-by-men": Paint("#a9cdea", "--", DARK),
    "contested-by-all": Paint("#d5eafa", "", DARK),
    "not-coded": Paint("#ffffff", "", DARK),
}
"""Every label of the other lenses and of the codings; those of one lens can be told apart from each other."""

LETTERS: dict[str, str] = {
    "absolutism": "K", "interregnum": "I", "dual-power": "2", "bourgeois-democracy": "B",
    "semi-bonapartist-parliament": "S", "bonapartism-classic": "C", "bonapartism-anaemic": "A",
    "bonapartism-military": "M", "fascism": "F", "workers-democracy": "W", "distorted-workers-state": "D",
    "proletarian-bonapartism": "P", "lower-phase": "L", "higher-phase": "H", "unclassified": "U",
}  # fmt: skip
"""A letter for every label, where there is no room for its hatch."""

SCHOOL_LETTERS: dict[str, str] = {
    "workers-power": "W", "deformed-workers-state": "D", "state-capitalism": "S", "mixed-capitalism": "M",
    "private-capitalism": "C", "pre-capitalist-order": "K",
    "workers-rule": "W", "new-class-forming": "F", "dogmatic-new-class": "N", "settled-new-class": "S",
    "landed-class": "K", "bureaucratised-capitalism": "B", "owning-class": "C",
    "socialist-society": "S", "transition-to-socialism": "T", "feudal-society": "K", "small-commodity-society": "P",
    "capitalist-society": "C",
    "totalitarian-terror": "T", "totalitarian-routine": "R", "party-dictatorship": "P", "older-autocracy": "K",
    "constitutional-government": "G", "council-rule": "W", "unsettled-power": "I",
    "classical-socialism": "S", "reform-socialism": "R", "revolutionary-transition": "T", "post-socialism": "P",
    "capitalist-system": "C",
    "closed-autocracy": "A", "electoral-autocracy": "E", "electoral-democracy": "D", "liberal-democracy": "L",
    "autocracy": "A", "anocracy": "N", "democracy": "D", "non-democratic": "A", "democratic": "D",
    "no-elections": "0", "single-list-elections": "1", "parties-for-parliament": "2", "parties-for-all-offices": "3",
    "contested-by-few": "4", "contested-by-men": "5", "contested-by-all": "6", "not-coded": "-",
}  # fmt: skip
"""The same for `SCHOOLS`; letters are one label's alone within its lens."""

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
    return REGIMES.get(label) or SCHOOLS.get(label, REGIMES["unclassified"])


OWN = tuple(REGIMES[label] for label in (
    "proletarian-bonapartism", "bourgeois-democracy", "distorted-workers-state", "bonapartism-classic", "dual-power",
    "higher-phase", "absolutism", "semi-bonapartist-parliament",
))  # fmt: skip
"""Looks for the labels of a reader's own coding, in the order of use; then from the start again."""


def paints(labels: Sequence[str]) -> dict[str, Paint]:
    """Return how to draw each of a coding's labels; those that have no place here take the looks of `OWN` in turn."""
    strange = [label for label in labels if label not in REGIMES and label not in SCHOOLS]
    own = {label: OWN[place % len(OWN)] for place, label in enumerate(strange)}
    return {label: own.get(label) or paint(label) for label in labels}


def letters(labels: Sequence[str]) -> dict[str, str]:
    """Return a letter for each label of one lens or coding; strange labels take a, b, c and so on."""
    known = LETTERS | SCHOOL_LETTERS
    strange = [label for label in labels if label not in known]
    return {label: known.get(label) or chr(ord("a") + strange.index(label) % 26) for label in labels}


def letter(label: str) -> str:
    """Return the letter of `label`; one that has no place here has that of the unclassified."""
    return LETTERS.get(label) or SCHOOL_LETTERS.get(label, LETTERS["unclassified"])


def words(label: str) -> str:
    """Return the label as a reader writes it: `bonapartism-classic` becomes `classic Bonapartism`."""
    head, _, kind = label.partition("-")
    plain = f"{kind} {head}" if head == "bonapartism" and kind else label.replace("-", " ")
    for part in ("semi", "pre", "post", "non"):
        plain = f"{part}-{plain[len(part) + 1 :]}" if plain.startswith(f"{part} ") else plain
    plain = plain.replace("bonapart", "Bonapart")
    return plain.replace("workers ", "workers' ")
