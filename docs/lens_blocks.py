"""The pages of the lenses and the parts of the page about them that are made from their tables."""

from __future__ import annotations

from thermidor.lenses import LENSES, lens
from thermidor.lenses.disagreement import questions, verdict
from thermidor.views.lenses_coding import PUBLISHED

BY_HAND = "trotsky"
"""The lens whose page its own module writes."""


def lens_pages() -> dict[str, str]:
    """A page for each lens: its school, labels, criteria and thresholds."""
    return {f"lens-{name}.md": lens(name).table_markdown() for name in LENSES if name != BY_HAND}


def lenses_block() -> str:
    """The lenses by name, what decides in each, and its labels."""
    lines = ["| lens | what decides | labels |", "| --- | --- | --- |"]
    for name in LENSES:
        table = lens(name).table()
        labels = ", ".join(f"`{label.name}`" for label in table.labels)
        lines.append(f"| [`{name}`](lens-{name}.md) | {table.title} | {labels} |")
    return "\n".join(lines)


def verdicts_block() -> str:
    """The questions, and what each label of each lens and coding answers to them."""
    parts = []
    for question in questions():
        answers = "; ".join(f"`{answer}`, {meaning}" for answer, meaning in question.answers.items())
        parts.append(f"- **{question.name}**: {question.asks}. {answers}.")
    names = [question.name for question in questions()]
    lines = [f"| lens or coding | label | {' | '.join(names)} |", "| --- |" + " --- |" * (len(names) + 1)]
    labels = {name: [label.name for label in lens(name).table().labels] for name in LENSES}
    labels |= {name: list(one.labels.values()) for name, one in PUBLISHED.items()}
    for name, own in labels.items():
        for place, label in enumerate(own):
            said = " | ".join(answer or "" for answer in verdict(label))
            lines.append(f"| {f'`{name}`' if place == 0 else ''} | `{label}` | {said} |")
    return "\n".join([*parts, "", *lines])


def codings_block() -> str:
    """The published codings: what they are and where they come from."""
    lines = ["| coding | from | labels |", "| --- | --- | --- |"]
    for name, one in PUBLISHED.items():
        lines.append(f"| `{name}` | {one.source} | {', '.join(f'`{label}`' for label in one.labels.values())} |")
    return "\n".join(lines)
