"""Why a month is what it is, as HTML: the commonest regime, what had changed, criteria and events of one run."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from thermidor.lab.why import Happened, Why
from thermidor.lab.words import month_words, part, say
from thermidor.lenses.reasons import Finding
from thermidor.views.palette import words

HEADS = ("criterion", "value", "limit", "met", "source")


def because(told: Why | None) -> str:
    """The text of the reasons; where no month is looked at, how to ask."""
    if told is None:
        return f"<p class='note'>{escape(say('why.ask'))}</p>"
    label = words(told.label)
    parts = [
        f"<h2>{escape(say('why.title', month=month_words(told.month)))}</h2>",
        f"<p>{escape(say('why.label', share=f'{100 * told.share:.0f}', label=label))} "
        f"{escape(say('why.begun', reason=told.reason))}</p>",
    ]
    if told.criteria:
        heads = "".join(f"<th scope='col'>{escape(say(f'why.{name}'))}</th>" for name in HEADS)
        rows = "".join(_row(told.criteria, nth) for nth in range(len(told.criteria)))
        title = escape(say("why.criteria", label=label, run=told.run))
        parts.append(
            f"<div class='scroll' tabindex='0' role='region' aria-label='{title}'><table><caption>{title}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
    parts.append(f"<h3>{escape(say('why.events', run=told.run))}</h3>")
    parts.append(_events(told.events) if told.events else f"<p>{escape(say('why.quiet'))}</p>")
    return "".join(parts)


def _events(events: Sequence[Happened]) -> str:
    """What happened, a sentence each; the numbers that decided are folded away."""
    names = part("months")
    lines, numbers = [], []
    for one in events:
        months = ", ".join(names[f"m{month[5:]}"] for month in one.months)
        lines.append(f"<li><b>{escape(months)}:</b> {escape(one.what)}</li>")
        told = zip(one.months, one.because, strict=True)
        numbers += [f"<li><b>{month}</b> {escape(one.what)}: {escape(why)}</li>" for month, why in told if why]
    whole = f"<ul class='events'>{''.join(lines)}</ul>"
    if numbers:
        summary, inside = escape(say("why.numbers")), "".join(numbers)
        whole += f"<details><summary>{summary}</summary><ul class='events'>{inside}</ul></details>"
    return whole


def _row(criteria: Sequence[Finding], nth: int) -> str:
    """A criterion as a line; one of a group of which one is enough has the word for that before it, but the first."""
    one = criteria[nth]
    again = nth > 0 and one.group == criteria[nth - 1].group
    words = f"{say('why.either')} {one.words}" if again else one.words
    limit = say("why.at_least" if one.sense == ">=" else "why.below", limit=f"{one.threshold:g}")
    cells = (words, f"{one.value:.3g}", limit, say("why.met" if one.met else "why.not_met"), one.source)
    told = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f"<tr class='{'met' if one.met else 'unmet'}'>{told}</tr>"
