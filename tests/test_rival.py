"""A rival's months: another package lives a scenario by its own equations, exactly, and never by old code."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import thermidor as th
from small import MINIATURE
from thermidor import books
from thermidor.cli.app import app
from thermidor.country import VARIABLES
from thermidor.errors import InputError, Interrupted
from thermidor.futures.branch import branch
from thermidor.jit import rules_digest
from thermidor.rules import load_rules
from thermidor.runs.engines import load_engine
from thermidor.runs.simulate import simulate
from thermidor.scenarios import load_scenario, resolve

RIVAL = Path(__file__).parent.parent / "examples" / "rival"
SIZES = {"months": 24, "citizens": 150, "replicates": 3}


@pytest.fixture(scope="module")
def engine():
    """The rival's months."""
    return load_engine(RIVAL)


def values(result) -> np.ndarray:
    """All numbers of a run, [run, month, country, variable]."""
    return np.stack([np.asarray(result.columns[name]) for name in VARIABLES], axis=-1)


def bodies(file: Path, *names: str) -> list[str]:
    """What functions of a file do, without their words."""
    found = {node.name: node.body[1:] for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}
    return [ast.unparse(ast.Module(found[name], [])) for name in names]


def test_its_month_is_ours_but_for_one_mechanism():
    """A step that our month gains, the example has to gain too: an old copy would live an old month in silence."""
    ours, parts = Path(th.__file__).parent, ("after_living", "months")
    assert bodies(RIVAL / "month.py", *parts) == bodies(ours / "month.py", *parts)
    theirs = bodies(RIVAL / "guard.py", "govern")[0]
    assert theirs.replace("want_guards", "want_posts") == bodies(ours / "steps" / "govern.py", "govern")[0]


def test_it_differs_where_it_should_and_starts_alike(engine):
    """The first month's product is ours to the bit; police and posts are the rival's from then on."""
    ours, theirs = th.run(MINIATURE, threads=1, **SIZES), th.run(MINIATURE, threads=1, engine=engine, **SIZES)
    first = {name for i, name in enumerate(VARIABLES) if (values(ours) != values(theirs))[:, 0, :, i].any()}
    assert {"posts", "police_posts"} <= first and not first & {"industry", "farming", "output", "norms", "heads_worker"}
    assert not np.array_equal(values(ours)[:, -1], values(theirs)[:, -1])


def test_its_police_follow_inequality_and_not_shortage(engine):
    """Twice the shortage by decree moves our police and not the rival's."""
    start = resolve(load_scenario(MINIATURE).without_outside(), 1, 0)

    def police(live, **changed) -> float:
        record = load_rules().record(load_rules().values() | changed)
        series = simulate(start, record, seed=1, replicate=0, citizens=300, months=2, engine=live).series
        return series[-1, 0, VARIABLES.index("police_posts")]

    quarrels = {"conflict_want": 1.2, "conflict_positional": 1.0}
    assert police(None, **quarrels) > police(None)
    assert police(engine, **quarrels) == police(engine)


def test_its_books_balance(engine):
    start = resolve(load_scenario("russia-1917"), 1, 0)
    rules = load_rules().values()
    record = load_rules().record(rules)
    series = simulate(start, record, seed=1, replicate=0, citizens=400, months=60, engine=engine).series
    gaps = {name: float(np.abs(gap).max()) for name, gap in books.residuals(series, rules).items()}
    assert {name: gap for name, gap in gaps.items() if not gap <= books.BAR} == {}


def test_threads_slices_and_company_change_no_bit(engine, tmp_path):
    one, two = (th.run(MINIATURE, threads=n, engine=engine, **SIZES) for n in (1, 2))
    assert np.array_equal(values(one), values(two))
    alone = th.run(MINIATURE, engine=engine, months=24, citizens=150, replicate=2)
    assert np.array_equal(values(alone)[0], values(one)[2])
    kept = th.run(MINIATURE, engine=engine, out=tmp_path / "run", checkpoint_every=7, **SIZES)
    assert np.array_equal(values(kept), values(one))


def test_ours_are_the_same_with_a_rival_in_the_house(engine):
    """Importing and running a rival moves neither our bits nor our digest."""
    before, digest = values(th.run(MINIATURE, **SIZES)), rules_digest()
    th.run(MINIATURE, engine=engine, **SIZES)
    ours = th.run(MINIATURE, **SIZES)
    assert np.array_equal(values(ours), before)
    assert ours.manifest["rules_code"] == digest and "engine" not in ours.manifest


def test_a_run_says_by_whose_months_it_was_lived(engine, tmp_path):
    found = th.run(MINIATURE, engine=engine, out=tmp_path / "run", **SIZES)
    assert found.manifest["engine"]["name"] == "rival.month.months" and len(found.manifest["engine"]["code"]) == 16
    assert found.manifest["rules_code"] not in (rules_digest(), found.manifest["engine"]["code"])
    with pytest.raises(InputError, match="another package's months"):
        branch(tmp_path / "run", at="1920-07", replicates=1)


def test_a_stopped_run_of_a_rival_goes_on_by_the_rival_only(engine, tmp_path):
    """Its checkpoints belong to its code: our months don't go on from them."""
    asked = {**SIZES, "replicates": 1, "months": 120, "out": tmp_path / "run"}

    def stopping(*given, on_year, cancel, **options):
        def told(done: int, total: int) -> None:
            on_year(done, total)
            if done >= 24:
                cancel.set()

        return simulate(*given, on_year=told, cancel=cancel, **options)

    with pytest.raises(Interrupted):
        th.run(MINIATURE, engine=engine, checkpoint_every=12, simulate=stopping, **asked)
    with pytest.raises(InputError, match="another run was begun here"):
        th.run(MINIATURE, resume=True, **asked)
    whole = th.run(MINIATURE, engine=engine, resume=True, **asked)
    assert np.array_equal(values(whole), values(th.run(MINIATURE, engine=engine, **{**asked, "out": None})))


LIVE = """
import sys
import thermidor as th
from thermidor.runs.engines import load_engine
run = th.run(sys.argv[1], engine=load_engine(sys.argv[2]), months=24, citizens=100, replicates=1, threads=1)
print(repr(float(run.columns["police_posts"][0, -1, 0])), run.manifest["engine"]["code"], run.manifest["rules_code"])
"""


def lived(package: Path, cache: Path) -> list[str]:
    """Run the rival in a new process: police posts at the end, digest of its code, digest of the rules."""
    source = str(Path(th.__file__).parent.parent)
    names = {**os.environ, "PYTHONPATH": source, "NUMBA_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", LIVE, str(MINIATURE), str(package)]
    done = subprocess.run(command, env=names, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


@pytest.mark.slow
def test_an_edit_of_its_step_never_meets_old_code(tmp_path):
    """Numba alone would go on with what it kept, since the engine's own file has not changed (decision 0001)."""
    package, cache = tmp_path / "rival", tmp_path / "cache"
    shutil.copytree(RIVAL, package, ignore=shutil.ignore_patterns("__pycache__"))
    old, again = lived(package, cache), lived(package, cache)
    assert old == again, "what is kept is used"
    step = package / "guard.py"
    text = step.read_text()
    assert text.count("GUARDS = 0.03") == 1
    step.write_text(text.replace("GUARDS = 0.03", "GUARDS = 0.06"))
    new = lived(package, cache)
    assert float(new[0]) > float(old[0]), "the old rule is still alive"
    assert new[1] != old[1] and new[2] != old[2]


# what is refused


def test_a_function_without_a_digest_is_no_engine():
    def months(*arguments):
        raise AssertionError("it was lived")

    with pytest.raises(InputError, match="this is no engine"):
        th.run(MINIATURE, engine=months, **SIZES)
    with pytest.raises(InputError, match="this is no engine"):
        th.run(MINIATURE, engine="rival.months", **SIZES)


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("nothing", None, "no __init__.py"),
        ("empty", "", "has no 'months'"),
        ("plain", "def months(*a): ...", "this is no engine"),
        ("wrong", "import nothing_of_that_name", "can't be imported"),
        ("a-name", "", "can't be called 'a-name'"),
        ("json", "", "another module has that name"),
    ],
)
def test_a_folder_without_an_engine_is_refused(tmp_path, name, text, said):
    json.dumps({})
    (tmp_path / name).mkdir()
    if text is not None:
        (tmp_path / name / "__init__.py").write_text(text)
    with pytest.raises(InputError) as refused:
        load_engine(tmp_path / name)
    assert said in str(refused.value)


def test_the_command_takes_a_package(tmp_path):
    asked = ["run", str(MINIATURE), "--citizens", "100", "--months", "12", "--format", "json"]
    ours = CliRunner().invoke(app, asked)
    theirs = CliRunner().invoke(app, [*asked, "--engine", str(RIVAL)])
    assert ours.exit_code == theirs.exit_code == 0, theirs.output
    shared = [json.loads(done.output)["countries"]["northland"]["series"]["police_posts"] for done in (ours, theirs)]
    assert shared[0] != shared[1]
    assert CliRunner().invoke(app, [*asked, "--engine", str(tmp_path)]).exit_code == 2
