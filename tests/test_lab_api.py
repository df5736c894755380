"""The lab's API and downloads: the numbers of the command line, plain refusals, files that open."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shlex
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from typer.testing import CliRunner

import thermidor
from thermidor import record
from thermidor.cli.app import app as command
from thermidor.errors import InputError, RunError
from thermidor.futures.branch import branch
from thermidor.jit import rules_digest
from thermidor.lab import api as api_module
from thermidor.lab import live
from thermidor.lab.api import api
from thermidor.lab.choice import Choice, read
from thermidor.lab.curves import variables
from thermidor.lab.jobs import Busy, Desk
from thermidor.lab.take import FORMATS, file_name, routes
from thermidor.ledger.entry import shipped
from thermidor.scenarios import Scenario, list_scenarios, load_scenario, parse_scenario

SMALL = live.Size((2, 2), citizens=60, others=30)
NAME = "paris-1871"
CITIZENS = {"paris": 60, "france": 30}
CHANGED = {"scenario": NAME, "set": {"paris.literacy": 0.9}, "without": ["terror", "outside"], "seed": 3}
LINK = f"scenario={NAME}&set=paris.literacy:0.9&without=terror&without=outside&seed=3"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A desk of small runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "FULL", SMALL)
        patch.setattr(live, "WORLD", live.Size((1, 1), citizens=60, others=60))
        made = Desk(threads=1)
        yield made
        made.close()


@pytest.fixture(scope="module")
def server(desk: Desk) -> FastAPI:
    """The API and the downloads as the lab serves them."""
    return served(desk)


def served(desk: Any) -> FastAPI:
    """The API and the downloads over a desk."""
    made = FastAPI(openapi_url=None)
    made.mount("/api/v1", api(desk))
    made.include_router(routes(desk))
    return made


def ask(server: Any, path: str, body: Any = None, **asked: Any) -> httpx.Response:
    """Ask once: GET, or POST where there is a body."""

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url="http://lab", timeout=60.0) as client:
            if isinstance(body, bytes):
                asked.update(content=body, headers={"content-type": "application/json"})
            elif body is not None:
                asked["json"] = body
            return await client.request("GET" if body is None else "POST", path, **asked)

    return asyncio.run(once())


def run(server: Any, **body: Any) -> dict[str, Any]:
    """What POST /run answers."""
    found = ask(server, "/api/v1/run", body)
    assert found.status_code == 200, found.text
    return dict(found.json())


def same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """The countries of an answer have the numbers of `to_json`."""
    assert set(found["countries"]) == set(expected["countries"])
    for country, course in found["countries"].items():
        whole = expected["countries"][country]
        assert course["regimes"] == whole["regime_share"]
        assert set(course["series"]) == set(variables())
        for name, curve in course["series"].items():
            assert found["months"] == whole["series"][name]["months"]
            assert curve == {key: whole["series"][name][key] for key in ("unit", "median", "p05", "p95")}


def test_health_tells_rules_version_and_who_waits(server: FastAPI) -> None:
    expected = {"lives": True, "version": thermidor.__version__, "rules": rules_digest(), "waiting": 0}
    assert ask(server, "/api/v1/health").json() == expected


def test_health_and_run_say_so_when_the_worker_is_dead() -> None:
    """A dead worker is told at once, not after a minute."""
    dead = served(stub(lambda *_: None, lives=False))
    assert ask(dead, "/api/v1/health").status_code == 503
    assert ask(dead, "/api/v1/run", {"scenario": NAME}).status_code == 503


def test_scenarios(server: FastAPI) -> None:
    """The library by name and title; a scenario as data is the scenario."""
    listed = ask(server, "/api/v1/scenarios").json()["scenarios"]
    assert {one["name"]: one["title"] for one in listed} == list_scenarios()
    assert Scenario.model_validate(ask(server, f"/api/v1/scenarios/{NAME}").json()) == load_scenario(NAME)


def test_a_run_has_the_numbers_of_the_program(server: FastAPI) -> None:
    found = run(server, **CHANGED, theory="bellicist")
    asked: dict[str, Any] = {"seed": 3, "set": CHANGED["set"], "without": CHANGED["without"], "theory": "bellicist"}
    same(found, thermidor.run(NAME, replicates=4, citizens=CITIZENS, **asked).to_json())
    assert (found["members"], found["citizens"], found["rules"]) == (4, CITIZENS, rules_digest())
    as_it_is = thermidor.run(NAME, replicates=4, citizens=CITIZENS, seed=3).to_json()
    assert found["countries"]["paris"]["series"] != {
        name: as_it_is["countries"]["paris"]["series"][name] for name in variables()
    }


def test_the_line_of_an_answer_lives_the_same(server: FastAPI) -> None:
    """What the answer gives as a command is run as one."""
    found = run(server, **CHANGED)
    program, *words = shlex.split(found["line"])
    assert program == "thermidor"
    printed = CliRunner().invoke(command, [*words, "--format", "json"])
    assert printed.exit_code == 0, printed.output
    same(found, json.loads(printed.stdout))


def test_the_link_of_an_answer_is_what_was_asked(server: FastAPI) -> None:
    found = read(run(server, **CHANGED, lens="kornai")["link"])
    assert found == Choice(NAME, set=CHANGED["set"], without=("outside", "terror"), seed=3, lens="kornai")


def test_another_lens_names_the_same_runs_otherwise(server: FastAPI) -> None:
    from thermidor.lenses import lens

    own, other = run(server, scenario=NAME), run(server, scenario=NAME, lens="kornai")
    result = thermidor.run(NAME, replicates=4, citizens=CITIZENS)
    reading = lens("kornai").read(result.columns)
    last = reading.month(other["months"][-1])
    names = [reading.names[code] for code in reading.labels[:, last, reading.country("paris")]]
    assert other["countries"]["paris"]["regimes"][other["months"][-1]] == {
        name: names.count(name) / 4 for name in dict.fromkeys(sorted(names, key=reading.names.index))
    }
    assert other["countries"]["paris"]["series"] == own["countries"]["paris"]["series"]
    assert other["countries"]["paris"]["regimes"] != own["countries"]["paris"]["regimes"]


def test_a_branch_has_the_numbers_of_the_program(server: FastAPI) -> None:
    found = run(server, scenario=NAME, at="1872-06", member=2, then={"paris.room": 0.2})
    parent = thermidor.run(NAME, replicate=2, citizens=CITIZENS)
    futures = branch(parent, at="1872-06", member=2, replicates=4, set={"paris.room": 0.2})
    same(found, futures.to_json())
    assert found["months"][0] == "1872-06"


BAD = {
    "unknown scenario": ({"scenario": "pari-1871"}, 422, "there is no scenario 'pari-1871'"),
    "a path": ({"scenario": "../../etc/passwd"}, 422, "there is no scenario"),
    "a file": ({"scenario": "library/paris-1871.yaml"}, 422, "there is no scenario"),
    "script": ({"scenario": "<script>alert(1)</script>"}, 422, "there is no scenario"),
    "unknown key": ({"scenario": NAME, "rules": {"terror": 9}}, 422, "form"),
    "unknown condition": ({"scenario": NAME, "set": {"paris.literacy2": 0.5}}, 422, "unknown condition"),
    "unknown country": ({"scenario": NAME, "set": {"prussia.literacy": 0.5}}, 422, "unknown country"),
    "beyond its limits": ({"scenario": NAME, "set": {"paris.literacy": 7.0}}, 422, "literacy"),
    "huge": ({"scenario": NAME, "set": {"paris.literacy": 1e300}}, 422, "form"),
    "too many": ({"scenario": NAME, "set": {f"paris.{k}": 0.5 for k in range(41)}}, 422, "form"),
    "unknown mechanism": ({"scenario": NAME, "without": ["terro"]}, 422, "there is no mechanism 'terro'"),
    "unknown theory": ({"scenario": NAME, "theory": "/etc/passwd"}, 422, "there is no theory"),
    "unknown lens": ({"scenario": NAME, "lens": "os.system"}, 422, "there is no lens"),
    "negative": ({"scenario": NAME, "seed": -1}, 422, "form"),
    "a text for a number": ({"scenario": NAME, "seed": "1"}, 422, "form"),
    "too large a seed": ({"scenario": NAME, "seed": 10**30}, 422, "form"),
    "no month": ({"scenario": NAME, "at": "1872-13"}, 422, "form"),
    "before the start": ({"scenario": NAME, "at": "1789-07"}, 422, "at can't be"),
    "then without a month": ({"scenario": NAME, "then": {"paris.room": 0.2}}, 422, "no month from which"),
    "a list": ([1, 2], 422, "form"),
    "NaN": (b'{"set": {"paris.literacy": NaN}}', 422, "form"),
    "infinite": (b'{"set": {"paris.literacy": 1e999}}', 422, "form"),
    "digits without end": (b'{"seed": ' + b"9" * 6000 + b"}", 400, "parsing"),
    "deep": (b'{"set":' * 10_000, 400, "parsing"),
    "deep and closed": (b"[" * 30_000 + b"]" * 30_000, 400, "parsing"),
    "half a letter": (b'{"scenario": "\\ud800"}', 422, "form"),
    "half a letter in a key": (b'{"\\ud800": 1}', 422, "form"),
    "no JSON": (b"scenario=x", 422, "form"),
    "no text": (b"\xff\xfe\x00", 400, "parsing"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(server: FastAPI, name: str) -> None:
    """Bad questions get a clear 4xx with words, and no run."""
    body, status, words = BAD[name]
    found = ask(server, "/api/v1/run", body)
    assert found.status_code == status, found.text
    assert set(found.json()) == {"what", "where", "why", "mend"}
    assert words in found.json()["what"] + found.json()["where"]
    assert found.headers["content-type"] == "application/json"


def test_refusals_are_in_the_words_of_the_command_line(server: FastAPI) -> None:
    with pytest.raises(InputError) as refused:
        load_scenario(NAME).overlay({"paris.literacy": 7.0})
    found = ask(server, "/api/v1/run", {"scenario": NAME, "set": {"paris.literacy": 7.0}}).json()
    assert (found["what"], found["where"], found["mend"]) == (
        refused.value.what, refused.value.where, refused.value.mend,
    )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e%5cx", "paris-1871.yaml", "%00", "%3Cscript%3E"],
)
@pytest.mark.parametrize("under", ["/api/v1/scenarios/", "/api/v1/record/", "/api/v1/ledger/", "/take/"])
def test_no_name_leads_to_a_file(server: FastAPI, under: str, path: str) -> None:
    found = ask(server, under + path)
    assert found.status_code in (404, 422)
    assert "root:" not in found.text
    assert "application/json" in found.headers["content-type"]


def test_many_who_ask_at_once_all_get_their_own(server: FastAPI, desk: Desk) -> None:
    """Questions that are lived in turns are not mixed up, and none is left waiting."""

    async def several() -> list[dict[str, Any]]:
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url="http://lab", timeout=60.0) as client:
            asked = [client.post("/api/v1/run", json={"scenario": NAME, "seed": seed}) for seed in (7, 8, 9, 7)]
            return [found.json() for found in await asyncio.gather(*asked)]

    found = asyncio.run(several())
    assert [one["seed"] for one in found] == [7, 8, 9, 7]
    assert found[0]["countries"] == found[3]["countries"] != found[1]["countries"]
    same(found[1], thermidor.run(NAME, replicates=4, citizens=CITIZENS, seed=8).to_json())
    assert not desk.waiting


def stub(answer: Callable[[Choice, Callable[[Any], None]], Any], *, lives: bool = True) -> Any:
    """A desk that answers as it is told, and notes who left it."""
    left: list[str] = []
    return SimpleNamespace(
        ask=lambda client, choice, tell: answer(choice, tell), leave=left.append, left=left, waiting={}, now=None,
        worker=SimpleNamespace(is_alive=lambda: lives),
    )  # fmt: skip


def test_what_goes_wrong_at_the_desk() -> None:
    """A run that can't be lived is refused; too many or too long say when to come again; everybody leaves."""

    def busy(*_: Any) -> None:
        raise Busy

    def told(error: Exception) -> Callable[..., None]:
        return lambda choice, tell: tell(error)

    broken = RunError("here", "produce", "output", "1918-03")
    cases = ((broken, 422), (TimeoutError("long"), 504), (MemoryError("a secret"), 500))
    for answer, status in (*((told(error), status) for error, status in cases), (busy, 503)):
        desk = stub(answer)
        found = ask(served(desk), "/api/v1/run", {"scenario": NAME})
        assert found.status_code == status
        assert found.json()["mend"]
        assert "secret" not in found.text
        assert ("retry-after" in found.headers) == (status == 503)
        assert len(desk.left) == 1
        assert ask(served(desk), f"/take/png?scenario={NAME}").status_code == status


def test_a_part_of_the_runs_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the whole ensemble is; one that never comes is given up."""
    monkeypatch.setattr(api_module, "PATIENCE", 0.3)
    desk = stub(lambda choice, tell: tell(SimpleNamespace(whole=False)))
    assert ask(served(desk), "/api/v1/run", {"scenario": NAME}).status_code == 504
    assert len(desk.left) == 1


def test_who_leaves_is_forgotten_by_the_desk() -> None:
    """A closed connection ends the waiting."""
    desk = stub(lambda choice, tell: None)
    messages = [{"type": "http.request", "body": json.dumps({"scenario": NAME}).encode(), "more_body": False}]
    scope = {
        "type": "http", "method": "POST", "path": "/run", "raw_path": b"/run", "query_string": b"", "scheme": "http",
        "headers": [(b"content-type", b"application/json")], "client": ("1.2.3.4", 5), "server": ("lab", 80),
        "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def receive() -> Any:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(_: Any) -> None: ...

    asyncio.run(asyncio.wait_for(api(desk)(scope, receive, send), timeout=5.0))
    assert len(desk.left) == 1
    assert desk.left[0].startswith("1.2.3.4 ")


def test_the_record(server: FastAPI) -> None:
    assert tuple(ask(server, "/api/v1/record").json()["countries"]) == record.countries()
    listed = ask(server, "/api/v1/record/FRA").json()["series"]
    assert tuple(one["name"] for one in listed) == record.series_names("FRA")
    own = record.record("FRA", "gdp_per_head")
    found = ask(server, "/api/v1/record/FRA/gdp_per_head").json()
    assert dict(zip(found["years"], found["values"], strict=True)) == own.by_year()
    assert (found["unit"], found["source"], found["licence"]) == (own.unit, own.source, own.licence)
    assert ask(server, "/api/v1/record/FRA/height").status_code == 422
    assert ask(server, "/api/v1/record/ATLANTIS").status_code == 422


def test_the_ledger(server: FastAPI) -> None:
    """Claims and what could refute them, all of them told, and no verdict."""
    listed = ask(server, "/api/v1/ledger").json()["claims"]
    assert [one["id"] for one in listed] == [entry.id for entry in shipped()]
    for entry in shipped():
        found = ask(server, f"/api/v1/ledger/{entry.id}").json()
        assert (found["claim"], found["at"]) == (entry.claim, entry.at)
        assert [one["says"] for one in found["trials"]] == [trial.says for trial in entry.trials]
        assert [one["test"] for one in found["record"]] == [look.test for look in entry.record]
        assert all(one["lived"] and one["measured"] and one["claimed"] for one in found["trials"])
    assert "verdict" not in json.dumps(listed)
    assert ask(server, "/api/v1/ledger/P99").status_code == 422


def test_the_schema_names_everything_and_loads_nothing_from_elsewhere(server: FastAPI) -> None:
    schema = ask(server, "/api/v1/openapi.json").json()
    assert schema["info"]["version"] == thermidor.__version__
    assert {one["url"] for one in schema["servers"]} == {"/api/v1"}
    assert NAME in schema["components"]["schemas"]["Asked"]["properties"]["scenario"]["enum"]
    assert all(one.get("summary") for path in schema["paths"].values() for one in path.values())
    for page in ("docs", "redoc"):
        assert ask(server, f"/api/v1/{page}").status_code == 404


CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    allow_header_conformance,
]  # fmt: skip


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_schema_is_kept(desk: Desk, mode: GenerationMode) -> None:
    """Whatever a schema allows or forbids is asked: no error of the server, no answer of another form."""
    schema, asked = schemathesis.openapi.from_asgi("/openapi.json", api(desk)), set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode.is_negative and not (operation.path_parameters or operation.body):
            continue  # nothing to be wrong with

        few = 5 if operation.path in ("/run", "/scenarios/{name}") and mode.is_positive else 12

        @settings(
            max_examples=few, deadline=None, database=None, derandomize=True, suppress_health_check=[*HealthCheck]
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: schemathesis.Case) -> None:
            asked.add((case.path, case.call_and_validate(checks=CHECKS).status_code))

        holds()
    if mode.is_positive:
        assert {path for path, _ in asked} == set(schema.raw_schema["paths"])
    assert ("/run", 200 if mode.is_positive else 422) in asked
    assert desk.worker.is_alive()


@pytest.fixture(scope="module")
def taken(server: FastAPI) -> dict[str, httpx.Response]:
    """Every download of a changed choice."""
    found = {kind: ask(server, f"/take/{kind}?{LINK}&country=paris") for kind in FORMATS}
    assert {kind: one.status_code for kind, one in found.items()} == dict.fromkeys(FORMATS, 200)
    return found


@pytest.fixture(scope="module")
def lived() -> Any:
    """The same, lived by the program."""
    return thermidor.run(
        NAME, replicates=4, citizens=CITIZENS, seed=3, set=CHANGED["set"], without=CHANGED["without"]
    )  # fmt: skip


def quantile(lived: Any, name: str, level: float) -> np.ndarray:
    """A quantile over runs [month] of a variable of the first country."""
    return np.quantile(lived.dataset[name].sel(country="paris").values.astype(np.float64), level, axis=0)


def test_files_have_safe_names_and_types(taken: dict[str, httpx.Response]) -> None:
    for kind, found in taken.items():
        name = f"{NAME}-paris-changed-{rules_digest()[:8]}.{FORMATS[kind].ending}"
        assert found.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert found.headers["content-type"] == FORMATS[kind].media
    assert "/" not in file_name(Choice('../"\r\n'), "csv")


def test_figures_open(server: FastAPI, taken: dict[str, httpx.Response]) -> None:
    wide, high = struct.unpack(">II", taken["png"].content[16:24])
    assert taken["png"].content.startswith(b"\x89PNG\r\n\x1a\n")
    assert wide == 1200
    assert 1500 < high < 1600
    drawing = ElementTree.fromstring(taken["svg"].content)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert b"as the lens" not in taken["svg"].content
    other = ask(server, f"/take/svg?{LINK}&country=paris&lens=kornai").content
    assert b"(kornai) reads these runs" in other
    assert b"script" not in other


def test_the_csv_opens(taken: dict[str, httpx.Response], lived: Any) -> None:
    lines = taken["csv"].text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines[len(head) :]))))
    assert len(rows) == len(lived.dataset["month"])
    assert rows[0]["month"] == "1871-03"
    for level, name in ((0.05, "p05"), (0.5, "median"), (0.95, "p95")):
        found = [float(row[f"gdp_per_head_{name}"]) for row in rows]
        np.testing.assert_allclose(found, quantile(lived, "gdp_per_head", level), rtol=1e-6)
    shares = {key: [float(row[key]) for row in rows] for key in rows[0] if key.startswith("share_")}
    np.testing.assert_allclose(np.sum(list(shares.values()), axis=0), 1.0)
    label = lived.regimes.sel(country="paris").values
    for key, found in shares.items():
        np.testing.assert_allclose(found, (label == key.removeprefix("share_")).mean(axis=0))
    assert any(line.startswith("# gdp_per_head: thousand 2011 $/year") for line in head)


def test_the_parquet_opens(taken: dict[str, httpx.Response], lived: Any) -> None:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(taken["parquet"].content))
    found = table.column("norm_pay_median").to_numpy()
    np.testing.assert_allclose(found, quantile(lived, "norm_pay", 0.5), rtol=1e-6)
    assert table.schema.field("norm_pay_median").metadata[b"unit_and_meaning"].startswith(b"index 0-1; ")
    assert table.schema.metadata[b"line"].startswith(b"thermidor run ")


def test_the_netcdf_opens(tmp_path: Path, taken: dict[str, httpx.Response], lived: Any) -> None:
    import xarray as xr

    file = tmp_path / "found.nc"
    file.write_bytes(taken["netcdf"].content)
    with xr.open_dataset(file, engine="h5netcdf") as found:
        assert set(variables()) | {"share"} == set(found.data_vars)
        middle = found["room"].sel(quantile=0.5)
        np.testing.assert_allclose(middle.values, quantile(lived, "room", 0.5), rtol=1e-6)
        assert found["room"].attrs["units"] == "index 0-1"
        assert found["room"].attrs["meaning"]
        np.testing.assert_allclose(found["share"].sum("regime").values, 1.0)
        assert np.datetime_as_string(found["month"].values[0], "M") == "1871-03"
        assert found.attrs["line"].startswith("thermidor run ")


def test_the_scenario_and_the_line_live_the_same(taken: dict[str, httpx.Response], lived: Any) -> None:
    scenario = parse_scenario(taken["yaml"].text)
    again = thermidor.run(scenario, replicates=4, citizens=CITIZENS, seed=3, without="terror")
    np.testing.assert_array_equal(again.dataset["room"].values, lived.dataset["room"].values)
    printed = CliRunner().invoke(command, [*shlex.split(taken["txt"].text)[1:], "--format", "json"])
    assert json.loads(printed.stdout)["countries"] == lived.to_json()["countries"]


def test_a_scenario_and_a_line_need_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are written of the choice alone."""
    desk = stub(lambda *_: pytest.fail("nothing is to be lived"))
    for kind in ("yaml", "txt"):
        assert ask(served(desk), f"/take/{kind}?{LINK}").status_code == 200


def test_a_branch_can_be_taken_away(server: FastAPI) -> None:
    link = f"scenario={NAME}&at=1872-06&member=2&then=paris.room:0.2"
    for kind in FORMATS:
        assert ask(server, f"/take/{kind}?{link}").status_code == 200
    rows = [line for line in ask(server, f"/take/csv?{link}").text.splitlines() if line[0].isdigit()]
    assert rows[0].startswith("1872-06,")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("scenario=../../etc/passwd", "there is no scenario"),
        (f"scenario={NAME}&country=%22%0d%0aSet-Cookie:x", "no country"),
        (f"scenario={NAME}&set=paris.literacy:nan", "no number"),
        (f"scenario={NAME}&set=paris.literacy:1e400", "no number"),
        (f"scenario={NAME}&room=1&x=1", "unknown word"),
        ("&".join(["without=terror"] * 300), "too long"),
        ("without=" + "x" * 9000, "too long"),
        ("v=2", "version"),
    ],
)
def test_links_that_are_refused(server: FastAPI, query: str, words: str) -> None:
    found = ask(server, f"/take/csv?{query}")
    assert found.status_code == 422
    assert words in found.json()["what"]
    assert "set-cookie" not in found.headers


def test_an_unknown_kind_of_file(server: FastAPI) -> None:
    found = ask(server, f"/take/exe?scenario={NAME}")
    assert found.status_code == 422
    assert "netcdf" in found.json()["mend"]
