"""The page of a run or a sweep: whole in one file, no script and no address, whatever the names in it are."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import thermidor.cli.inquiry  # noqa: F401  adds the command
from small import MINIATURE
from small_sweeps import DESIGN, write
from thermidor.cli.app import app
from thermidor.errors import InputError
from thermidor.reports import account
from thermidor.reports.report import DRAWN, commands, report, run_page
from thermidor.runs import open_run, run
from thermidor.runs.result import main_country
from thermidor.scenarios import load_scenario
from thermidor.views.overview import figure
from thermidor.views.report import Facts, Listing, Picture, Section, Table, page

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Page(HTMLParser):
    """A page read: its tags with attributes, its text, and for each table caption, heads and cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.inside:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kept run of the miniature."""
    where = tmp_path_factory.mktemp("runs") / "kept"
    changes: dict[str, Any] = {"set": {"northland.room": 0.5}, "rules": {"gain_shortage": 0.5}}
    run(MINIATURE, replicates=3, citizens=60, months=160, seed=7, out=where, **changes)
    return where


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    """Its page."""
    return run_page(open_run(folder))


def assert_alone(text: str) -> None:
    """Nothing is fetched, nothing runs, and the policy allows the page's own style by its digest and no other."""
    read = Page(text)
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "iframe", "object", "embed", "form", "base"})
    for _, attributes in read.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href", "srcset", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/png;base64,"))
    style = re.findall(r"<style>(.*?)</style>", text, re.S)
    assert len(style) == 1 and not re.search(r"url\(|@import|expression", style[0])
    policy = next(a["content"] for a in read.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert policy is not None and policy.startswith("default-src 'none'") and f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def assert_readable(text: str) -> None:
    """Language, one first heading, headings without a gap, words for every picture, captions, marks that exist."""
    read = Page(text)
    assert read.named("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(len(image["alt"] or "") > 20 for image in read.named("img"))
    assert len(read.named("caption")) == len(read.named("table"))
    assert all(head.get("scope") == "col" for head in read.named("th"))
    marks = [a["id"] for _, a in read.tags if "id" in a]
    assert len(marks) == len(set(marks))
    assert all((link["href"] or "")[1:] in marks for link in read.named("a"))
    assert "width=device-width" in text and "prefers-color-scheme: dark" in text and "@media print" in text


def test_the_page_of_a_run_stands_alone(text: str) -> None:
    """One file, readable by everyone."""
    assert_alone(text)
    assert_readable(text)


def test_every_table_of_the_terminal_is_there(folder: Path, text: str) -> None:
    """Each cell that the terminal prints of a run stands in the page."""
    held, shown = open_run(folder), Page(text).text
    main = main_country(held)
    tables = [account.regimes(held, country) for country in held.reading.countries]
    tables += [account.turning_points(held, main), *account.beside(held, main)]
    assert len(tables) >= 4
    for table in tables:
        assert table.caption in shown
        for cell in (cell for row in table.rows for cell in row):
            assert cell in shown


def test_it_says_what_was_run(folder: Path, text: str) -> None:
    """Seed, digest of the rules, changes, every version, and the scenario itself, which can be run as it stands."""
    was, shown = open_run(folder).manifest, Page(text).text
    for part in (was["rules_code"], "northland.room = 0.5", "gain_shortage = 0.5", *was["versions"].values()):
        assert part in shown
    assert was["scenario"]["text"].strip() in shown
    assert "Northland has just made a revolution" in shown


def test_the_command_runs_the_same_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page gives as the command, with the scenario that it gives beside, has the same bits."""
    was = open_run(folder)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "miniature.yaml").write_text(was.manifest["scenario"]["text"], encoding="utf-8")
    again = commands(was.manifest)[0].split()
    assert again[:3] == ["thermidor", "run", "miniature.yaml"] and "--set" not in again
    done = CliRunner().invoke(app, [*again[1:], "--out", "again", "--no-figure"])
    assert done.exit_code == 0, done.output
    assert open_run("again").whole.equals(was.whole)


def test_a_scenario_of_the_library_is_run_by_name() -> None:
    """With all that was changed, quoted for the shell; one member by its number."""
    manifest = {
        "scenario": {"name": "russia-1917"},
        "overrides": {"set": {"russia.fear": 0.4}, "rules": {}, "without": ["outside", "usurpation"]},
        "replicates": [7], "citizens": {"russia": "all", "atlantic-powers": 50}, "months": 12, "seed": 3,
    }  # fmt: skip
    assert commands(manifest) == [
        "thermidor run russia-1917 --replicate 7 --citizens russia=all --citizens atlantic-powers=50 --seed 3 "
        "--months 12 --set russia.fear=0.4 --without outside --without usurpation"
    ]


def test_a_branch_is_told_as_one(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own first month, what it goes on from, and commands that make the same futures, of a branch's branch too."""
    from thermidor.futures.branch import branch

    changes: dict[str, Any] = {"set": {"northland.norms": 0.7}, "rules": {"gain_shortage": 0.4}}
    first = branch(folder, at="1922-01", member=1, replicates=2, until="1924-12", out=tmp_path / "first", **changes)
    made = branch(first, at="1923-05", member=1, replicates=1, same_draws=True, months=14, without="outside",
                  out=tmp_path / "second")  # fmt: skip
    shown = " ".join(Page(run_page(first)).text.split())
    for part in ("36, from 1922-01", "member 1 of the run kept in kept, as it was at the start of 1922-01",
                 "from 1922-01 on: northland.norms = 0.7", "northland.room = 0.5, gain_shortage = 0.5",
                 "2 futures of member 1 from 1922-01", "thermidor branch kept --at 1922-01"):  # fmt: skip
        assert part in shown, part
    said = [text.get_text() for text in figure(first).texts]
    assert any("2 futures of member 1 from 1922-01" in text for text in said)
    (tmp_path / "again").mkdir()
    monkeypatch.chdir(tmp_path / "again")
    Path("miniature.yaml").write_text(made.manifest["scenario"]["text"], encoding="utf-8")
    lines = commands(made.manifest, "third")
    assert [line.split()[1] for line in lines] == ["run", "branch", "branch"]
    for line in lines:
        done = CliRunner().invoke(app, [*line.split()[1:], "--no-figure"])
        assert done.exit_code == 0, done.output
    assert open_run("third").whole.equals(open_run(made.path).whole)


def test_names_cannot_run_anything(tmp_path: Path) -> None:
    """A scenario whose words are tags is shown as it is written."""
    calm = MINIATURE.read_text(encoding="utf-8")
    wild = calm.replace("title: Two small countries", f"title: '{EVIL.replace(chr(39), chr(39) * 2)}'")
    wild = wild.replace("title: Northland", "title: '</title><script>alert(3)</script>'")
    (tmp_path / "wild.yaml").write_text(wild.replace("name: miniature", "name: wild"), encoding="utf-8")
    done = run(load_scenario(tmp_path / "wild.yaml"), replicates=1, citizens=40, months=24)
    made = run_page(done)
    assert_alone(made)
    assert EVIL in Page(made).text and "<script" not in made


def test_every_part_of_a_page_is_escaped() -> None:
    """Titles, prose, captions, heads, cells, facts, listings, words for a picture and the foot."""
    png = b"\x89PNG\r\n\x1a\n" + bytes(8) + (3).to_bytes(4, "big") + (2).to_bytes(4, "big")
    parts = (EVIL, Table(EVIL, (EVIL,), ((EVIL,),), (0,), EVIL), Picture(png, EVIL, EVIL), Facts(((EVIL, EVIL),)),
             Listing(EVIL), Listing(EVIL, EVIL))  # fmt: skip
    made = page(EVIL, [Section(EVIL, parts)] * 3, subtitle=EVIL, foot=[EVIL])
    assert_alone(made)
    assert Page(made).text.count(EVIL) >= 3 * 11 + 5
    assert Page(made).named("img")[0]["width"] == "3" and Page(made).named("img")[0]["height"] == "2"


def test_a_store_may_be_moved(folder: Path, text: str, tmp_path: Path) -> None:
    """The page says nothing of where the run was kept, and is the same from another folder."""
    moved = tmp_path / "elsewhere" / "moved"
    shutil.copytree(folder, moved)
    made = report(moved)
    assert made == moved.with_name("report-moved.html")
    assert made.read_text(encoding="utf-8") == text
    assert str(folder) not in text and str(tmp_path) not in text


def test_wrong_folders_are_refused(folder: Path, tmp_path: Path) -> None:
    """Nothing there, nothing of ours, a damaged store, a place that can't be written: an InputError, exit code 2."""
    strange, damaged = tmp_path / "strange", tmp_path / "damaged"
    strange.mkdir()
    (strange / "manifest.json").write_text('{"kind": "other"}')
    shutil.copytree(folder, damaged)
    shutil.rmtree(damaged / "series.zarr" / "series" / "c")
    for place in (tmp_path, tmp_path / "nothing", strange, damaged):
        with pytest.raises(InputError):
            report(place, tmp_path / "page.html")
    for out in (tmp_path, tmp_path / "no" / "page.html"):
        with pytest.raises(InputError):
            report(folder, out)
    assert not (tmp_path / "page.html").exists()
    assert CliRunner().invoke(app, ["report", str(strange)]).exit_code == 2


def test_only_a_report_is_replaced(folder: Path, tmp_path: Path) -> None:
    """Another file, a link to one, or what belongs to the run itself stays as it is; an older report gives way."""
    kept, link, page_there = tmp_path / "precious.yaml", tmp_path / "link.html", tmp_path / "page.html"
    kept.write_text("years of work", encoding="utf-8")
    link.symlink_to(kept)
    inside = tmp_path / "inside"
    inside.symlink_to(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for out in (kept, link, folder / "manifest.json", folder / "new.html", inside / "new.html", folder / "../kept/x"):
        done = CliRunner().invoke(app, ["report", str(folder), "--out", str(out)])
        assert done.exit_code == 2 and "--out" in done.output, out
    default = folder.with_name(f"report-{folder.name}.html")
    default.write_text("<html>mine</html>", encoding="utf-8")
    with pytest.raises(InputError, match="no report of ours"):
        report(folder)
    default.unlink()
    assert kept.read_text(encoding="utf-8") == "years of work" and link.is_symlink()
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert report(folder, page_there) == report(folder, page_there)
    assert not list(tmp_path.glob("*.partial")) and not list(tmp_path.glob(".*"))


def test_the_dictionary_holds_all_that_is_drawn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The overview reads no variable that the page does not explain."""
    import xarray as xr

    held = open_run(folder)
    assert held.reading.labels.size  # what the lens reads is read before
    read, ask = set[str](), xr.Dataset.__getitem__
    monkeypatch.setattr(xr.Dataset, "__getitem__", lambda self, name: (read.add(str(name)), ask(self, name))[1])
    figure(held)
    drawn = read & set(map(str, held.dataset.data_vars))
    assert drawn == set(DRAWN)


def test_the_page_of_a_sweep_stands_alone(tmp_path: Path) -> None:
    """Design, counts, shares with intervals, differences and fans of a kept sweep."""
    from thermidor.experiments.opened import open_sweep
    from thermidor.experiments.sweep import sweep
    from thermidor.reports.report_sweep import sweep_page

    where = tmp_path / "sweep"
    sweep(write(tmp_path / "design"), where, workers=1)
    made = sweep_page(open_sweep(where))
    assert_alone(made)
    assert_readable(made)
    shown = Page(made).text
    for part in ("A small sweep", "27: 27 done, 0 failed, 0 still planned", "nothing from outside", "room below 0.4",
                 "Wilson", "Overlay minus base", "room", "left out"):  # fmt: skip
        assert part in shown
    assert len(Page(made).named("img")) >= 2
    assert report(where).name == "report-sweep.html"


def test_figures_say_what_they_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Units, which spell and of how many members, what never counts as, how many overlays are compared, ties."""
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from thermidor.experiments.sweep import sweep
    from thermidor.reports.report_sweep import drawn_differences
    from thermidor.reports.sweep_figures import figures

    said = list[str]()
    drawn = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda f, *a, **k: (said.extend(t.get_text() for t in f.findobj(Text)), drawn(f, *a, **k))[1]
    )
    spell = "  spell: {duration: {variable: norms, at_least: 0.5}}\n"
    text = DESIGN.replace("  end:", f"{spell}  end:").replace("  room_mean: {mean_of: room, from: 1920-01}\n", "")
    design = write(tmp_path / "design", text)
    done = sweep(design, tmp_path / "out", workers=1)
    assert list(drawn_differences(done)) and list(figures(done, done.members))
    text = " ".join(" ".join(said).split())
    for part in ("difference, years", "difference, share of members", "never counts as the end of the run",
                 "2 overlays: one in twenty intervals misses by chance", "first spell of norms at least 0.5",
                 "members that ever have it", "12 of 12", "base, room=0.7"):  # fmt: skip
        assert part in text, part


GRID = """
schema: 1
name: grid
title: A grid
about: Two factors.
base: {scenario: miniature.yaml, months: 24, citizens: {first: 40, others: 40}}
replicates: 2
factors:
  room: {set: first.room, range: [0.2, 0.8], steps: 3}
  fear: {set: first.fear, range: [0, 0.4], steps: 2}
outcomes:
  norms_end: {value_at: norms}
  low: {reached: {variable: norms, below: 0.75}}
  end: {label_at: end}
"""
MORRIS = GRID.replace("range: [0.2, 0.8], steps: 3", "range: [0.2, 0.8]").replace("0.4], steps: 2", "0.4]")
MORRIS = MORRIS.replace("  end: {label_at: end}\n", "sampling: {method: morris, trajectories: 3}\n")
MORRIS = MORRIS.replace("replicates: 2", "replicates: 4").replace("below: 0.75", "below: 0.0")
MORRIS = MORRIS.replace("norms_end: {value_at: norms}", "room_mean: {mean_of: room}")


@pytest.mark.parametrize(
    ("design", "pictures", "says"),
    [(GRID, 3, "the commonest label of end"), (MORRIS, 1, "room_mean: effects")],
    ids=["two factors", "morris"],
)
def test_figures_follow_the_design(tmp_path: Path, design: str, pictures: int, says: str) -> None:
    """Two factors make a plane for each outcome, Morris' walks a cloud where it has effects; failures are counted."""
    from thermidor.errors import RunError
    from thermidor.experiments.sweep import sweep
    from thermidor.runs.simulate import simulate

    def lived(resolved: Any, rules: Any, **options: Any) -> Any:
        if options["replicate"] == 1 and design is GRID:
            raise RunError("northland", "live", "fear", "1921-01", "is <b>no</b> number")
        return simulate(resolved, rules, **options)

    done = sweep(write(tmp_path / "design", design), tmp_path / "done", workers=1, simulate=lived)
    made = report(done.folder).read_text(encoding="utf-8")
    assert_alone(made)
    assert_readable(made)
    assert len(Page(made).named("img")) == pictures
    assert says in made
    failed = done.counts["failed"]
    assert failed == (6 if design is GRID else 0) and f"{failed} failed" in made
    assert ("is <b>no</b> number" in Page(made).text) == bool(failed)
