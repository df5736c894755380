"""The pages of the theories, made from their files: what each switches and why, what it predicts and can't express."""

from __future__ import annotations

from collections.abc import Iterable

from thermidor.rules import load_rules
from thermidor.theories import Theory, list_theories, load_theory


def theory_pages() -> dict[str, str]:
    """Every page: path under docs/ and text."""
    theories = [load_theory(name) for name in list_theories()]
    return {"theories/index.md": index(theories), **{f"theories/{t.name}.md": page(t) for t in theories}}


def index(theories: list[Theory]) -> str:
    """What a theory is, which there are, and which rule each of them moves."""
    names = list(dict.fromkeys(rule for theory in theories for rule in theory.rules))
    rows = ["| rule | " + " | ".join(f"[{t.name}]({t.name}.md)" for t in theories if t.rules) + " |"]
    rows += ["|" + " --- |" * (1 + sum(bool(t.rules) for t in theories))]
    for rule in names:
        rows.append(f"| `{rule}` | " + " | ".join(shown(t, rule) for t in theories if t.rules) + " |")
    listed = "\n".join(f"- [{t.title}]({t.name}.md) (`{t.name}`): {first_sentence(t.about)}" for t in theories)
    return f"""# Theories

The rules as they stand are the chapter's theory. Another school reads the same record otherwise, and part of what
it says can be said in the same words: which mechanisms are at work, and how strongly. A *theory* is such an overlay
on the [rules](../rules.md), and nothing else: it holds no conditions, which belong to scenarios, and no equations,
which take [a month of one's own](your-own.md).

```console
$ thermidor theories
$ thermidor run russia-1917 --theory bellicist
```

{listed}

`--theory NAME|FILE.yaml` works wherever anything is lived: `run`, `sweep`, `branch`, `derive`, `settled`, `why`,
`trace` (`--with-theory` for `compare`), and as `theory:` in the base or in an overlay of a design. What is asked by
name beats it: `--rule` gives its value, `--without` switches off; the two can't name the same rule. A branch keeps
its run's theory, or takes another from its month on. Every manifest records the theory's name and overlay.

All have the same number of rules that a fit may move, {len(theories[0].free)}, and the same budget: a theory that
may bend in more places would fit better by that alone. None of these theories is fitted as it stands; where a size
is assumed, its file says so, and a comparison before a fit compares shapes, and not who is right.

## What each of them moves

{chr(10).join(rows)}
"""


def page(theory: Theory) -> str:
    """One theory."""
    rules = load_rules()
    parts = [f"# {theory.title}", theory.about]
    where = "russia-1917"
    parts += [f"```console\n$ thermidor theories {theory.name}\n$ thermidor run {where} --theory {theory.name}\n```"]
    parts += ["School: " + " ".join(theory.school)]
    if theory.rules:
        rows = ["| rule | here | in the chapter's theory | unit | meaning | why |", "|" + " --- |" * 6]
        for name, value in theory.rules.items():
            rule = rules[name]
            cells = (f"`{name}`", number(value, rule.off), number(rule.value, rule.off), rule.unit, rule.meaning)
            rows.append("| " + " | ".join((*cells, theory.why[name])) + " |")
        parts += ["## What it switches", "\n".join(rows)]
    else:
        parts += ["## What it switches", "Nothing: the [rules](../rules.md) are its own."]
    parts += ["## What it predicts", bullets(theory.predicts)]
    parts += ["## What it can't express", bullets(theory.cannot_express)]
    free = ", ".join(f"`{name}`" for name in theory.free)
    parts += ["## What a fit may move", f"{free}."]
    return "\n\n".join(parts)


def number(value: float, off: float | None) -> str:
    """A value, and whether it is off."""
    return f"{value:g} (off)" if value == off else f"{value:g}"


def shown(theory: Theory, rule: str) -> str:
    """A cell of the index."""
    return number(theory.rules[rule], load_rules()[rule].off) if rule in theory.rules else ""


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph."""
    return text.split(". ")[0].rstrip(".") + "."


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)
