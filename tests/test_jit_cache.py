"""The compile cache never gives old rules new life, needs nothing but a place to write, and says when it has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import thermidor
from thermidor.jit import rules_digest
from thermidor.rules.rewritten import REWRITTEN, still_so

PACKAGE = Path(thermidor.__file__).parent
LIVE = """
from small import live, series_of
run = live(months=24, citizens=100)
print(repr(float(series_of(run, "posts")[-1])))
"""
SMALL_ENTRY = """
from thermidor import jit
import numba
assert numba.config.CACHE_DIR != "unset"
print(jit.cache_folder())
print(jit.cache_folder())
"""


def run_python(code: str, source: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new process that finds the package in the folder `source`."""
    paths = os.pathsep.join([str(source), str(Path(__file__).parent)])
    names = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=names, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def files_of(folder: Path) -> set[Path]:
    """All files below a folder."""
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def copied(tmp_path):
    """A copy of the package, which a test may edit."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE, tmp_path / "src" / "thermidor", ignore=ignored)
    return tmp_path / "src"


def test_an_edited_number_in_a_step_changes_the_next_run(copied, tmp_path):
    """Numba alone would go on with the old code: the entry's own file has not changed (decision 0001).

    The package's folder is read-only all the while, and nothing is written into it.
    """
    cache = str(tmp_path / "cache")
    step = copied / "thermidor" / "steps" / "govern.py"
    before = files_of(copied)
    for folder in (copied, *(path for path in copied.rglob("*") if path.is_dir())):
        folder.chmod(0o555)
    old = run_python(LIVE, copied, NUMBA_CACHE_DIR=cache)
    assert not old.stderr and files_of(copied) == before
    assert files_of(tmp_path / "cache"), "nothing was kept"
    text = step.read_text()
    number = "c.posts = toward(c.posts, target * (1.0 "
    assert text.count(number) == 1, "govern.py reads otherwise now: let this test edit another number"
    step.parent.chmod(0o755)
    step.write_text(text.replace(number, "c.posts = toward(c.posts, target * (1.5 "))
    new = run_python(LIVE, copied, NUMBA_CACHE_DIR=cache)
    assert float(new.stdout) > float(old.stdout), "the old rule is still alive"
    for folder in (copied, *(path for path in copied.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def test_a_cache_without_a_place_says_so_once(copied, tmp_path):
    """With no place in NUMBA_CACHE_DIR or the user's cache a temporary folder serves, and one line says it."""
    wall = tmp_path / "a file, not a folder"
    wall.write_text("")
    homes = {name: str(wall / "below") for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME")}
    done = run_python(SMALL_ENTRY, copied, TMPDIR=str(tmp_path), **homes)
    first, second = done.stdout.split()
    assert first == second and Path(first).is_relative_to(tmp_path)
    assert done.stderr.count("compiled code is not kept") == 1 and len(done.stderr.splitlines()) == 1


def test_an_unwritable_first_choice_falls_back_on_the_user_s_cache(copied, tmp_path):
    wall = tmp_path / "a file, not a folder"
    wall.write_text("")
    homes = {"NUMBA_CACHE_DIR": str(wall / "below"), "XDG_CACHE_HOME": str(tmp_path / "home")}
    done = run_python(SMALL_ENTRY, copied, **homes)
    assert Path(done.stdout.split()[0]).is_relative_to(tmp_path / "home") and not done.stderr


@pytest.mark.parametrize("name", ["steps/plan.py", "passages/seizure.py", "citizen.py", "draws.py", "rules/plan.yaml"])
def test_the_digest_covers_all_that_a_compiled_month_holds(copied, tmp_path, name):
    """The folder of compiled code has another name after an edit, and few old ones are kept."""
    digest = "from thermidor import jit; jit.cache_folder(); print(jit.rules_digest())"
    cache = tmp_path / "cache"
    found = [run_python(digest, copied, NUMBA_CACHE_DIR=str(cache)).stdout]
    for edit in range(4):
        file = copied / "thermidor" / name
        with file.open("a") as out:
            out.write(f"# edit {edit}\n")
        found.append(run_python(digest, copied, NUMBA_CACHE_DIR=str(cache)).stdout)
    assert len(set(found)) == 5
    assert len(list((cache / "kernels").iterdir())) <= 3


def test_rules_written_otherwise_are_the_present_ones():
    """What was made under an earlier digest still stands, until a rule is changed: then its line has to go."""
    assert set(REWRITTEN.values()) == {rules_digest()}
    assert all(map(still_so, (*REWRITTEN, rules_digest()))) and not still_so("0" * 16)
