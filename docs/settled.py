"""Ask when the main outcome was settled, and write the page: `python docs/settled.py`, called by `make figures`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import thermidor as th
from thermidor.jit import rules_digest

DOCS = Path(__file__).parent
ASKED = ("settled", "russia-1917", "--outcome", "proletarian-bonapartism")
PAGE, FIGURE = DOCS / "results" / "settled.md", DOCS / "images" / "settled.png"
TEXT = """# When was proletarian Bonapartism settled?

How probable the regime is *given the state* of each month: many futures are lived from the exact state of each member
([how](../experiments/branches.md#when-was-it-settled)).

Made by `python docs/settled.py`: thermidor {version}, rules {rules}, {today:%Y-%m-%d}.

![Each member's probability of the regime in grey and their mean, in two panels.](../images/settled.png)

```console
$ thermidor {asked}
```

```text
{shown}
```

## What it says, and what it does not

- All or nearly all members come to the regime, and the model was [fitted](../fitting.md) to the year in which they do.
  That the first curve stands at the top from the first month on is that fact told again. What nothing was fitted to is
  the second curve: what the state of each month alone makes of it, without anything more from outside.
- A date is told to within the months between two states, and the interval holds that. *mean* is when the mean of all
  members had passed a level; *median* is by members' own curves, and comes late, as chance throws an estimate from few
  futures below the level again.
- The state has 2,000 citizens in the first country and 500 in each other.
"""


def main() -> None:
    """Live it, and write page and figure."""
    command = [sys.executable, "-m", "thermidor", *ASKED]
    with TemporaryDirectory() as folder:
        out = Path(folder) / "settled"
        environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1"}
        done = subprocess.run(
            [*command, "--out", str(out)], capture_output=True, text=True, check=True, env=environment
        )
        shutil.copy(out / "settled.png", FIGURE)
    shown = done.stdout.partition("\nKept")[0].strip()
    text = TEXT.format(
        version=th.__version__, rules=rules_digest(), today=date.today(), asked=" ".join(ASKED), shown=shown
    )
    PAGE.write_text(text, encoding="utf-8")
    print(PAGE, FIGURE, sep="\n")


if __name__ == "__main__":
    main()
