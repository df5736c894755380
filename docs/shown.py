"""Carry out the pages on experiments and write what their commands print into them: `python docs/shown.py [PAGE ...]`.

A page is carried out from top to bottom in an empty folder. A `yaml` block that begins with `# FILE` is written to that
file; the lines of a `console` block that begin with `$ thermidor` are run; a `python` block is executed. What the last
command before it has printed stands between `<!-- shown -->` and `<!-- end -->`: all of it, or, with
`<!-- shown: HEADING; HEADING -->`, what stands under these headings. A test compares.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

FOLDER = Path(__file__).parent / "experiments"
SMALL = {"sweep": ("--threads", "--workers", "2"), "why": ("--workers", "2")}
"""What is added to a command, so that it asks for no more than two cores; nothing of what is shown depends on it."""
BLOCK = re.compile(
    r"^```(?P<kind>yaml|console|python)\n(?P<text>.*?)^```"
    r"|^<!-- shown(?:: (?P<heads>.*?))? -->\n(?P<old>.*?)<!-- end -->",
    re.MULTILINE | re.DOTALL,
)
TIMED = re.compile(r"\d[\d.,]* (s|ms|min|MB|workers)\b")
"""What differs from one time to the next."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def carried_out(page: Path) -> str:
    """Return a page with what its commands print now. Raises RuntimeError for a command that ends in an error."""
    names, output = {"__name__": page.stem}, ""
    made, last = [], 0
    text = page.read_text(encoding="utf-8")
    with _empty_folder():
        for found in BLOCK.finditer(text):
            block = found["text"]
            if found["kind"] == "yaml" and (named := re.match(r"# ([\w-]+\.yaml)$", block, re.MULTILINE)):
                Path(named[1]).write_text(block, encoding="utf-8")
            elif found["kind"] == "python":
                exec(compile(block, page.name, "exec"), names)
            elif found["kind"] == "console":
                for line in block.splitlines():
                    output = printed(line.removeprefix("$ thermidor ")) if line.startswith("$ thermidor ") else output
            elif found["kind"] is None:
                part = chosen(output, found["heads"])
                made += [text[last : found.start("old")], f"\n```text\n{part}\n```\n\n"]
                last = found.end("old")
    return "".join([*made, text[last:]])


def printed(command: str) -> str:
    """Run a command of the program in this process and return what it prints. Raises RuntimeError if it fails."""
    from thermidor.cli.app import app

    words = shlex.split(command)
    output, errors, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            app([*words, *SMALL.get(words[0], ())], prog_name="thermidor", standalone_mode=True)
        except SystemExit as end:
            code = int(end.code or 0)
    if code:
        raise RuntimeError(f"thermidor {command}: {errors.getvalue()}")
    return output.getvalue()


def chosen(output: str, heads: str | None) -> str:
    """The parts of an output that stand under some headings, or all of it."""
    parts = re.split(r"\n\n+", "\n".join(line.rstrip() for line in output.strip("\n").splitlines()))
    if heads is None:
        return "\n\n".join(parts)
    wanted = [head.strip() for head in heads.split(";")]
    return "\n\n".join(part for part in parts if part.startswith(tuple(wanted)))


def difference(shown: str, printed: str) -> str:
    """Say where a page first differs from what is printed now; nothing where it does not.

    Times don't count, nor the width of columns. Numbers may be a tenth apart, since other machines round otherwise;
    after a change of rules some are further.
    """
    words = [re.sub(r"─+", "─", TIMED.sub("#", text)).split() for text in (shown, printed)]
    for before, now in zip_longest(*words, fillvalue=""):
        if NUMBER.sub("#", before) != NUMBER.sub("#", now):
            return f"'{before}', now '{now}'"
        for old, new in zip(*(map(float, NUMBER.findall(word)) for word in (before, now)), strict=True):
            if abs(old - new) > 0.1 * max(abs(old), abs(new), 0.1):
                return f"'{before}', now '{now}'"
    return ""


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


if __name__ == "__main__":
    for page in [Path(name).resolve() for name in sys.argv[1:]] or sorted(FOLDER.glob("*.md")):
        page.write_text(carried_out(page), encoding="utf-8")
        print(page.name)
