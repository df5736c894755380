"""Why a month is what it is, as HTML: the commonest regime, what had changed, criteria and events of one run."""

from __future__ import annotations

from html import escape

from thermidor.lab.why import Why
from thermidor.lab.words import say
from thermidor.views.palette import words

HEADS = ("criterion", "value", "limit", "met", "source")


def because(told: Why | None) -> str:
    """The text of the reasons; where no month is looked at, how to ask."""
    if told is None:
        return f"<p class='note'>{escape(say('why.ask'))}</p>"
    label = words(told.label)
    parts = [
        f"<h2>{escape(say('why.title', month=told.month))}</h2>",
        f"<p>{escape(say('why.label', share=f'{100 * told.share:.0f}', label=label))} "
        f"{escape(say('why.begun', reason=told.reason))}</p>",
    ]
    if told.criteria:
        heads = "".join(f"<th scope='col'>{escape(say(f'why.{name}'))}</th>" for name in HEADS)
        rows = "".join(
            f"<tr class='{'met' if one.met else 'unmet'}'><td>{escape(one.words)}</td><td>{one.value:.3g}</td>"
            f"<td>{escape(say('why.at_least' if one.sense == '>=' else 'why.below', limit=f'{one.threshold:g}'))}</td>"
            f"<td>{escape(say('why.met' if one.met else 'why.not_met'))}</td><td>{escape(one.source)}</td></tr>"
            for one in told.criteria
        )
        title = escape(say("why.criteria", label=label, run=told.run))
        parts.append(
            f"<div class='scroll' tabindex='0' role='region' aria-label='{title}'><table><caption>{title}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )
    parts.append(f"<h3>{escape(say('why.events', run=told.run))}</h3>")
    events = [f"<li><b>{escape(month)}</b> {escape(text)}</li>" for month, text in told.events]
    parts.append(f"<ul class='events'>{''.join(events)}</ul>" if events else f"<p>{escape(say('why.quiet'))}</p>")
    return "".join(parts)
