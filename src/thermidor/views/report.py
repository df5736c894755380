"""A page: headings, prose, facts, tables, figures and listings as one HTML file that needs nothing beside it.

No script, no network: style and pictures are inside, and the page's own policy forbids anything else. All text is
escaped by the template (`report.html`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jinja2 import Template
    from matplotlib.figure import Figure

DPI = 200
"""Pixels an inch of a figure on the page: sharp in print and on a screen of double density."""
HERE = Path(__file__).parent


class Table(NamedTuple):
    """A table: caption, heads, rows of texts; `right` names the columns set flush right, `note` stands under it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    note: str = ""


class Picture(NamedTuple):
    """A figure: the picture as PNG, what it shows in words for those who don't see it, and a caption."""

    png: bytes
    alt: str
    caption: str = ""

    @property
    def address(self) -> str:
        """The picture itself as an address."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as its head says."""
        return int.from_bytes(self.png[16:20], "big"), int.from_bytes(self.png[20:24], "big")


class Facts(NamedTuple):
    """Names and what is said of each."""

    rows: tuple[tuple[str, str], ...]


class Listing(NamedTuple):
    """Text as it was typed: a command, a file; with a `title` it is folded away until asked for."""

    text: str
    title: str = ""


Part = str | Table | Picture | Facts | Listing
"""What stands in a section; a text is a paragraph."""


class Section(NamedTuple):
    """A heading and what stands under it, in order."""

    title: str
    parts: tuple[Part, ...]

    @property
    def mark(self) -> str:
        """The heading as a mark that a link can lead to."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-") or "section"


def page(title: str, sections: Iterable[Section], *, subtitle: str = "", foot: Sequence[str] = ()) -> str:
    """Return the page as HTML: `title` and `subtitle`, a list of sections, the sections, and lines at the foot.

    Any text may be anything: it is shown as it is.
    """
    style = (HERE / "report.css").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    numbered = [(f"s{number}-{section.mark}", section) for number, section in enumerate(sections, 1)]
    return _template().render(
        title=title, subtitle=subtitle, sections=numbered, foot=foot, style=style, digest=digest, kind=_kind
    )


def is_page(file: Path) -> bool:
    """Say whether a file is such a page, by the words that it begins with."""
    begins = (HERE / "report.html").read_bytes().partition(b"{{")[0]
    try:
        with open(file, "rb") as kept:
            return kept.read(len(begins)) == begins
    except OSError:
        return False


def picture(figure: Figure, alt: str, caption: str = "") -> Picture:
    """Return a figure as a picture of the page."""
    held = BytesIO()
    figure.savefig(held, format="png", dpi=DPI, metadata={"Software": None})
    return Picture(held.getvalue(), alt, caption)


def _kind(part: Any) -> str:
    """Name the kind of a part for the template."""
    return "text" if isinstance(part, str) else type(part).__name__.lower()


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    surroundings = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    surroundings.filters["as_it_is"] = Markup
    return surroundings.from_string((HERE / "report.html").read_text(encoding="utf-8"))
