"""The shape of the house: arrows between packages, sizes, names, pins, and what a quick command may import."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "thermidor"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 400

RECORDS = "errors jit draws country citizen_record"
MECHANISMS = "books citizen passages steps"
MODEL = f"{RECORDS} rules {MECHANISMS} month scenarios record society theories"

ARROWS: dict[str, str] = {
    # packages (those on one line may import each other): what they may import, always from further up
    RECORDS: "",
    "rules": RECORDS,
    MECHANISMS: RECORDS,
    "meanfield": f"{RECORDS} rules",
    "month": f"{RECORDS} {MECHANISMS}",
    "scenarios record": f"{RECORDS} rules",
    "society": f"{RECORDS} {MECHANISMS} rules scenarios",
    "theories": f"{RECORDS} rules scenarios",
    "lenses": "errors country",
    "events": "errors country lenses",
    "views": "errors country record lenses",
    "runs": f"{MODEL} lenses events views",
    "experiments": f"{MODEL} lenses views runs",
    "futures analysis": f"{MODEL} lenses views runs experiments",
    "reports": f"{MODEL} lenses events views runs experiments futures analysis",
    "gallery": f"{MODEL} lenses events views runs experiments futures analysis",
    "fitting": f"{MODEL} lenses views runs gallery",
    "ledger": f"{MODEL} lenses views runs experiments analysis gallery",
    "__init__": f"{MODEL} lenses views runs experiments",
    "lab": f"{MODEL} lenses events views runs experiments futures reports gallery ledger",
    "cli __main__": f"{MODEL} lenses events views runs experiments futures analysis reports gallery fitting ledger lab "
    "meanfield __init__",
}

SLOW_TO_IMPORT = {
    "numba", "xarray", "zarr", "pydantic", "yaml", "matplotlib", "pandas", "pyarrow", "distributed", "SALib", "duckdb",
    "statsmodels", "scipy", "jinja2", "nicegui", "fastapi",
}  # fmt: skip


def package_of(module: Path) -> str:
    """The entry of `ARROWS` that a file of the source belongs to."""
    return module.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports_of(module: Path) -> Iterator[str]:
    """Packages of ours that a file imports, at its head or inside a function."""
    here = ("thermidor", *module.relative_to(SOURCE).parent.parts)
    for node in ast.walk(ast.parse(module.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            names = [f"{origin}.{alias.name}" for alias in node.names if alias.name != "__version__"]
        for name in names:
            head, _, rest = name.partition(".")
            if head == "thermidor":
                package = rest.partition(".")[0]
                inside = (SOURCE / package).is_dir() or (SOURCE / f"{package}.py").is_file()
                yield package if package and inside else "__init__"


def files_named(pattern: str) -> list[Path]:
    """Files of the repository that match, outside the hidden folders and what tools have made."""
    made = {"build", "dist", "site", "out", "demo"}
    found = (path for path in ROOT.rglob(pattern) if path.is_file())
    return sorted(p for p in found if not any(x.startswith(".") or x in made for x in p.relative_to(ROOT).parts))


def test_the_table_of_arrows_runs_one_way() -> None:
    """Each line is allowed only what stands above it, so that there can be no circle between lines."""
    above: set[str] = set()
    for packages, allowed in ARROWS.items():
        assert set(allowed.split()) <= above, f"{packages}: allowed what stands below"
        above |= set(packages.split())


def test_arrows() -> None:
    """A file imports only what the table allows its package, and every package has a place in the table."""
    may = {one: {*line.split(), *allowed.split()} for line, allowed in ARROWS.items() for one in line.split()}
    wrong = [
        f"{module.relative_to(SOURCE)} imports {imported}"
        for module in MODULES
        for imported in sorted(set(imports_of(module)))
        if imported not in may.get(package_of(module), set())
    ]
    assert not wrong, "\n".join(wrong)
    assert {package_of(module) for module in MODULES} <= set(may), "give the new package a place in the table"


def test_compiled_code_is_in_the_digest() -> None:
    """Every file with compiled functions belongs to the digest that names the compile cache (decision 0001)."""
    from thermidor.jit import RULE_CODE

    marks = re.compile(r"^\s*@(jit\.)?(compiled|entry)\b", re.MULTILINE)
    with_marks = [module.relative_to(SOURCE).as_posix() for module in MODULES if marks.search(module.read_text())]
    missing = [name for name in with_marks if not any(fnmatch(name, pattern) for pattern in RULE_CODE)]
    assert not missing, "an edit here would meet stale compiled code: add it to RULE_CODE in jit.py"


def test_modules_are_short() -> None:
    """No module, of the program or beside it, is longer than can be read in one go."""
    beside = [file for folder in ("benchmarks", "docs", "validation") for file in sorted((ROOT / folder).rglob("*.py"))]
    lines = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in (*MODULES, *beside)}
    assert not {name: count for name, count in lines.items() if count > LONGEST}


def test_no_society_has_a_name_in_code() -> None:
    """Scenarios and countries are named in data only; what holds for one must hold for all."""
    library = sorted((SOURCE / "scenarios" / "library").glob("*.yaml"))
    if not library:
        pytest.skip("no scenario yet")
    names = {file.stem for file in library}
    for file in library:
        names |= set(yaml.safe_load(file.read_text())["countries"])
    word = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![a-z])", re.I)
    found = [
        f"{module.relative_to(ROOT)}:{number}: {match[0]}"
        for module in MODULES
        for number, line in enumerate(module.read_text().splitlines(), 1)
        if (match := word.search(line))
    ]
    assert not found, "\n".join(found)


def test_every_test_is_collected() -> None:
    """A file with tests has a name and a place that pytest looks for, and a file with such a name has tests."""

    def has_tests(file: Path) -> bool:
        return any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
            for node in ast.walk(ast.parse(file.read_text()))
        )

    tests = ROOT / "tests"
    named = {file for file in files_named("test_*.py") if file.is_relative_to(tests)}
    with_tests = {file for file in files_named("*.py") if has_tests(file)}
    assert named == with_tests


def test_requirements_hold_no_address() -> None:
    """Pins say what is installed, never where from; an index is the business of the machine."""
    for file in files_named("requirements/*"):
        text = file.read_text().lower()
        assert not re.search(r"https?:|file:/|--index|--extra-index|--find-links|--trusted-host", text), file.name


@pytest.mark.parametrize("name", ["base", "experiments", "test", "docs", "bench"])
def test_requirements_are_pinned_and_hashed(name: str) -> None:
    """Every line that names a package pins one version and carries its hashes."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
    pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert pins
    assert all(re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line) for line in pins)


@pytest.mark.parametrize("name", ["base", "experiments", "lab", "test", "docs", "bench"])
def test_requirements_agree_with_the_project(name: str) -> None:
    """`requirements/NAME.in` and pyproject.toml name the same packages within the same bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = (ROOT / "requirements" / f"{name}.in").read_text().splitlines()
    if name == "base":
        declared = project["project"]["dependencies"] + project["build-system"]["requires"]
    else:
        declared = project["project"]["optional-dependencies"][name]
    assert sorted(line for line in lines if line and line[0] not in "#-") == sorted(declared)


@pytest.mark.parametrize("code", ["import thermidor", "from thermidor.cli.app import main; main()"])
def test_a_quick_command_imports_nothing_slow(code: str) -> None:
    """`import thermidor` and `thermidor --help` load none of the packages that take long to load."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, "--help"],
        env={**os.environ, "PYTHONPATH": str(SOURCE.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    loaded = set(re.findall(r"^import time:.*\|\s*(\S+)$", done.stderr, re.MULTILINE))
    assert "thermidor" in loaded
    assert not loaded & SLOW_TO_IMPORT
