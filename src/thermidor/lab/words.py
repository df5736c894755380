"""The catalogue of words: every text of the page by its name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).parent / "words" / "en.yaml"


@cache
def _words() -> dict[str, dict[str, Any]]:
    import yaml

    told: dict[str, dict[str, Any]] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return told


def say(name: str, **values: object) -> str:
    """The text of a name such as `page.title`, with its values put in. KeyError for an unknown one."""
    part, _, rest = name.partition(".")
    return str(_words()[part][rest]).format(**values) if values else str(_words()[part][rest])


def month_words(month: str) -> str:
    """A month (YYYY-MM) as it is said."""
    return f"{_words()['months'][f'm{month[5:]}']} {month[:4]}"


def part(name: str) -> dict[str, Any]:
    """A whole part of the catalogue."""
    return _words()[name]
