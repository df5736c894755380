"""The command line: how it ends, what it prints, and what it refuses."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

import thermidor.runs
from fixtures_views import synthetic
from thermidor.cli import run as run_module
from thermidor.cli.app import app
from thermidor.cli.run import citizens_of, fresh, interruptible, pairs
from thermidor.errors import InputError, Interrupted, RunError
from thermidor.runs.lock import hold
from thermidor.runs.result import Result
from thermidor.runs.store import Taken

MINIATURE = str(Path(__file__).parent / "data" / "miniature.yaml")
COMMANDS = ("run", "scenarios", "record", "explain", "trace", "export", "doctor", "version")
WIDE = 80


def call(*arguments: str) -> Any:
    """Run the program in this process."""
    return CliRunner().invoke(app, list(arguments))


def assert_narrow(text: str) -> None:
    """No line is wider than a terminal of 80 columns."""
    assert [line for line in text.splitlines() if len(line) > WIDE] == []


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Put a made-up run in the place of the model: `asked` is what the command asked for, `error` what it raises."""
    told = SimpleNamespace(asked={}, error=None)

    def run(scenario: Any, **asked: Any) -> Result:
        told.asked = asked
        if told.error is not None:
            raise told.error
        members = (asked["replicate"],) if asked["replicate"] is not None else tuple(range(asked["replicates"]))
        series = synthetic(len(members), 240).assign_coords(run=list(members))
        countries = {"somewhere": {"title": "Somewhere", "record": "SUN"}}
        manifest = {
            "scenario": {"name": "made-up", "resolved": {"countries": countries}},
            "versions": {"thermidor": "0"}, "overrides": {}, "seed": asked["seed"], "seconds": 0.5,
            "replicates": list(members), "citizens": asked["citizens"],
        }  # fmt: skip
        if asked["out"] is not None:
            asked["out"].mkdir(parents=True)
        return Result(series, manifest, asked["out"])

    monkeypatch.setattr(thermidor.runs, "run", run, raising=False)
    return told


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=lambda c: c[0] if c else "thermidor")
def test_help(command: tuple[str, ...]) -> None:
    """Every command explains itself within 80 columns."""
    done = call(*command, "--help")
    assert done.exit_code == 0
    assert_narrow(done.output)


def test_help_says_what_citizens_counts() -> None:
    """N is for each country."""
    assert "in EACH country" in " ".join(call("run", "--help").output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "loaded"), [(["--help"], []), (["run", "--help"], ["pydantic"]), (["version"], ["pydantic"])]
)
def test_quick_commands_import_nothing_heavy(arguments: list[str], loaded: list[str]) -> None:
    """What answers at once loads no compiler, no data library and no drawing; Typer reads options with Pydantic."""
    code = (
        "import sys, atexit, json\n"
        "heavy = {'numba', 'xarray', 'pydantic', 'yaml', 'matplotlib', 'zarr', 'numpy'}\n"
        "atexit.register(lambda: print('HEAVY', json.dumps(sorted(heavy & set(sys.modules)))))\n"
        "from thermidor.cli.app import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0 and set(json.loads(done.stdout.rpartition("HEAVY ")[2])) <= set(loaded), (
        done.stdout + done.stderr
    )


def test_public_names() -> None:
    """The package offers its public names, and no others."""
    import thermidor

    assert callable(thermidor.run) and callable(thermidor.open_run)
    assert callable(thermidor.scenarios.list_scenarios) and callable(thermidor.record.record)
    assert set(dir(thermidor)) == set(thermidor.__all__)
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = thermidor.nothing_here


def test_version() -> None:
    """The version is the project's."""
    import tomllib

    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert call("version").stdout.strip() == project["version"]


BAD = {
    "no command": ["nothing"],
    "no scenario": ["run"],
    "unknown scenario": ["run", "no-such-scenario"],
    "missing file": ["run", "no/such/file.yaml"],
    "unknown option": ["run", MINIATURE, "--colour"],
    "no replicates": ["run", MINIATURE, "--replicates", "0"],
    "replicates in words": ["run", MINIATURE, "--replicates", "many"],
    "replicate outside the batch": ["run", MINIATURE, "--replicates", "3", "--replicate", "3"],
    "negative replicate": ["run", MINIATURE, "--replicate", "-1"],
    "no months": ["run", MINIATURE, "--months", "0"],
    "too many months": ["run", MINIATURE, "--months", "100000"],
    "negative seed": ["run", MINIATURE, "--seed", "-1"],
    "no citizens": ["run", MINIATURE, "--citizens", "0"],
    "citizens in words": ["run", MINIATURE, "--citizens", "everybody"],
    "half a citizen": ["run", MINIATURE, "--citizens", "0.5"],
    "citizens of nowhere": ["run", MINIATURE, "--citizens", "nowhere=all"],
    "setting without value": ["run", MINIATURE, "--set", "northland.room"],
    "setting that is no number": ["run", MINIATURE, "--set", "northland.room=wide"],
    "setting that is not finite": ["run", MINIATURE, "--set", "northland.room=nan"],
    "setting twice": ["run", MINIATURE, "--set", "northland.room=0.1", "--set", "northland.room=0.2"],
    "setting of nowhere": ["run", MINIATURE, "--set", "nowhere.room=0.1"],
    "unknown condition": ["run", MINIATURE, "--set", "northland.roam=0.1"],
    "setting out of range": ["run", MINIATURE, "--set", "northland.room=2"],
    "unknown rule": ["run", MINIATURE, "--rule", "no_such_rule=1"],
    "rule without value": ["run", MINIATURE, "--rule", "famine"],
    "rule out of range": ["run", MINIATURE, "--rule", "famine=1e9"],
    "unknown mechanism": ["run", MINIATURE, "--without", "no_such_mechanism"],
    "unknown format": ["run", MINIATURE, "--format", "yaml"],
    "force without a place": ["run", MINIATURE, "--force"],
    "replicates without end": ["run", MINIATURE, "--replicates", "1000000000"],
    "replicates without end, as JSON": ["run", MINIATURE, "--replicates", "1000000000", "--format", "json"],
    "place without a name": ["run", MINIATURE, "--out", "/", "--force"],
    "taken place": ["run", MINIATURE, "--out", str(Path(__file__).parent)],
    "resolved nothing": ["scenarios", "--resolved"],
    "unknown scenario to show": ["scenarios", "no-such-scenario"],
    "unknown country": ["record", "XXX"],
    "unknown series": ["record", "SUN", "happiness"],
    "unknown topic": ["explain", "love", "it"],
    "unknown regime": ["explain", "regime", "monarchy"],
    "unknown rule to explain": ["explain", "rule", "no_such_rule"],
    "unknown step": ["explain", "month", "sleep"],
    "unknown event": ["explain", "event", "earthquake"],
    "trace nobody": ["trace", MINIATURE],
    "trace in nowhere": ["trace", MINIATURE, "--citizen", "1", "--country", "nowhere"],
    "trace too long": ["trace", MINIATURE, "--citizen", "1", "--months", "100000"],
    "export of nothing": ["export", str(Path(__file__).parent / "no-such-run")],
    "export as stone": ["export", ".", "--format", "stone"],
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear message on stderr, exit code 2, no traceback, nothing on stdout, nothing written."""
    monkeypatch.chdir(tmp_path)
    done = call(*BAD[case])
    assert done.exit_code == 2, done.output
    assert done.stderr.strip() and "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_messages_name_what_is_near() -> None:
    """A slip of the pen is answered with the nearest name."""
    assert "northland" in call("run", MINIATURE, "--citizens", "northlant=all").stderr
    assert "fascism" in call("explain", "regime", "facism").stderr
    assert "urban_share" in call("record", "SUN", "urban_shar").stderr


def test_messages_are_in_our_words() -> None:
    """No library speaks through, and a limit is told."""
    done = call("run", MINIATURE, "--format", "yaml")
    assert done.exit_code == 2 and "is not one of" in done.stderr and "Value error" not in done.stderr
    assert "it must be" in call("run", MINIATURE, "--seed", "x").stderr
    assert "10,000,000,000" in call("run", MINIATURE, "--citizens", "99999999999999").stderr
    assert "at most 1,000,000" in call("run", MINIATURE, "--replicates", "1000000000").stderr


@pytest.mark.parametrize(
    ("option", "begins"),
    [("--theory", "a theory begins with 'schema: 1'"), (None, "a scenario begins with 'schema: 1'"),
     ("sweep", "a design begins with 'schema: 1'")],
)  # fmt: skip
def test_an_empty_file_is_told_by_its_kind(option: str | None, begins: str, tmp_path: Path) -> None:
    """What is said to be missing is what a file of this kind begins with."""
    (tmp_path / "nothing.yaml").write_text("# nothing\n")
    file = str(tmp_path / "nothing.yaml")
    asked = {
        None: ["run", file],
        "sweep": ["sweep", file, "--dry-run"],
        "--theory": ["run", MINIATURE, "--theory", file],
    }[option]
    done = call(*asked)
    assert done.exit_code == 2 and "the file is empty" in done.stderr and begins in done.stderr, done.output


def test_another_schema_is_told_before_all_that_it_may_explain(tmp_path: Path) -> None:
    """A scenario of schema 2 lacks keys and has unknown ones; the schema comes first."""
    file = tmp_path / "later.yaml"
    file.write_text("schema: 2\nname: later\nheading: A title\n")
    assert call("run", str(file)).stderr.startswith("thermidor: the schema is 2\n")
    file.write_text("shema: 1\nname: later\n")
    assert call("run", str(file)).stderr.startswith("thermidor: unknown key 'shema'")


def test_options_that_are_named_in_help_are_there() -> None:
    """--rule and --without beat a theory only in commands that have them."""
    told = {}
    for name in app_commands():
        text = " ".join(call(name, "--help").output.replace("│", " ").split())
        told[name] = "--theory" in text, "--rule and --without beat it" in text, "--rule " in text
    assert {name for name, (has, *_) in told.items() if has} >= {"run", "branch", "settled", "why", "trace", "sweep"}
    assert {name for name, (_, beaten, _) in told.items() if beaten} == {"run", "branch"}
    assert "NAME|FILE.yaml" in " ".join(call("gallery", "--help").output.split())


def app_commands() -> list[str]:
    """Names of all commands."""
    import typer

    return list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_make_clean_removes_what_make_makes(tmp_path: Path) -> None:
    """What is made anew in minutes goes, sources and lived sweeps stay; `make validate` has the libraries it needs."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make here")
    shutil.copyfile(Path(__file__).parent.parent / "Makefile", tmp_path / "Makefile")
    stays = ["examples/rival/month.py", "benchmarks/bench.py", "src/thermidor/month.py", "runs/mine/figure.png"]
    stays.append("sweeps/one/members.csv")
    goes = [
        "demo/figure.png", "examples/rival/__pycache__/month.pyc", "site/index.html",
        "benchmarks/__pycache__/bench.pyc", "tests/__pycache__/x.pyc", ".venv/ready-base",
    ]  # fmt: skip
    for name in (*stays, *goes, "docs/index.md", "validation/page.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    subprocess.run([make, "clean"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert all((tmp_path / name).exists() for name in stays)
    assert not [name for name in goes if (tmp_path / name).parent.exists() and "tests/" not in name]
    assert not (tmp_path / "tests" / "__pycache__").exists()
    for name in ("pyproject.toml", "requirements/base.txt", "requirements/experiments.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    told = subprocess.run(
        [make, "-n", "validate"], cwd=tmp_path, check=True, capture_output=True, text=True, timeout=60
    )
    assert "-r requirements/experiments.txt" in told.stdout and told.stdout.rstrip().endswith("-m validation")


def test_as_a_module() -> None:
    """`python -m thermidor` is the command."""
    command = [sys.executable, "-m", "thermidor", "version"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert done.stdout == f"{thermidor.__version__}\n"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("bad thing", "file.yaml:3: key", "it is bad", "make it good"), 2, "file.yaml:3: key"),
        (RunError("somewhere", "produce", "output", "1918-03"), 1, "somewhere, 1918-03: output"),
        (Interrupted("stop"), 130, "interrupted; nothing was kept"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was kept"),
        (MemoryError(), 1, "out of memory"),
    ],
)
@pytest.mark.parametrize("form", ["table", "json"])
def test_endings(made_up: SimpleNamespace, error: BaseException, code: int, words: str, form: str) -> None:
    """Each kind of end has its code and its message, and prints nothing on stdout."""
    made_up.error = error
    done = call("run", MINIATURE, "--format", form)
    assert done.exit_code == code
    assert words in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_json_is_one_object(made_up: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON mode prints one object and nothing else, and keeps nothing unless it is given a place."""
    monkeypatch.chdir(tmp_path)
    done = call("run", MINIATURE, "--replicates", "3", "--citizens", "500", "--format", "json")
    assert done.exit_code == 0 and done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["seed"], found["replicates"], found["citizens"], found["theory"]) == (1, 3, 500, "trotsky")
    assert {"scenario", "version", "elapsed_seconds", "countries"} <= found.keys()
    country = found["countries"]["somewhere"]
    assert {"regime_share", "first_reached", "series", "measures"} <= country.keys()
    assert all(abs(sum(shares.values()) - 1.0) < 1e-9 for shares in country["regime_share"].values())
    assert {"unit", "months", "median", "p05", "p95"} == country["series"]["gdp_per_head"].keys()
    assert all(re.fullmatch(r"\d{4}-\d{2}", month) for month in country["regime_share"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("replicates", ["1", "4"])
def test_the_table(made_up: SimpleNamespace, replicates: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Regimes with reasons, turning points, the record, and where the files are; 80 columns; a figure."""
    monkeypatch.chdir(tmp_path)
    done = call("run", MINIATURE, "--replicates", replicates)
    assert done.exit_code == 0, done.output
    assert_narrow(done.stdout)
    assert "\x1b" not in done.stdout
    for part in ("regimes", "why", "turning points", "1928-1932", "record", "figure.png", "no label fits"):
        assert part in done.stdout, part
    assert (tmp_path / "runs" / "miniature" / "figure.png").stat().st_size > 10_000


def test_no_figure(made_up: SimpleNamespace, tmp_path: Path) -> None:
    """`--no-figure` draws none and promises none."""
    done = call("run", MINIATURE, "--no-figure", "--out", str(tmp_path / "here"))
    assert done.exit_code == 0 and "figure.png" not in done.stdout
    assert list((tmp_path / "here").iterdir()) == []


def test_an_interrupted_figure_leaves_the_run(
    made_up: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is whole by then: it says so, and no half a picture is left."""

    def interrupted(self: Result, path: Path) -> None:
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Result, "plot", interrupted)
    done = call("run", MINIATURE, "--out", str(tmp_path / "here"))
    assert done.exit_code == 130 and "the run is whole" in done.stderr
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize("out", [False, True])
def test_a_run_that_loses_the_race_for_a_folder_takes_the_next(
    made_up: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: bool
) -> None:
    """Where nobody named the folder, another run that took it meanwhile is no error; a named one is."""
    monkeypatch.chdir(tmp_path)
    calm, asked = thermidor.runs.run, list[str]()

    def raced(scenario: Any, **wish: Any) -> Result:
        asked.append(str(wish["out"]))
        if len(asked) == 1:
            Path(f"{wish['out']}.partial").mkdir(parents=True)
            raise Taken("this place is being written")
        return calm(scenario, **wish)

    monkeypatch.setattr(thermidor.runs, "run", raced)
    done = call("run", MINIATURE, "--no-figure", *(["--out", "mine"] if out else []))
    assert done.exit_code == (2 if out else 0), done.output
    assert asked == (["mine"] if out else ["runs/miniature", "runs/miniature-2"])


@pytest.mark.parametrize("times", [1, 2])
def test_interrupted_while_nothing_stops(tmp_path: Path, times: int) -> None:
    """A run that hangs is ended by a second Ctrl-C, or after a while, and nothing of it is left."""
    hanging = """
import os, signal, sys, time
from pathlib import Path
from thermidor.cli import run
run.GRACE = 0.3 if sys.argv[2] == "1" else 60.0
with run.interruptible(Path(sys.argv[1])):
    Path(sys.argv[1] + ".partial").mkdir()
    for _ in range(int(sys.argv[2])):
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
"""
    command = [sys.executable, "-c", hanging, str(tmp_path / "r"), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 130 and done.stderr == "thermidor: interrupted; nothing was kept\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("finished", ["", "; one is kept"])
def test_what_is_kept_is_asked_when_it_ends(finished: str) -> None:
    """Not when it begins: what is kept by then is not known."""
    ended = """
import os, signal, sys, time
from thermidor.cli import run
told = []
with run.interruptible(half=lambda: told[0]):
    told.append(sys.argv[1])
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
"""
    command = [sys.executable, "-c", ended, finished]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    said = finished or "; nothing was kept"
    assert done.returncode == 130 and done.stderr == f"thermidor: interrupted{said}\n"


TWICE = """
import os, signal, sys, time
from pathlib import Path
from thermidor.cli import run
with run.interruptible(Path(sys.argv[1]), force=True):
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
"""


@pytest.mark.parametrize("alive", [True, False])
def test_an_interrupted_run_leaves_another_alone(tmp_path: Path, alive: bool) -> None:
    """With `force`, what a dead writer left is removed on a second Ctrl-C, what a living one writes is not."""
    (tmp_path / "r.partial").mkdir()
    with hold(tmp_path / "r.partial") if alive else nullcontext():
        done = subprocess.run([sys.executable, "-c", TWICE, str(tmp_path / "r")], timeout=20, check=False)
    assert done.returncode == 130 and (tmp_path / "r.partial").exists() is alive


def test_an_interrupted_run_leaves_what_is_no_runs(tmp_path: Path) -> None:
    """What stands beside under the names that a run would clear away is kept, if no run left it."""
    for name in ("r.partial", "r.partial.dropped"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("years of work")
    done = subprocess.run([sys.executable, "-c", TWICE, str(tmp_path / "r")], timeout=20, check=False)
    assert done.returncode == 130
    (tmp_path / "r.partial" / "thesis.txt").unlink()
    done = subprocess.run([sys.executable, "-c", TWICE, str(tmp_path / "r")], timeout=20, check=False)
    assert done.returncode == 130 and [p.name for p in tmp_path.iterdir()] == ["r.partial.dropped"]
    assert (tmp_path / "r.partial.dropped" / "thesis.txt").exists()


def test_interrupt_only_sets_an_event_and_is_restored() -> None:
    """The first Ctrl-C raises nothing in the midst of the work."""
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as cancel:
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.wait(1.0)
    assert signal.getsignal(signal.SIGINT) is before


def test_options_reach_the_run(made_up: SimpleNamespace, tmp_path: Path) -> None:
    """What is written on the command line is what is asked of the run."""
    done = call(
        "run", MINIATURE, "--replicates", "5", "--replicate", "2", "--seed", "7", "--months", "24", "--no-figure",
        "--set", "northland.room=0.5", "--set", "southland.fear=0.25", "--rule", "famine=0.3", "--without", "outside",
        "--citizens", "800", "--citizens", "northland=all", "--out", str(tmp_path / "x"), "--force",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    asked = made_up.asked
    assert (asked["replicates"], asked["replicate"], asked["seed"], asked["months"]) == (5, 2, 7, 24)
    assert asked["set"] == {"northland.room": 0.5, "southland.fear": 0.25}
    assert asked["rules"] == {"famine": 0.3} and asked["without"] == ["outside"]
    assert asked["citizens"] == {"northland": "all", "southland": 800}
    assert asked["out"] == tmp_path / "x" and asked["force"] is True
    assert asked["progress"] is None


def test_citizens() -> None:
    """N is for each country; a named country has its own number."""
    both = ("here", "there")
    assert citizens_of(None, both) == 10_000
    assert citizens_of(["500"], both) == 500
    assert citizens_of(["here=all,there=2000"], both) == {"here": "all", "there": 2000}
    assert citizens_of(["there=3"], both) == {"here": 10_000, "there": 3}
    for bad in ("", "here=", "=5", "-5", "1e4", "²", "9" * 400):
        with pytest.raises(InputError):
            citizens_of([bad], both)
    with pytest.raises(InputError, match="twice"):
        citizens_of(["here=1", "here=2"], both)


def test_pairs() -> None:
    """Names and numbers are read as they are meant."""
    assert pairs("--set", ["a.b=1e-3", " c =2"], "X") == {"a.b": 0.001, "c": 2.0}
    for bad in ("a", "=1", "a=", "a=inf", "a=1=2"):
        with pytest.raises(InputError):
            pairs("--set", [bad], "X")


def test_fresh_folders(tmp_path: Path) -> None:
    """A new run never meets an old one, nor one that is being written."""
    assert fresh(tmp_path, "a") == tmp_path / "a"
    (tmp_path / "a").mkdir()
    assert fresh(tmp_path, "a") == tmp_path / "a-2"
    (tmp_path / "a-2.partial").mkdir()
    assert fresh(tmp_path, "a") == tmp_path / "a-3"
    (tmp_path / "a-3").symlink_to("nowhere")
    assert fresh(tmp_path, "a") == tmp_path / "a-4"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scenarios", MINIATURE], "northland"),
        (["scenarios", MINIATURE, "--resolved", "--seed", "3"], "member 0 of seed 3"),
        (["record", "SUN"], "gdp_per_head"),
        (["record", "SUN", "gdp_per_head"], "Maddison"),
        (["explain", "regime"], "proletarian-bonapartism"),
        (["explain", "regime", "fascism"], "assumed"),
        (["explain", "rule"], "famine"),
        (["explain", "rule", "famine"], "range"),
        (["explain", "month"], "distribute"),
        (["explain", "month", "plan"], "step 2 of 14"),
        (["explain", "event"], "path"),
        (["explain", "event", "war"], "war_deaths"),
        (["explain", "event", "path"], "embargo"),
    ],
    ids=lambda value: " ".join(Path(v).name for v in value) if isinstance(value, list) else "",
)
def test_what_there_is_is_shown(arguments: list[str], words: str) -> None:
    """What can be looked up is printed within 80 columns."""
    done = call(*arguments)
    assert done.exit_code == 0, done.output
    assert words in done.stdout
    assert_narrow(done.stdout)


def test_every_regime_can_be_explained() -> None:
    """No label of the lens is without its page."""
    from thermidor.lenses import lens

    for label in lens("trotsky").table().labels:
        done = call("explain", "regime", label.name)
        assert done.exit_code == 0 and label.meaning.split()[0] in done.stdout
        assert_narrow(done.stdout)


def test_the_schema_is_json() -> None:
    """`scenarios --schema` prints a JSON Schema and nothing else."""
    assert "properties" in json.loads(call("scenarios", "--schema").stdout)


def test_progress_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No bar is drawn into a file, nor for work that takes no time."""
    with run_module.progress() as told:
        assert told is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with run_module.progress() as told:
        assert told is not None
        told(0, 2, 12, 240)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(run_module, "PATIENCE", 0.0)
    with run_module.progress() as told:
        told(0, 2, 12, 240)
    shown = capsys.readouterr()
    assert "12/240" in shown.err and shown.out == ""
