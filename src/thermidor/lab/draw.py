"""Pictures as SVG text: the ribbon of regimes and the panels below it, with words, patterns and titles for readers.

Drawn at the width at which they are seen, so that letters keep their size. Colours come from the page's own style
(`var(--...)`), so that light and dark need one drawing. Every text is escaped; no number is trusted to be finite.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.lab.curves import Curve, Panel, Picture
from thermidor.views.palette import Paint, paints, words
from thermidor.views.ribbon import layers, room_for

Floats = NDArray[np.float64]
LEFT, RIGHT = 38.0, 18.0
"""Pixels beside a drawing's field."""
LETTER = 6.6
"""Pixels a letter of a label takes."""
LINE = 15.0
TALL = 150.0
"""Pixels of height from which on a ribbon has an axis of shares."""
HALVES = (0.0, 0.5, 1.0)


class Field(NamedTuple):
    """Where a drawing lies: width and height in pixels, the first and last decimal year of its axis."""

    wide: float
    tall: float
    first: float
    last: float
    left: float = LEFT

    def x(self, year: float | Floats) -> float | Floats:
        """The place of a year."""
        return self.left + (year - self.first) / (self.last - self.first) * (self.wide - self.left - RIGHT)


def years_of(months: NDArray[np.datetime64]) -> Floats:
    """The decimal year at which each month begins, and that at which the last one ends [month + 1]."""
    count = months.astype("datetime64[M]").astype(np.int64)
    return np.asarray(1970.0 + np.append(count, count[-1] + 1) / 12.0, dtype=np.float64)


def ribbon(
    of: Picture, wide: float, *, tall: float = 200.0, behind: Picture | None = None, month: str = "", name: str = "",
    readings: Sequence[str] = (),
) -> str:  # fmt: skip
    """The share of runs under each regime, month by month; `behind` is shown as a thin ribbon above.

    readings: a text for each step across, which the page shows under the pointer.
    """
    edges = years_of(of.months)
    field = Field(wide, tall, edges[0], edges[-1])
    looks = paints(of.reading.names)
    behind = _since(behind, of) if behind is not None else None
    thin = 26.0 if behind is not None else 0.0
    parts = [_patterns(looks, [*of.shares, *(behind.shares if behind else ())])]
    if behind is not None:
        parts.append(f'<g opacity="0.75">{_layers(behind, field, 2.0, thin - 6.0, looks, labels=False)}</g>')
    if tall >= TALL:
        parts += [_height(wide, thin + (tall - thin - 20.0) * (1.0 - part), f"{100 * part:.0f}%") for part in HALVES]
    parts.append(_layers(of, field, thin, tall - thin - 20.0, looks, labels=True))
    parts += [_axis(field, tall - 20.0), _cursor(field, month, thin, tall - 20.0)]
    return _svg(wide, tall, name, said(of), parts, "ribbon", _held(of, readings))


def _height(wide: float, y: float, text: str) -> str:
    """A thin line across a field, and what it stands for."""
    return (
        f'<path d="M{LEFT} {y:.1f}H{wide - RIGHT:.1f}" class="grid"/>'
        f'<text x="{LEFT - 4}" y="{max(y + 4.0, 11.0):.1f}" class="height">{text}</text>'
    )


def _since(behind: Picture, of: Picture) -> Picture | None:
    """What lies behind, in the months of what lies before it; None where it has none of them."""
    kept = (behind.months >= of.months[0]) & (behind.months <= of.months[-1])
    if not kept.any():
        return None
    shares = {label: share[kept] for label, share in behind.shares.items()}
    return replace(behind, months=behind.months[kept], shares=shares)


def said(of: Picture) -> str:
    """The ribbon in words, for those who don't see it: the commonest regime, spell by spell."""
    from thermidor.lenses.spells import typical_spells

    spells = typical_spells(of.reading, of.country, 12)
    return "; ".join(
        f"{s.first} to {s.last}: {words(s.label)}, on average {100 * s.share:.0f}% of {of.members} runs" for s in spells
    )


def _layers(of: Picture, field: Field, top: float, tall: float, looks: Mapping[str, Paint], *, labels: bool) -> str:
    x = np.asarray(field.x(years_of(of.months)))
    floor, drawn, texts = np.zeros(len(of.months)), [], []
    for label in layers(of.shares):
        ceiling = floor + of.shares[label]
        path = _band(x, top + tall * (1.0 - ceiling), top + tall * (1.0 - floor))
        look = looks[label]
        drawn.append(f'<path d="{path}" fill="{look.colour}"><title>{escape(words(label))}</title></path>')
        if look.hatch:
            drawn.append(f'<path d="{path}" fill="url(#h-{label})" pointer-events="none"/>')
        a_letter = LETTER * len(of.months) / max(float(x[-1] - x[0]), 1.0)
        spot = room_for(floor, ceiling, words(label), a_letter, LINE / tall) if labels else None
        if spot is not None:
            lines = spot.text.split("\n")
            y = top + tall * (1.0 - spot.height) - LINE * (len(lines) - 1) / 2.0 + 4.0
            texts += [_label(float(x[spot.month]), y + LINE * k, text, look) for k, text in enumerate(lines)]
        floor = ceiling
    return "".join([*drawn, *texts])


def _label(x: float, y: float, text: str, look: Paint) -> str:
    halo = f' stroke="{look.colour}" stroke-width="4" paint-order="stroke"' if look.hatch else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="name" fill="{look.ink}"{halo}>{escape(text)}</text>'


def _band(x: Floats, upper: Floats, lower: Floats) -> str:
    """A band of steps between two edges [month]; `x` has one place more."""
    return f"M{_steps(x, upper, back=False)}L{_steps(x, lower, back=True)}Z"


def _steps(x: Floats, y: Floats, *, back: bool) -> str:
    """The corners of a line of steps, where it changes only."""
    turn = np.flatnonzero(np.diff(y)) + 1
    starts, ends = np.append(0, turn), np.append(turn, len(y))
    across, down = np.stack([x[starts], x[ends]], axis=1).ravel(), np.repeat(y[starts], 2)
    return _points(across[::-1], down[::-1]) if back else _points(across, down)


def _points(x: Floats, y: Floats) -> str:
    """Corners of a line, to a tenth of a pixel."""
    return " ".join(map(str, np.stack([x, y], axis=1).round(1).ravel().tolist()))


HATCHES = {
    "\\\\": "M0 0L8 8", "//": "M0 8L8 0", "||": "M4 0V8", "--": "M0 4H8", "xx": "M0 0L8 8M0 8L8 0",
    "..": "M3 4H5", "...": "M1 2H2.5M5 6H6.5",
}  # fmt: skip


def _patterns(looks: Mapping[str, Paint], labels: Iterable[str]) -> str:
    found = []
    for label in dict.fromkeys(labels):
        look = looks.get(label)
        if look is not None and look.hatch:
            line = "#ffffff" if look.ink == "#ffffff" else "#1f1f1f"
            found.append(
                f'<pattern id="h-{label}" width="8" height="8" patternUnits="userSpaceOnUse">'
                f'<path d="{HATCHES[look.hatch]}" stroke="{line}" stroke-opacity="0.4" fill="none"/></pattern>'
            )
    return f"<defs>{''.join(found)}</defs>"


def _axis(field: Field, y: float) -> str:
    """Whole years along the bottom."""
    many = max(2, int((field.wide - field.left) / 70.0))
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if (field.last - field.first) / s <= many)
    years = range(int(np.ceil(field.first / step)) * step, int(field.last) + 1, step)
    lines = [f'<path d="M{field.x(float(year)):.1f} {y:.1f}v4" class="tick"/>' for year in years]
    texts = [f'<text x="{field.x(float(year)):.1f}" y="{y + 16:.1f}" class="year">{year}</text>' for year in years]
    return "".join(lines + texts)


def _cursor(field: Field, month: str, top: float, bottom: float) -> str:
    if not month:
        return ""
    count = int(np.datetime64(month, "M").astype(np.int64))
    x = float(field.x(1970.0 + (count + 0.5) / 12.0))
    return f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" class="cursor"/>' if field.left <= x <= field.wide else ""


def panel(
    panel: Panel, of: Picture, wide: float, *, tall: float = 150.0, behind: Picture | None = None, month: str = "",
    name: str = "", readings: Sequence[str] = (), names: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """One panel: bands and medians of its lines, those behind as thin dashes, the record as dots; see `ribbon`.

    names: what its lines are called.
    """
    curves = of.panels[panel.name]
    past = behind.panels[panel.name] if behind is not None else ()
    edges = years_of(of.months)
    field = Field(wide, tall, edges[0], edges[-1])
    points = of.record.get(panel.name)
    if points is not None:
        inside = (points[0] >= edges[0]) & (points[0] <= edges[-1])
        points = points[0][inside], points[1][inside]
    bars = points if panel.bars else None
    points = None if bars is not None else points
    low, high, ticks = _scale(panel.scale, curves, past, points)
    log = panel.scale == "log"

    def y(values: Floats) -> Floats:
        seen = np.clip(values, low, high)
        part = np.log(seen / low) / np.log(high / low) if log else (seen - low) / (high - low)
        return np.asarray(8.0 + (tall - 28.0) * (1.0 - part))

    parts = [_height(wide, float(y(np.array([tick]))[0]), text) for text, tick in ticks]
    x = np.asarray(field.x(of.years))
    if behind is not None:
        kept = (behind.years >= edges[0]) & (behind.years <= edges[-1])
        back = np.asarray(field.x(behind.years[kept]))
        lines = [_line(back, y(curve.values[1][kept])) for curve in past]
        parts += [f'<path d="M{line}" class="behind l{nth}"/>' for nth, line in enumerate(lines) if line]
    if bars is not None and len(bars[1]):
        parts += _bars(field, bars, tall)
    for nth, curve in enumerate(curves):
        lower, middle, upper = y(curve.values)
        whole = np.isfinite(lower) & np.isfinite(upper)
        if of.members > 1 and whole.any():
            band = _line(x[whole], upper[whole]) + "L" + _line(x[whole][::-1], lower[whole][::-1])
            parts.append(f'<path d="M{band}Z" class="band l{nth}"/>')
        if np.isfinite(middle).any():
            parts.append(f'<path d="M{_line(x, middle)}" class="line l{nth}"/>')
    if points is not None:
        dots = zip(np.asarray(field.x(points[0])), y(points[1]), strict=True)
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="1.9" class="dot"/>' for a, b in dots]
    parts += [_axis(field, tall - 20.0), _cursor(field, month, 6.0, tall - 20.0)]
    return _svg(wide, tall, name, told(of, curves, names or {}), parts, "panel", _held(of, readings))


def _bars(field: Field, bars: tuple[Floats, Floats], tall: float) -> list[str]:
    """A yearly count of the record as bars, to a scale of its own."""
    heights = 0.9 * (tall - 28.0) * bars[1] / float(bars[1].max())
    wide = 0.8 * (field.wide - field.left - RIGHT) / (field.last - field.first)
    places = zip(np.asarray(field.x(bars[0])), heights, bars[1], strict=True)
    return [
        f'<rect x="{x - wide / 2:.1f}" y="{tall - 20.0 - h:.1f}" width="{wide:.1f}" height="{h:.1f}" class="bar">'
        f"<title>{many:,.0f}</title></rect>"
        for x, h, many in places
    ]


def told(of: Picture, curves: Sequence[Curve], names: Mapping[str, str]) -> str:
    """A panel in words: where each line begins and ends."""
    texts = []
    for curve in curves:
        middle = curve.values[1][np.isfinite(curve.values[1])]
        if len(middle):
            texts.append(f"{names.get(curve.name, curve.name)} from {middle[0]:.3g} to {middle[-1]:.3g}")
    return f"Medians of {of.members} runs, {of.years[0]:.0f} to {of.years[-1]:.0f}: " + "; ".join(texts)


def _line(x: Floats, y: Floats) -> str:
    whole = np.isfinite(y)
    return _points(x[whole], y[whole])


def _scale(
    kind: str, curves: Sequence[Curve], past: Sequence[Curve], points: tuple[Floats, Floats] | None
) -> tuple[float, float, list[tuple[str, float]]]:
    """The lowest and highest value of a panel's axis, and its ticks."""
    if kind == "unit":
        return 0.0, 1.0, [("0", 0.0), ("0.5", 0.5), ("1", 1.0)]
    every = np.concatenate([*(c.values.ravel() for c in (*curves, *past)), *((points[1],) if points else ())])
    every = every[np.isfinite(every)]
    if kind == "log":
        every = every[every > 0.0]
        low, high = (float(every.min()) / 1.1, float(every.max()) * 1.1) if len(every) else (0.5, 2.0)
        steps = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
        return low, high, [(f"{t:g}", t) for t in steps if low <= t <= high]
    high = max(1.05 * float(every.max()) if len(every) else 1.0, 0.01)
    step = next(
        s for s in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 1e3, 1e9) if high / s <= 3.5
    )
    ticks = [float(t) for t in np.arange(0.0, high, step)]
    return 0.0, high, [(f"{100 * t:.3g}%" if kind == "share" else f"{t:.3g}", t) for t in ticks]


def _held(of: Picture, readings: Sequence[str]) -> str:
    """Texts of steps for the pointer, and the part of the axis that whole steps fill, as attributes."""
    cover = len(of.months) // len(of.years) * len(of.years) / len(of.months)
    return f' data-told="{escape("|".join(readings))}" data-cover="{cover:.5f}"' if readings else ""


def _svg(wide: float, tall: float, name: str, words: str, parts: Sequence[str], kind: str, held: str) -> str:
    return (
        f'<svg class="{kind}"{held} viewBox="0 0 {wide:.0f} {tall:.0f}" width="{wide:.0f}" height="{tall:.0f}" '
        f'role="img" aria-label="{escape(name)}. {escape(words)}"><desc>{escape(words)}</desc>{"".join(parts)}</svg>'
    )
