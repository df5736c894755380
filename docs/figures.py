"""Draw README's picture and print its table from one run, then write the generated pages: `make figures`.

With `--mean-field`: draw the pictures of the mean-field twin instead.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import build

ROOT = Path(__file__).parent.parent
PICTURE = "docs/images/russia-1917.png"
COMMAND = ("run", "russia-1917", "--replicates", "20")
"""What README shows: the same as `make demo`."""


def stamp() -> str:
    """Digest (16 hex digits) of all that README's table depends on: rule code and values, scenarios, lens, report."""
    from thermidor.jit import rules_digest

    digest = hashlib.sha256(rules_digest().encode())
    for pattern in ("scenarios/library/*.yaml", "lenses/*.yaml", "lenses/*.py", "cli/report.py"):
        for file in sorted(build.SOURCE.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def shown(output: str) -> str:
    """The part of a report that README shows: all but the seconds it took and where the files are."""
    report = output.partition("\nKept\n")[0]
    lines = [re.sub(r"\s+[\d.]+ s$", "", line).rstrip() for line in report.splitlines()]
    return "\n".join(lines).strip()


def table_block(output: str) -> str:
    """README's table, with the stamp of what it was made from."""
    return f"<!-- stamp: {stamp()} -->\n\n```text\n{shown(output)}\n```"


def draw() -> None:
    """Run the main scenario once and write picture and table."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "thermidor.cli.app", *COMMAND, "--out", f"{folder}/run"]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        if done.returncode:
            sys.exit(done.stderr)
        picture = ROOT / PICTURE
        picture.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(f"{folder}/run/figure.png", picture)
    readme = ROOT / "README.md"
    text = build.with_blocks(readme.read_text(encoding="utf-8"), {"table": table_block(done.stdout)})
    readme.write_text(text, encoding="utf-8")


def draw_mean_field() -> list[Path]:
    """Draw the pictures of the mean-field twin from its equations and the table of levels; return their paths."""
    sys.path.insert(0, str(ROOT))
    from validation.phase_planes import pictures

    paths = []
    for name, picture in pictures().items():
        path = ROOT / "docs" / "images" / f"mean-field-{name}.png"
        picture.savefig(path, facecolor=picture.get_facecolor(), metadata={"Software": None})
        paths.append(path)
    return paths


if __name__ == "__main__":
    if "--mean-field" in sys.argv:
        made = draw_mean_field()
    else:
        draw()
        made = [ROOT / PICTURE, ROOT / "README.md", *build.write()]
    for page in made:
        print(page.relative_to(ROOT))
