"""The documentation in the lab: the site where it has been built, else its pages as they stand beside the source.

Addresses are the same for both (`/docs/NAME.html`), so that a link never has to know which of them there is.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from html import escape
from pathlib import Path
from threading import Lock

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from thermidor.lab.frame import DOCS, SITE, STYLE
from thermidor.lab.words import say

PICTURES = (".png", ".svg", ".csv", ".json")
EXTRAS = ["tables", "fenced-code-blocks", "header-ids", "footnotes", "cuddled-lists"]
ONE = Lock()
"""One page is made at a time: the rest of the lab goes on."""
LINK = re.compile(r'(href="(?!\w+:)[^"#]*)\.md(?=["#])')


def manual(app: FastAPI) -> None:
    """Put the documentation on an application, where there is any."""
    if SITE.is_dir():
        app.mount("/docs", StaticFiles(directory=SITE))
        return

    @app.get("/docs/{name:path}")
    def page(name: str) -> Response:
        return answer(DOCS, name)


def answer(folder: Path, name: str) -> Response:
    """A page or a picture of a folder. Raises HTTPException 404 for what is not in it, or is neither."""
    with suppress(OSError, ValueError):  # a name that no file can have
        asked = (folder / (name or "index.html")).resolve()
        inside, source = asked.is_relative_to(folder.resolve()), asked.with_suffix(".md")
        if inside and asked.suffix == ".html" and source.is_file():
            with ONE:
                return HTMLResponse(_kept(source, source.stat().st_mtime_ns))
        if inside and asked.suffix in PICTURES and asked.is_file():
            return FileResponse(asked)
    raise HTTPException(404)


@lru_cache(maxsize=200)
def _kept(source: Path, _: int) -> str:
    """A page, made once for each time it was written."""
    return page_of(source.read_text(encoding="utf-8"))


def page_of(text: str) -> str:
    """A page of Markdown as HTML that stands alone, in the lab's style, links leading to such pages."""
    from markdown2 import markdown

    body = LINK.sub(r"\1.html", str(markdown(text, extras=EXTRAS)))
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    own = escape(say("page.title"))
    links = "".join(
        f'<li><a href="{place}">{escape(say(word))}</a></li>'
        for word, place in (("page.home", "/"), ("page.ledger", "/ledger"), ("page.docs", "/docs/index.html"))
    )
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title[1]) + ' - ' if title else ''}{own}</title>"
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>"
        f'<body><header class="top"><a class="brand" href="/">{own}</a><nav aria-label="{own}">'
        f'<ul>{links}</ul></nav></header><main class="main manual">{body}</main></body></html>'
    )
