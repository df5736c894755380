"""The documentation is true: pages are current, commands run, links lead somewhere, mechanisms are described."""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import build  # noqa: E402
import design_block  # noqa: E402
import figures  # noqa: E402
import ledger  # noqa: E402
import read_source  # noqa: E402
import shown  # noqa: E402

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
TINY = {
    "run": ["--citizens", "200", "--months", "24", "--replicates", "1", "--no-figure"],
    "trace": ["--citizens", "200", "--months", "6"],
    "compare": ["--citizens", "200", "--replicates", "1"],
    "branch": ["--months", "12", "--replicates", "1", "--no-figure"],
}
"""What makes the commands of the pages small: of an option given twice the last one counts."""


def name_of(page: Path) -> str:
    """Path of a page from the root."""
    return page.relative_to(ROOT).as_posix()


def fenced(page: Path, kind: str) -> list[str]:
    """The code blocks of a kind in a page."""
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_generated_pages_are_current() -> None:
    """Pages made from code and data are what `python docs/build.py` would write, and none is left over."""
    made = build.pages()
    there = {page.relative_to(DOCS).as_posix(): page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")}
    stale = [path for path, text in made.items() if there.get(path) != text]
    for path, parts in build.blocks().items():
        text = (ROOT / path).read_text(encoding="utf-8")
        if build.with_blocks(text, parts) != text:
            stale.append(path)
    stale += [path for path, text in there.items() if path.startswith("results/") and build.dated(text) != text]
    left = [
        path for path in there if path.startswith(("mechanisms/", "scenarios/")) and path not in {*made, *build.BY_HAND}
    ]
    assert not stale and not left, "run: python docs/build.py"


def test_what_ships_of_the_ledger_is_its_result() -> None:
    """Verdicts and findings that ship are those of results/ledger.json; with what was asked they are the whole told."""
    from thermidor.ledger import tell
    from thermidor.ledger.entry import shipped

    result = json.loads((ledger.RESULTS / "ledger.json").read_text(encoding="utf-8"))
    text = ledger.VERDICTS.read_text(encoding="utf-8")
    assert text == ledger.as_shipped(result), "run: python docs/ledger.py verdicts"
    assert len(text.encode()) < 120 * 1024
    claims, entries = yaml.safe_load(text)["claims"], {entry.id: entry for entry in shipped()}
    assert set(claims) == set(entries) == {entry["id"] for entry in result["entries"]}
    for entry in result["entries"]:
        own, page = claims[entry["id"]], (DOCS / "ledger" / f"{entry['id']}.md").read_text(encoding="utf-8")
        assert [own[key] for key in ("model", "needs", "record")] == [
            entry[key]["verdict"] for key in ("model", "needs", "record")
        ]
        pairs = [(own["trials"][trial["id"]], trial["told"]) for trial in entry["trials"]]
        pairs += [(own["looks"][look["test"]], look["told"]) for look in entry["looks"]]
        for found, told in pairs:
            kept = [(name, t) for name, texts in found.items() for t in ([texts] if isinstance(texts, str) else texts)]
            assert sorted(kept) == sorted((name, text) for name, text in told if name not in ledger.ASKED)
            assert all(text.replace("|", "\\|") in page for _, text in kept)
    trial = next(entry.trials[0] for entry in shipped() if entry.trials)
    assert tuple(name for name, _ in tell.asked(trial)) == ledger.ASKED


def test_readme_shows_the_present_rules() -> None:
    """README's table and picture were made with the rules, scenarios and lens as they are."""
    stamps = re.findall(r"<!-- stamp: (\w+) -->", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert stamps == [figures.stamp()], "run: make figures"


@pytest.mark.slow
def test_readme_table_is_what_the_program_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that README names prints README's regimes and growth; last bits may differ between machines."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    output, code = thermidor([*figures.COMMAND, "--out", str(tmp_path / "run"), "--no-figure"], capsys)
    assert code == 0

    def regimes_of(table: str) -> list[str]:
        return re.findall(r"^\d{4}-\d\d +\d{4}-\d\d +(\S+)", table, re.MULTILINE)

    def growth_of(table: str) -> list[float]:
        return [float(x) for x in re.findall(r"^\d{4}-\d{4} +([+-][\d.]+)", table, re.MULTILINE)]

    printed = figures.shown(output)
    assert regimes_of(printed) and regimes_of(printed) == regimes_of(text)
    assert growth_of(printed) == pytest.approx(growth_of(text), abs=0.5)


def thermidor(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, int]:
    """Run the command in this process; returns what it printed and its exit code."""
    from thermidor.cli.app import app

    try:
        code = app(arguments, prog_name="thermidor", standalone_mode=True)
    except SystemExit as end:
        code = end.code
    return capsys.readouterr().out, int(code or 0)


@pytest.mark.parametrize("page", [ROOT / "README.md", DOCS / "first-steps.md"], ids=name_of)
def test_commands_of_the_pages_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every line that begins with $ in a `console` block runs, made small, one after the other in an empty folder."""
    monkeypatch.chdir(tmp_path)
    lines = [line for block in fenced(page, "console") for line in block.splitlines()]
    assert lines and all(line.startswith("$ thermidor ") for line in lines)
    for line in lines:
        command = shlex.split(line.removeprefix("$ thermidor "))
        extra = list(TINY.get(command[0], []))
        if "--replicate" in command:
            at = extra.index("--replicates")
            del extra[at : at + 2]
        output, code = thermidor([*command, *extra], capsys)
        assert code == 0, line
        assert output.strip(), line


EVERY_COMMAND = re.compile(r"^(?:\$ )?thermidor (\w.*)$")


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=name_of)
def test_commands_of_all_pages_have_their_options(page: Path) -> None:
    """Every line of a block that calls the command names a command that exists and options that it has."""
    from typer.main import get_command

    from thermidor.cli.app import app

    known = get_command(app).commands
    blocks = re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
        if found := EVERY_COMMAND.match(line.partition(" #")[0]):
            name, *words = shlex.split(found[1])
            assert name in known, line
            options = {
                option for parameter in known[name].params for option in (*parameter.opts, *parameter.secondary_opts)
            }
            asked = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert asked <= options | {"--help"}, (line, asked - options)


def test_python_of_the_pages_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `python` block of the first steps runs as it stands."""
    monkeypatch.chdir(tmp_path)
    blocks = fenced(DOCS / "first-steps.md", "python")
    assert blocks
    for block in blocks:
        exec(compile(block, "first-steps.md", "exec"), {"__name__": "first_steps"})
    assert (tmp_path / "decade.png").stat().st_size > 1000


@pytest.mark.parametrize("page", sorted((DOCS / "experiments").glob("*.md")), ids=name_of)
def test_pages_on_experiments_show_what_is_printed(page: Path) -> None:
    """Carried out from top to bottom, a page on experiments shows what its commands print; its programs are whole."""
    assert not shown.difference(page.read_text(encoding="utf-8"), shown.carried_out(page)), "run: python docs/shown.py"
    for block in fenced(page, "py"):
        compile(block, page.name, "exec")


def test_what_a_page_shows_is_compared_word_by_word() -> None:
    """Times and widths don't count; another word, another number or a line more does."""
    assert not shown.difference("lost  95%  in 3 s ───", "lost 95% in 12 s ─")
    for other in ("lost 60% in 3 s", "kept 95% in 3 s", "lost 95% in 3 s more"):
        assert shown.difference("lost 95% in 3 s", other), other


def test_every_kind_of_outcome_has_an_example_that_can_be_planned() -> None:
    """The examples in the reference of designs make a design."""
    from thermidor.experiments.design import parse_design
    from thermidor.experiments.plan import plan_of

    lines = "\n".join(f"  {kind}_: {text}" for kind, text in design_block.EXAMPLES.items())
    head = "schema: 1\nname: all\ntitle: All\nabout: All.\nbase: {scenario: russia-1917}\noutcomes:\n"
    assert list(plan_of(parse_design(head + lines)).design.outcomes) == [f"{kind}_" for kind in design_block.EXAMPLES]


class Anchors(HTMLParser):
    """The ids in a rendered page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of the id of a tag."""
        self.found |= {value for key, value in attrs if key == "id" and value}


def anchors(page: Path) -> set[str]:
    """Ids that a link into a page may name: of headings as the site makes them, and those written in the page."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    parser = Anchors()
    parser.feed(text)
    found = set(parser.found)
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        named = re.search(r"\{#([\w-]+)\}\s*$", heading)
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())
        found.add(named[1] if named else slug)
    return found


def links(page: Path) -> Iterator[str]:
    """Targets of the links and pictures of a page, but for those in code and those to the web."""
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link inside the repository leads to a file that is there, and to a heading that is in it."""
    wrong = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.is_file() or (anchor and anchor not in anchors(file)):
            wrong.append(target)
        if page.is_relative_to(DOCS) and not file.is_relative_to(DOCS):
            wrong.append(f"{target} (outside docs/: not in the site)")
    assert not wrong


def functions_with_rules() -> list[tuple[str, ast.FunctionDef, set[str]]]:
    """Functions of citizens, steps and passages that read rules: file, function, rules."""
    found = []
    source = read_source.SOURCE
    for path in [source / "citizen.py", *sorted(source.glob("steps/*.py")), *sorted(source.glob("passages/*.py"))]:
        for function in read_source.functions_of(path.relative_to(source).as_posix()).values():
            names = {
                node.attr
                for node in ast.walk(function)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "rules"
            }
            if names:
                found.append((path.name, function, names))
    return found


def test_every_mechanism_is_described() -> None:
    """A function that reads a rule has the parts of a docstring (CONTRIBUTING) and names the rule in it."""
    wrong = []
    for file, function, names in functions_with_rules():
        sentence, parts = read_source.read_docstring(function)
        wrong += [f"{file} {function.name}: no '{label}:'" for label in read_source.LABELS if not parts.get(label)]
        if not sentence.endswith("."):
            wrong.append(f"{file} {function.name}: the first line is no sentence")
        text = ast.get_docstring(function) or ""
        wrong += [
            f"{file} {function.name}: reads {name}, names it nowhere"
            for name in sorted(names)
            if not re.search(rf"\b{name}\b", text)
        ]
    assert not wrong, "\n".join(wrong)


def test_every_rule_has_a_page() -> None:
    """Every rule stands on the page of some mechanism; every claim that is named is in the list of claims."""
    rules = build.load_rules()
    shown = {name for m in read_source.mechanisms() for name in build.rules_of(m)}
    assert set(rules.names) <= shown, sorted(set(rules.names) - shown)
    for claim in {c for name in rules for c in rules[name].claims} | {
        c for m in read_source.mechanisms() for c in m.claims
    }:
        assert build.first_claim(claim, build.claims())


def test_the_month_is_told_in_its_order() -> None:
    """ODD's overview follows the calls of `month.py`, and `explain` knows the same steps."""
    from thermidor.cli.explain import MONTH

    told = re.findall(r"^\d+\. \*\*(\w+)\*\*", (DOCS / "odd.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert tuple(told) == read_source.month_order() == MONTH
