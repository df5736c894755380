"""The documentation in the lab, where no site was built: pages of the source as HTML, and nothing else of the disk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from thermidor.lab.frame import DOCS
from thermidor.lab.manual import answer, page_of

PAGES = ("index.html", "lab.html", "ledger/P08.html", "results/lab.html", "lessons/index.html", "")


@pytest.mark.parametrize("name", PAGES)
def test_pages_stand_and_their_links_lead_somewhere(name: str) -> None:
    """A page is whole HTML with one title; every link and picture of it is there."""
    answered = answer(DOCS, name)
    text = bytes(answered.body).decode()
    assert answered.status_code == 200 and text.count("<title>") == 1 and "<h1" in text
    here = (DOCS / (name or "index.html")).parent
    for link in re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', text):
        if not link.startswith("/"):
            found = (here / link).resolve()
            assert found.exists() or found.with_suffix(".md").is_file(), link


def test_tables_are_tables() -> None:
    """A page with a table of numbers shows one."""
    assert "<table>" in page_of("# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n") and "<pre>" in page_of("```\nx\n```")


@pytest.mark.parametrize(
    "name",
    [
        "../pyproject.html",
        "../README.html",
        "../src/thermidor/jit.py",
        "build.py",
        "a\x00.html",
        "a" * 300 + ".html",
        "/etc/passwd",
        "nothing.html",
        "ledger",
    ],
)
def test_nothing_else_is_served(name: str) -> None:
    """Neither what lies beside the pages nor their programs."""
    with pytest.raises(HTTPException) as refused:
        answer(DOCS, name)
    assert refused.value.status_code == 404


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    """A symbolic link that leads elsewhere is not answered."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "secret.md").write_text("# no")
    (tmp_path / "docs" / "in.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(HTTPException):
        answer(tmp_path / "docs", "../secret.html")
