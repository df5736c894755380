"""`thermidor theories`: which theories there are, what each switches, predicts, and can't express."""

from __future__ import annotations

from thermidor.cli.tables import facts, note, prose, say, table


def show(name: str | None) -> None:
    """List the theories shipped, or show one of them or a file's. Raises InputError."""
    from thermidor.theories import list_theories, load_theory

    if name is None:
        table(("theory", "title"), list_theories().items())
        note("thermidor theories NAME shows one; thermidor run SCENARIO --theory NAME runs it")
        return
    from thermidor.rules import load_rules

    theory, rules = load_theory(name), load_rules()
    say(theory.title, theory.name)
    prose(theory.about)
    say("What it switches")
    if not theory.rules:
        prose("Nothing: the rules' own values are this theory's.")
    rows = []
    for name, value in theory.rules.items():
        rule = rules[name]
        off = " (off)" if value == rule.off else ""
        rows += [(name, f"{rule.value:g} -> {value:g}{off} {rule.unit}: {rule.meaning}"), ("", theory.why[name])]
    facts(rows)
    parts = {
        "School": theory.school,
        "What it predicts": theory.predicts,
        "What it can't express": theory.cannot_express,
    }
    for title, lines in parts.items():
        if lines:
            say(title)
            for line in lines:
                prose(f"- {line}")
    say("Rules that a fit may move")
    prose(", ".join(theory.free) or "None.")
