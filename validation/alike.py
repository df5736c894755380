"""Whether another state of the code gives the same numbers, to the last bit: `python -m validation.alike COMMIT`.

For a change that only writes a rule otherwise, or makes it quicker. Every scenario of the library is lived under both,
as the chapter has it, with a few mechanisms off and under every other theory, and what was lived is compared as bytes.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from thermidor.jit import rules_digest

ROOT = Path(__file__).parents[1]
ASKED = {"replicates": 3, "citizens": 700, "seed": 5}
"""Few citizens and three members: every month of every scenario is lived, which is where a difference would show."""
OFF = ("scarcity_to_posts", "isolation", "side_blame")
LIVE = f"""
import hashlib, json
import numpy as np
import thermidor as th
from thermidor.jit import rules_digest
from thermidor.scenarios import list_scenarios
from thermidor.theories import list_theories
found = {{"digest": rules_digest()}}
for name in list_scenarios():
    for changed in ({{}}, {{"without": {OFF!r}}}, *({{"theory": school}} for school in list_theories())):
        columns = th.run(name, **changed, **{ASKED!r}).columns
        digest = hashlib.sha256()
        for variable in sorted(columns):
            if variable not in ("run", "month", "country"):
                digest.update(np.ascontiguousarray(columns[variable]).tobytes())
        found[f"{{name}} {{changed or ''}}"] = digest.hexdigest()
print(json.dumps(found))
"""


def lived(source: Path) -> dict[str, str]:
    """Digests of what the code under `source` lives, by scenario."""
    done = subprocess.run(
        [sys.executable, "-c", LIVE], env=os.environ | {"PYTHONPATH": str(source)}, cwd=source, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(commit: str) -> int:
    """Compare; 0 where nothing differs."""
    packed = subprocess.run(["git", "archive", commit, "src"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        raise SystemExit(packed.stderr.decode())
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
            tar.extractall(folder)
        there = lived(Path(folder) / "src")
    here = lived(ROOT / "src")
    was, now = there.pop("digest"), here.pop("digest")
    assert now == rules_digest()
    other = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    print(f"rules {was} and {now}: {len(here)} compared, {len(other)} other", *other, sep="\n  ")
    return 1 if other or not here else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m validation.alike COMMIT")
    sys.exit(main(sys.argv[1]))
