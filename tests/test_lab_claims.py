"""The page of claims without a browser: every verdict and number that ships is on it, and only what is true of it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from thermidor.lab import claims, frame
from thermidor.lab.words import say
from thermidor.ledger import entry as entries
from thermidor.ledger.entry import shipped
from thermidor.ledger.judge import VERDICTS
from thermidor.rules import rewritten

SHIPPED: dict[str, Any] = yaml.safe_load(Path(entries.__file__).with_name("verdicts.yaml").read_text(encoding="utf-8"))


def parts() -> dict[str, str]:
    """The list's items by claim."""
    found = re.findall(r"<li id='(\w+)' (.*?)</li>", claims.listed(), re.DOTALL)
    assert len(found) == len(shipped())
    return dict(found)


def texts(facts: dict[str, Any]) -> list[str]:
    """What is said in facts of which some are lists."""
    return [text for told in facts.values() for text in ([told] if isinstance(told, str) else told)]


def test_every_claim_has_what_was_found() -> None:
    """All that ships of a claim's trials and looks stands in its item, with the verdicts under their names."""
    items = parts()
    assert set(items) == set(SHIPPED["claims"])
    for id, told in SHIPPED["claims"].items():
        for facts in (*told["trials"].values(), *told["looks"].values()):
            assert any(re.search(r"\d", text) for text in texts(facts))
            for text in texts(facts):
                assert f">{escape(text)}</dd>" in items[id], (id, text)
        for key in claims.KEYS:
            named = f"<dt>{escape(say(f'claims.{key}'))}</dt><dd class='{told[key].replace(' ', '-')}'>{told[key]}"
            assert named in items[id] and f"data-{key}='{told[key]}'" in items[id]
    for one in shipped():
        assert escape(one.claim) in items[one.id] and f"paragraph {one.at} " in items[one.id]
        for text in (*one.rivals.values(), one.trials_none, one.record_none):
            assert escape(text) in items[one.id]


def test_contradicted_come_first_and_are_counted() -> None:
    """The order is that of the ledger's judge; the table counts what the list holds."""
    order = [SHIPPED["claims"][id]["model"] for id in parts()]
    assert order == sorted(order, key=VERDICTS.index) and order[0] == "contradicted"
    rows = dict(re.findall(r"<th scope='row'>([^<]+)</th>(.*?)</tr>", claims.listed()))
    assert tuple(rows) == VERDICTS
    for nth, key in enumerate(claims.KEYS):
        counted = Counter(told[key] for told in SHIPPED["claims"].values())
        for verdict, row in rows.items():
            assert int(re.findall(r"<td>(\d+)", row)[nth]) == counted[verdict]
    described = Counter(told["record"] for told in SHIPPED["claims"].values() if told["described"])
    assert described["supported"] and f"{described['supported']} described" in rows["supported"]


def test_a_description_is_never_told_as_a_test() -> None:
    """A verdict on the record that rests on descriptions alone says so beside it; no other does."""
    for id, item in parts().items():
        own = re.findall(r"<dd class='[\w-]+'>([^<]+)(?: <small>([^<]+)</small>)?</dd>", item)
        assert own[2][1] == ("described" if SHIPPED["claims"][id]["described"] else "")
        assert own[0][1] == ("no effect" if SHIPPED["claims"][id]["flat"] else "") and own[1][1] == ""


def test_what_was_changed_or_not_lived_is_said() -> None:
    """An entry that was edited since, with a trial that nobody has lived, stands all the same, and says both."""
    one = next(one for one in shipped() if one.trials)
    told = SHIPPED["claims"][one.id]
    new = replace(one, digest="other", trials=(replace(one.trials[0], id="a new one"), *one.trials[1:]))
    before, after = (claims._whole(each, told) for each in (one, new))
    for name in ("claims.changed", "claims.not_lived"):
        assert say(name) in after and say(name) not in before


def test_the_documentation_is_linked_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A claim's page as the site names it; no link where there is neither site nor source."""
    one, docs = shipped()[0], Path(__file__).parent.parent / "docs"
    for place, there in ((tmp_path, True), (tmp_path / "none", False)):
        monkeypatch.setattr(frame, "SITE", place)
        monkeypatch.setattr(frame, "DOCS", place)
        linked = re.findall(r"href='(/docs/[^']+)'", claims._whole(one, SHIPPED["claims"][one.id]))
        assert linked == [f"/docs/ledger/{one.id}.html"] * there
    assert "use_directory_urls: false" in (docs.parent / "mkdocs.yml").read_text(encoding="utf-8")
    assert all((docs / "ledger" / f"{one.id}.md").is_file() for one in shipped())


def test_nothing_in_a_claim_is_markup() -> None:
    """Texts of entries and of what was found are escaped."""
    bad, one = "<script>alert('1')</script>", shipped()[0]
    told = {**SHIPPED["claims"][one.id], "trials": {one.trials[0].id: {"found": bad, bad: [bad, bad]}}}
    item = claims._claim(replace(one, claim=bad, rivals={bad: bad}, record_none=bad), told)
    assert "<script" not in item and unescape(item).count(bad) == 9


def test_other_rules_than_those_of_the_ledger_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that were found under rules that have changed since are said to be so."""
    monkeypatch.setattr(rewritten, "rules_digest", lambda: SHIPPED["made"]["rules_code"])
    assert "have changed" not in claims._notes()
    for module in (claims, rewritten):
        monkeypatch.setattr(module, "rules_digest", lambda: "0123456789abcdef")
    assert "01234567" in claims._notes() and "have changed" in claims._notes()
