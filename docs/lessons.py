"""Make the lesson sheets and their page: `python docs/lessons.py` (two to five minutes on two cores).

Every step of every tour is lived as large as the lab shows it in the end, and what a tour says of the runs is held
against them. Where something is no longer so it is told, nothing is written, and the exit code is 1.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from thermidor import __version__
from thermidor.jit import rules_digest
from thermidor.lab.lessons import ADDRESS, MINUTES, Sheet, sheets
from thermidor.lab.live import full

FOLDER = Path(__file__).parent / "lessons"
PAGE = """# Lesson sheets

A sheet for each tour of the lab: {minutes} minutes, a question before every picture, room for notes, the other side
with its literature, and on the last pages what came out. They are made to be printed or sent: a sheet needs nothing
beside it.

No class has tried them, and the minutes are assumed. The model tells what follows from a theory; where a sheet speaks
of history it says so, and where the runs speak against the chapter it says that too.

{rows}

Made by `python docs/lessons.py`: thermidor {version}, rules {rules}, {runs} runs of {citizens:,} citizens (fewer where
a scenario has many countries), seed 1, {today:%Y-%m-%d}. The numbers in a sheet are those that the lab shows under the
same rules; before they are written, what the texts say of the runs is held against them.

The moves of a sheet are links to `{address}`, where `thermidor lab` serves unless it is told otherwise. Whoever
serves a class from another address makes them with that one:

```python
from thermidor.lab.lessons import sheets

for sheet in sheets(address="http://classroom.example:8765"):
    print(sheet.tour.name, len(sheet.html))
```
"""


def page(made: Sequence[Sheet]) -> str:
    """The page that leads to the sheets."""
    size = full(made[0].tour.steps[0].choice)
    rows = "\n".join(
        f"- **[{sheet.tour.title}]({sheet.tour.name}.html)**, {len(sheet.tour.steps)} steps. {sheet.tour.about}"
        for sheet in made
    )
    return PAGE.format(
        minutes=MINUTES, rows=rows, version=__version__, rules=rules_digest(), runs=size.members,
        citizens=size.citizens, today=date.today(), address=ADDRESS,
    )  # fmt: skip


def main() -> int:
    """Live all tours, hold their texts against the runs, write the sheets."""
    made = []
    for sheet in sheets():
        print(f"{sheet.tour.name}: {len(sheet.html) // 1000} KB", *sheet.untrue, sep="\n  ", flush=True)
        made.append(sheet)
    if any(sheet.untrue for sheet in made):
        return 1
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.html"):
        old.unlink()
    for sheet in made:
        (FOLDER / f"{sheet.tour.name}.html").write_text(sheet.html, encoding="utf-8")
    (FOLDER / "index.md").write_text(page(made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
