"""The page of claims: what the chapter says, what was found in the model and in the record, what could refute it.

The list is one text, the same for all who read it; it is sifted and unfolded in the browser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from nicegui import ui

from thermidor.jit import rules_digest
from thermidor.lab import frame
from thermidor.lab.words import say
from thermidor.ledger import entry as entries
from thermidor.ledger import tell
from thermidor.ledger.entry import Entry, shipped
from thermidor.ledger.judge import VERDICTS
from thermidor.rules.rewritten import still_so

KEYS = ("model", "needs", "record")
FIRST = ("found", "in words", "verdict")
"""What is read first of all that is told of a trial."""
SCRIPT = """<script>
const thermidorSift = () => {
  const asked = [...document.querySelectorAll('.sieve select')].filter((box) => box.value);
  const every = [...document.querySelectorAll('.claims > li')], told = document.getElementById('sifted');
  every.forEach((one) => { one.hidden = asked.some((box) => one.dataset[box.name] !== box.value); });
  told.textContent = told.dataset.told.replace('{shown}', every.filter((one) => !one.hidden).length);
};
const thermidorUnfold = () => {
  const one = document.getElementById(location.hash.slice(1));
  if (!one || !one.matches('.claims > li')) return;
  if (one.hidden) {
    document.querySelectorAll('.sieve select').forEach((box) => { box.value = ''; });
    thermidorSift();
  }
  one.querySelector('details').open = true;
  one.scrollIntoView();
  one.querySelector('summary').focus({preventScroll: true});
};
document.addEventListener('change', (event) => { if (event.target.matches('.sieve select')) thermidorSift(); });
window.addEventListener('hashchange', thermidorUnfold);
</script>"""


@cache
def ledger() -> Mapping[str, Any]:
    """What ships of the ledger: `made`, how it was lived, and `claims`, verdicts and what was found by claim."""
    import yaml

    text = Path(entries.__file__).with_name("verdicts.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return found


def claims() -> None:
    """The page: how many came out how, a sieve, the list."""
    ui.add_head_html(SCRIPT)
    with frame.page(say("page.ledger")):
        frame.text("h1", say("page.ledger"))
        frame.text("p", say("claims.about")).classes("lead")
        ui.html(listed(), sanitize=False, tag="div")
    ui.run_javascript("thermidorUnfold()")


@cache
def listed() -> str:
    """All claims as HTML, contradicted first, below their counts and the sieve."""
    found = ledger()["claims"]
    ordered = sorted(shipped(), key=lambda one: _place(found[one.id], one.id))
    heads = "".join(f"<span>{escape(say(f'claims.{key}'))}</span>" for key in KEYS)
    every = "".join(_claim(one, found[one.id]) for one in ordered)
    shown = say("claims.shown", shown="{shown}", all=len(ordered))
    return (
        f"<div class='counted'>{_counts(list(found.values()))}{_sieve()}</div>{_notes()}"
        f"<p role='status' id='sifted' data-told='{escape(shown)}'>{escape(shown.format(shown=len(ordered)))}</p>"
        f"<div class='heads' aria-hidden='true'><div class='verdicts'>{heads}</div></div>"
        f"<ul class='claims'>{every}</ul>"
    )


def _place(told: Mapping[str, Any], id: str) -> tuple[int, int, str]:
    return VERDICTS.index(told["model"]), VERDICTS.index(told["record"]), id


def also(told: Mapping[str, Any], key: str) -> str:
    """What is said beside a verdict: that no effect was found, or that it rests on descriptions; "" for nothing."""
    for of, flag in (("model", "flat"), ("record", "described")):
        if key == of and told[flag]:
            return say(f"claims.{flag}")
    return ""


def _counts(told: list[Mapping[str, Any]]) -> str:
    """How many claims came out how, as a table."""
    rows = []
    for verdict in VERDICTS:
        cells = []
        for key in KEYS:
            own = [one for one in told if one[key] == verdict]
            more = Counter(also(one, key) for one in own)
            small = "".join(f" <small>{more[name]} {escape(name)}</small>" for name in more if name)
            cells.append(f"<td>{len(own)}{small}</td>")
        rows.append(f"<tr><th scope='row'>{escape(verdict)}</th>{''.join(cells)}</tr>")
    heads = "".join(f"<th scope='col'>{escape(say(f'claims.{key}'))}</th>" for key in KEYS)
    title = escape(say("claims.counts", all=len(told)))
    head = f"<caption>{title}</caption><thead><tr><td></td>{heads}</tr></thead>"
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _sieve() -> str:
    """A menu of verdicts for each of the three."""
    options = "".join(f"<option>{escape(verdict)}</option>" for verdict in VERDICTS)
    menus = "".join(
        f"<label class='menu'><span>{escape(say(f'claims.{key}'))}</span><select name='{key}' id='sift-{key}'>"
        f"<option value=''>{escape(say('claims.every'))}</option>{options}</select></label>"
        for key in KEYS
    )
    return f"<fieldset class='sieve'><legend>{escape(say('claims.sieve'))}</legend>{menus}</fieldset>"


def _notes() -> str:
    """How to read it, and how it was lived."""
    made = ledger()["made"]
    told = [say("claims.terms"), say("claims.numbers"), say("claims.made", **{**made, "rules": made["rules_code"][:8]})]
    if not still_so(made["rules_code"]):
        told.append(say("claims.other_rules", rules=rules_digest()[:8]))
    notes = "".join(f"<p class='note'>{escape(text)}</p>" for text in told)
    return f"<details class='reading'><summary>{escape(say('claims.reading'))}</summary>{notes}</details>"


def _claim(one: Entry, told: Mapping[str, Any]) -> str:
    """A claim with its three verdicts, and what unfolds."""
    verdicts = []
    for key in KEYS:
        small = f" <small>{escape(text)}</small>" if (text := also(told, key)) else ""
        named = told[key].replace(" ", "-")
        name, verdict = escape(say(f"claims.{key}")), escape(told[key])
        verdicts.append(f"<div><dt>{name}</dt><dd class='{named}'>{verdict}{small}</dd></div>")
    data = " ".join(f"data-{key}='{escape(told[key])}'" for key in KEYS)
    more = f"{escape(say('claims.more'))}<span class='unseen'>: {one.id}</span>"
    return (
        f"<li id='{one.id}' {data}><h2><a href='#{one.id}'>{one.id}</a> <span>{escape(one.claim)}</span></h2>"
        f"<dl class='verdicts'>{''.join(verdicts)}</dl>"
        f"<details><summary>{more}</summary>{_whole(one, told)}</details></li>"
    )


def _whole(one: Entry, told: Mapping[str, Any]) -> str:
    """Where a claim stands in the chapter, each trial and each look at the record with what was found, its rivals."""
    parts = [f"<p>{escape(say('claims.at', at=one.at, basis=say(f'claims.{one.basis}')))}</p>"]
    if told["digest"] != one.digest:
        parts.append(f"<p class='trouble'>{escape(say('claims.changed'))}</p>")
    trials = [_found(trial.says, tell.asked(trial), told["trials"].get(trial.id)) for trial in one.trials]
    looks = [_found(look.says, (), told["looks"].get(look.test)) for look in one.record]
    for key, found, none in (("model", trials, one.trials_none), ("record", looks, one.record_none)):
        nothing = f"<p>{escape(none)}</p>" if none else ""
        parts.append(f"<h3>{escape(say(f'claims.part_{key}'))}</h3>{''.join(found)}{nothing}")
    if one.rivals:
        parts.append(f"<h3>{escape(say('claims.rivals'))}</h3>{_facts(one.rivals.items())}")
    if frame.documented():
        words = escape(say("claims.page", claim=one.id))
        parts.append(f"<p><a href='/docs/ledger/{one.id}.html'>{words}</a></p>")
    return "".join(parts)


def _found(says: str, asked: Iterable[tuple[str, str]], found: Mapping[str, str | list[str]] | None) -> str:
    """A trial or a look by what it says, what was asked and what was found."""
    told = [*asked]
    for name, texts in (found or {}).items():
        told += [(name, text) for text in ([texts] if isinstance(texts, str) else texts)]
    none = "" if found else f"<p>{escape(say('claims.not_lived'))}</p>"
    return f"<h4>{escape(says)}</h4>{_facts(told)}{none}"


def _facts(told: Iterable[tuple[str, str]]) -> str:
    """Names with what is said of each."""
    first = " class='first'"
    lines = [f"<dt>{escape(name)}</dt><dd{first * (name in FIRST)}>{escape(text)}</dd>" for name, text in told]
    return f"<dl class='facts'>{''.join(lines)}</dl>"
