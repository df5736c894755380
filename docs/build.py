"""Write the generated pages of the documentation from the code and the data: `python docs/build.py`.

Pages of their own: `mechanisms/`, `scenarios/`, `theories/`, `lens-*.md`, `rules.md`, `record-variables.md`,
`claims.md`, `ledger/P*.md`. Parts of other pages stand between `<!-- made: NAME -->` and `<!-- end -->`. `make figures`
calls this after drawing; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from design_block import keys_block, outcomes_block, states_block
from event_blocks import passages_block, quantities_block
from fit_blocks import counts_block, found_block, targets_block
from gallery_blocks import shortfalls_block
from ledger_pages import counts_in_words, ledger_pages, theories_block
from ledger_pages import verdicts_block as ledger_verdicts_block
from lens_blocks import codings_block, lens_pages, lenses_block, verdicts_block
from read_source import DOCS, SOURCE, Mechanism, mechanisms, month_order, step_docstring, summary, table
from scenario_pages import scenario_pages
from theory_pages import theory_pages

from thermidor.country import AXES, FIELDS
from thermidor.jit import rules_digest
from thermidor.ledger.entry import shipped
from thermidor.rules import load_rules
from thermidor.rules.registry import Rule
from thermidor.rules.rewritten import still_so

MADE = "<!-- made by docs/build.py: edit the code or the data, not this page -->"
SECTIONS = {
    1: "The Nature of the Soviet Regime",
    2: "Marxism on the workers' state",
    3: "Bourgeois state without the bourgeoisie",
    4: "Trotsky on the Soviet state",
    5: "The Soviet Union had not achieved socialism",
    6: "The bureaucracy was not a class",
    7: "Proletarian Bonapartism",
}
BASIS = {
    "text": "stated in the chapter",
    "inference": "from the wider work it cites",
    "definition": "a criterion: a model that adopts it can't refute it",
}
UP = "../"
BY_HAND = ("scenarios/from-record.md",)


def pages() -> dict[str, str]:
    """Every generated page: path under docs/ and text."""
    made = {"mechanisms/index.md": mechanisms_index(), "rules.md": rules_page(), "claims.md": claims_page()}
    made["record-variables.md"] = variables_page()
    made |= {f"mechanisms/{m.name}.md": mechanism_page(m) for m in mechanisms()} | lens_pages()
    made |= theory_pages()
    made |= scenario_pages() | ledger_pages()
    return {path: f"{MADE}\n\n{text.rstrip()}\n" for path, text in made.items()}


def blocks() -> dict[str, dict[str, str]]:
    """Generated parts of pages written by hand: path from the root, name of the part, text."""
    return {
        "docs/odd.md": {"month": month_block(), "citizen": citizen_block(), "axes": axes_block()},
        "docs/events.md": {"passages": passages_block(), "quantities": quantities_block()},
        "docs/index.md": {"results": results_block()},
        "docs/experiments/branches.md": {"states": states_block()},
        "docs/experiments/designs.md": {"keys": keys_block(), "outcomes": outcomes_block()},
        "docs/lenses.md": {"lenses": lenses_block(), "verdicts": verdicts_block(), "codings": codings_block()},
        "README.md": {"ledger": counts_in_words()},
        "docs/ledger/index.md": {"verdicts": ledger_verdicts_block()},
        "docs/ledger/theories.md": {"theories": theories_block()},
        "docs/gallery.md": {"shortfalls": shortfalls_block()},
        "docs/fitting.md": {"counts": counts_block(), "found": found_block(), "targets": targets_block()},
    }


def with_blocks(text: str, parts: Mapping[str, str]) -> str:
    """`text` with the named parts written anew. Raises KeyError where a page has no place for a part."""
    for name, part in parts.items():
        place = re.compile(rf"(<!-- made: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not place.search(text):
            raise KeyError(f"no place for the part '{name}'")
        text = place.sub(lambda found, part=part: f"{found[1]}\n{part.strip()}\n\n{found[2]}", text)  # type: ignore[misc]
    return text


def claim_links(ids: Iterable[str], up: str = "") -> str:
    """Claims as links to their lines."""
    known = claims()
    return ", ".join(f"[{i}]({up}claims.md#{first_claim(i, known).lower()})" for i in ids)


def first_claim(claim: str, known: Mapping[str, Any]) -> str:
    """The listed claim that an id means: P38 stands for P38a to P38c, P18b for P18. Raises KeyError for none."""
    if claim in known:
        return claim
    for i in known:
        if i.rstrip("abc") == claim.rstrip("abc"):
            return i
    raise KeyError(f"no claim '{claim}' in the ledger")


def same_claim(one: str, other: str) -> bool:
    """Whether two ids speak of the same claim, one of them perhaps of the whole of it."""
    return one == other or (one.rstrip("abc") == other.rstrip("abc") and (one[-1].isdigit() or other[-1].isdigit()))


@lru_cache(maxsize=1)
def claims() -> dict[str, Any]:
    """Every claim by id, as the ledger's entries hold it."""
    return {e.id: {"claim": e.claim, "at": e.at, "basis": e.basis, "lens": e.lens} for e in shipped()}


def rule_row(rule: Rule, up: str = "") -> tuple[str, ...]:
    """A rule as a row: name, value, unit, range, off, source, claims, meaning."""
    off = "" if rule.off is None else f"{rule.off:g}"
    span = f"{rule.low:g} to {rule.high:g}"
    return (
        f"`{rule.name}`",
        f"{rule.value:g}",
        rule.unit,
        span,
        off,
        rule.source,
        claim_links(rule.claims, up),
        rule.meaning,
    )


RULE_HEAD = ("rule", "value", "unit", "range", "off", "source", "claims", "meaning")


def mechanism_page(m: Mechanism) -> str:
    """One mechanism: what its docstring says, the rules it reads, what it reads and writes of the country."""
    rules = load_rules()
    parts = [
        f"# {m.title}",
        f"Step [{m.step}](index.md#{m.step}); function `{m.name}` in `src/thermidor/{m.file}`.",
        m.sentence,
    ]
    for label, text in m.parts.items():
        parts.append(f"**{label}.** {text if label != 'Claims' else linked(text)}")
    own = rules_of(m)
    if own:
        parts += ["## Its rules", table(RULE_HEAD, (rule_row(rules[name], UP) for name in own))]
        off = [name for name in own if rules[name].off is not None]
        if off:
            parts.append("Switched off by " + ", ".join(f"`--without {name}`" for name in off) + ".")
    else:
        parts += ["## Its rules", "None."]
    fields = {f.name: f for f in FIELDS}
    parts.append("## What it sets")
    sets = [(f"`{name}`", fields[name].unit, fields[name].meaning) for name in m.writes if name in fields]
    parts.append(table(("variable", "unit", "meaning"), sets) if sets else "Nothing of the country's record.")
    reads = [f"`{name}`" for name in m.reads if name in fields and name not in m.writes]
    if reads:
        parts.append(f"It reads {', '.join(reads)} ([the country's record](../record-variables.md)).")
    return "\n\n".join(parts)


def rules_of(m: Mechanism) -> tuple[str, ...]:
    """Rules that a mechanism reads itself, and those its equation names because they reach it by published rates."""
    named = (word for word in re.findall(r"[a-z]+(?:_[a-z]+)+", m.parts.get("Equation", "")) if word in load_rules())
    return tuple(dict.fromkeys((*m.rules, *named)))


def linked(text: str) -> str:
    """Text of a docstring with its claims made links."""
    return re.sub(r"P\d\d[abc]?", lambda found: claim_links([found[0]], UP), text)


def mechanisms_index() -> str:
    """The mechanisms by step, in the order in which the month runs them, and the switches."""
    rules = load_rules()
    parts = [
        "# Mechanisms",
        "One page a mechanism, in the order of the month. Text and equations are the functions' own; the rules stand "
        "in a [table of their own](../rules.md).",
    ]
    for step in month_order():
        parts += [f"## {step.capitalize()}" + f" {{#{step}}}", step_docstring(step)]
        own = [m for m in mechanisms() if m.step == step]
        parts.append("\n".join(f"- [{m.title}]({m.name}.md): {m.sentence}" for m in own))
    parts += [
        "## Switches",
        "Each can be switched off with `--without NAME`; a switch changes a value and recompiles nothing.",
    ]
    rows = []
    for name in rules.mechanisms:
        readers = ", ".join(f"[{m.title.lower()}]({m.name}.md)" for m in mechanisms() if name in rules_of(m))
        rows.append((f"`{name}`", rules[name].meaning, readers))
    parts.append(table(("switch", "meaning", "read by"), rows))
    return "\n\n".join(parts)


def rules_page() -> str:
    """All rules, by the file that holds them."""
    rules = load_rules()
    parts = [
        "# Rules",
        "Every parameter of the one rule set. The same values hold for every country and every scenario.",
        counts_block(),
    ]
    for step in dict.fromkeys(rules[name].step for name in rules):
        own = [rules[name] for name in rules if rules[name].step == step]
        parts += [
            f"## {step.capitalize()}",
            f"File `src/thermidor/rules/{step}.yaml`.",
            table(RULE_HEAD, map(rule_row, own)),
        ]
    return "\n\n".join(parts)


def claims_page() -> str:
    """The claims of the chapter and what carries each of them."""
    rules = load_rules()
    parts = [
        "# Claims of the chapter",
        "The chapter's claims in our own words, with the place (section and paragraph, block quotations counted) and "
        "what in the model carries them. That a mechanism carries a claim does not make it true: see [what the record "
        "says against the chapter](counter-evidence.md) and [how the values were chosen](fitting.md).",
        "Basis: " + "; ".join(f"*{name}*, {meaning}" for name, meaning in BASIS.items()) + ".",
    ]
    for number, title in SECTIONS.items():
        parts += [f"## {number}. {title}"]
        for i, claim in claims().items():
            if claim["at"].split(".")[0] != str(number):
                continue
            pages_of = [m for m in mechanisms() if any(same_claim(i, c) for c in m.claims)]
            names = [name for name in rules if any(same_claim(i, c) for c in rules[name].claims)]
            labels = ", ".join(f"`{label}`" for label in claim.get("lens", ()))
            carried = "; ".join(
                text
                for text in (
                    ", ".join(f"[{m.title.lower()}](mechanisms/{m.name}.md)" for m in pages_of),
                    "rules " + ", ".join(f"`{name}`" for name in names) if names else "",
                    f"criteria of the [lens](lens-trotsky.md): {labels}" if labels else "",
                )
                if text
            )
            place = f"*({claim['basis']}; §{claim['at']})*"
            parts += [f"### {i} {{#{i.lower()}}}", f"{claim['claim']} {place} [Ledger](ledger/{i}.md)"]
            parts.append(carried or "Nothing in the model carries it.")
    return "\n\n".join(parts)


def variables_page() -> str:
    """Every variable of the country's record."""
    setters: dict[str, list[str]] = {}
    for m in mechanisms():
        for name in m.writes:
            setters.setdefault(name, []).append(f"[{m.title.lower()}](mechanisms/{m.name}.md)")
    rows = []
    for f in FIELDS:
        name = f"`{f.name}`" + (f" by {f.axis}" if f.axis else "")
        rows.append((name, f.unit, f.meaning, ", ".join(setters.get(f.name, []))))
    axes = "\n".join(f"- {axis}: {', '.join(f'`{entry}`' for entry in entries)}" for axis, entries in AXES.items())
    return (
        "# The country's record\n\nEvery quantity of a country, recorded each month. Money is in thousand million "
        "international dollars of 2011 a year (Maddison's unit), people in millions, rates a year. A variable by "
        "class, form, centre or organisation stands in the store once an entry, as `heads_worker`. Variables that "
        "nothing sets come from the scenario and stay.\n\n"
        + axes
        + "\n\n"
        + table(("variable", "unit", "meaning", "set by"), rows)
    )


def month_block() -> str:
    """The month as `month.py` calls it: the nine steps and their mechanisms in order."""
    lines = []
    for number, step in enumerate(month_order(), 1):
        own = [f"[{m.title.lower()}](mechanisms/{m.name}.md)" for m in mechanisms() if m.step == step]
        lines.append(f"{number}. **{step}**: {summary(step)} Mechanisms: {', '.join(own)}.")
    return "\n".join(lines)


def citizen_block() -> str:
    """The fields of a citizen, as the record declares them."""
    source = (SOURCE / "citizen_record.py").read_text(encoding="utf-8")
    source = source.partition("_CITIZEN = ")[2].partition("\n)\n")[0]
    fields = re.findall(r'^ +\("(\w+)", "(\w\d)"\),(?:  # (.*))?$', source, re.MULTILINE)
    sizes = {"f4": "32-bit number", "u2": "16-bit count", "u1": "8-bit code"}
    return table(
        ("variable", "stored as", "meaning"),
        ((f"`{n.rstrip('_')}`", sizes[kind], meaning or "see below") for n, kind, meaning in fields),
    )


def axes_block() -> str:
    """Classes, sectors, leans and the other lists that codes refer to."""
    from thermidor.citizen_record import LEANS, SECTORS

    lists = {"classes": AXES["class"], "sectors": SECTORS, "leans": LEANS, "forms of property": AXES["form"]}
    lists |= {"centres": AXES["centre"], "organisations": AXES["organisation"]}
    return "\n".join(f"- {name}: {', '.join(entries)}" for name, entries in lists.items())


def results_block() -> str:
    """Links to the pages of results, with their own titles."""
    found = sorted((DOCS / "results").glob("*.md"))
    titled = [(re.search(r"^# (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE), file) for file in found]
    lines = [f"- [{title[1]}](results/{file.name})" for title, file in titled if title]
    return "\n".join(lines) or "No results have been computed yet."


EARLIER = "**Made under earlier rules**: what follows need not be so any more (digest {was}, now {now})."
"""What stands below the title of a page of results that other rules than the present ones have made."""


def dated(text: str) -> str:
    """A page of results with the note of its age, or without it."""
    was = re.search(r"rules ([0-9a-f]{16})", text)
    text = re.sub(r"\*\*Made under earlier rules\*\*.*\n\n", "", text)
    if was is None or still_so(was[1]):
        return text
    title, _, rest = text.partition("\n\n")
    return f"{title}\n\n{EARLIER.format(was=was[1], now=rules_digest())}\n\n{rest}"


def write() -> list[Path]:
    """Write all pages and parts; forget pages of mechanisms and scenarios that are gone. Returns what changed."""
    wanted = {DOCS / path: text for path, text in pages().items()}
    for path, parts in blocks().items():
        page = DOCS.parent / path
        wanted[page] = with_blocks(page.read_text(encoding="utf-8"), parts)
    wanted |= {page: dated(page.read_text(encoding="utf-8")) for page in sorted((DOCS / "results").glob("*.md"))}
    changed = []
    for page, text in wanted.items():
        page.parent.mkdir(parents=True, exist_ok=True)
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            changed.append(page)
    for folder in ("mechanisms", "scenarios"):
        for page in (DOCS / folder).glob("*.md"):
            if page not in wanted and page.relative_to(DOCS).as_posix() not in BY_HAND:
                page.unlink()
                changed.append(page)
    return changed


if __name__ == "__main__":
    for page in write():
        print(page.relative_to(DOCS.parent))
