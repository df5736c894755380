"""What the gallery leaves in its folder: tables, one JSON object, pictures."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thermidor.gallery.contrasts import Effect, Signs
from thermidor.gallery.judge import Judged, counted, weakest

if TYPE_CHECKING:
    from thermidor.gallery.work import Found

TABLES = ("gallery.csv", "sentences.csv", "confusion.csv", "contrasts.csv")
PICTURES = ("gallery.png", "confusion.png", "contrasts.png")
WHOLE = "gallery.json"
"""All that was found and what was asked, in one file."""


def write(found: Found, folder: Path, about: dict[str, Any]) -> list[Path]:
    """Write tables, JSON and pictures of a gallery into a folder, and return their paths. Raises InputError.

    Tables and pictures that an earlier gallery left there, and this one has not, are removed.
    """
    from thermidor.runs.store import placing

    with placing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        made = [_csv(folder / "gallery.csv", ROW_HEAD, map(row_cells, found.rows))]
        lines = [(r.row.id, *sentence) for r in found.rows for sentence in r.sentences]
        made.append(_csv(folder / "sentences.csv", ("row", "part", "sentence", "share"), lines))
        if found.crossed is not None:
            crossed = zip(found.crossed.names, found.crossed.shares.tolist(), strict=True)
            made.append(
                _csv(folder / "confusion.csv", ("expectation", *found.crossed.names), ((n, *s) for n, s in crossed))
            )
        if found.effects:
            made.append(_csv(folder / "contrasts.csv", EFFECT_HEAD, map(effect_cells, found.effects)))
        target = folder / WHOLE
        target.write_text(json.dumps(as_json(found, about), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        made += [target, *_pictures(found, folder)]
        for name in (*TABLES, *PICTURES):
            if folder / name not in made:
                (folder / name).unlink(missing_ok=True)
        return made


ROW_HEAD = (
    "row", "claim", "kind", "kin", "mark", "scenario", "title", "expectation", "share", "low", "high", "bar",
    "members", "verdict", "failed", "difficulty", "difficulty_low", "difficulty_high", "flag", "posterior",
    "few_citizens", "agreement",
)  # fmt: skip


def row_cells(judged: Judged) -> tuple[Any, ...]:
    """A row as a line of the table: of several parts the one that falls furthest short."""
    row, worst, hard = judged.row, weakest(judged.parts), judged.difficulty
    shares = ("", "", "", "", "") if worst is None else (worst.share, worst.low, worst.high, worst.bar, worst.members)
    hardness = ("", "", "") if hard is None else (hard.share, hard.low, hard.high)
    agreed = ["" if x is None else x.share for x in (judged.posterior, judged.few, judged.agreement)]
    return (
        row.id, row.group, row.kind, row.kin, row.mark, row.start.scenario, row.title, row.expectation, *shares,
        judged.verdict, judged.failed, *hardness, judged.flag, *agreed,
    )  # fmt: skip


EFFECT_HEAD = (
    "contrast", "says", "claims", "scenario", "outcome", "claimed", "base", "changed", "effect", "low", "high", "pairs",
    "sign", "prior_right", "prior_wrong", "prior_mean", "posterior_right", "posterior_wrong", "posterior_mean",
)  # fmt: skip


def effect_cells(effect: Effect) -> tuple[Any, ...]:
    """A contrast as a line of the table."""
    c = effect.contrast
    signs = [_signs(found) for found in (effect.prior, effect.posterior)]
    return (
        c.id, c.says, " ".join(c.claims), c.base.scenario, c.unit, "more" if c.sign > 0 else "less", effect.base,
        effect.changed, effect.effect, effect.low, effect.high, effect.pairs, SAID[effect.clear], *signs[0], *signs[1],
    )  # fmt: skip


SAID = {1: "right", -1: "wrong", 0: "none"}


def _signs(found: Signs | None) -> tuple[Any, ...]:
    return ("", "", "") if found is None else (found.right, found.wrong, found.mean)


def as_json(found: Found, about: dict[str, Any]) -> dict[str, Any]:
    """All of it as plain JSON values; what is no number is null."""
    rows = []
    for each in found.rows:
        row = each.row
        rows.append(
            {
                "row": row.id, "title": row.title, "scenario": row.start.scenario, "changes": asdict(row.start),
                "kind": row.kind, "claim": row.group, "kin": row.kin, "mark": row.mark, "years": row.years,
                "expectation": row.expectation, "cites": row.cites, "verdict": each.verdict, "flag": each.flag,
                "failed": each.failed, "parts": [asdict(p) for p in each.parts], "also": [asdict(p) for p in each.also],
                "sentences": [{"part": p, "sentence": s, "share": x} for p, s, x in each.sentences],
                "difficulty": each.difficulty and asdict(each.difficulty), "few": each.few and asdict(each.few),
                "posterior": each.posterior and asdict(each.posterior),
                "agreement": each.agreement and asdict(each.agreement),
            }
        )  # fmt: skip
    crossed = found.crossed and {
        "names": found.crossed.names, "shares": found.crossed.shares.tolist(), "held": found.crossed.held.tolist(),
        "empty": found.crossed.empty, "permuted": found.crossed.permuted,
    }  # fmt: skip
    effects = [dict(zip(EFFECT_HEAD, effect_cells(each), strict=True)) for each in found.effects]
    told = {**about, "counted": counted(found.rows), "missing": found.missing, "rows": rows, "confusion": crossed}
    plain: dict[str, Any] = _plain({**told, "contrasts": effects})
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


def _csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(head)
        for row in rows:
            lines.writerow([_cell(cell) for cell in row])
    return path


def _cell(cell: Any) -> Any:
    """A cell of a table; what is no number is left empty."""
    if not isinstance(cell, float):
        return cell
    return f"{cell:.6g}" if math.isfinite(cell) else ""


PAIRED = (
    "Mean difference of pairs on the same draws, changed less base, turned so that the claimed sign is to the right "
    "(numbers as they are); lines: 95% interval. Beside it: share of draws of the rules with the claimed sign (blue), "
    "neither (grey) and the other sign (red)."
)


def _pictures(found: Found, folder: Path) -> list[Path]:
    from thermidor.views.gallery import Line, Pair, confusion_figure, contrasts_figure, rows_figure

    wish, made = found.wish, []
    note = (
        "Holds: the interval lies above the tick; partly: the share is at least two thirds of it. Difficulty: share of "
        "draws of the rules from their ranges under which the row holds; surely above the dashed line, it tests the "
        "start."
    )
    lines = [
        Line(
            f"{r.row.id}  {r.row.title}",
            [(part.share, part.low, part.high, part.bar) for part in r.parts],
            r.verdict,
            np.nan if r.difficulty is None else r.difficulty.share,
        )
        for r in found.rows
    ]
    under = f"{wish.replicates} runs of each, {wish.citizens:,} citizens in each country, seed {wish.seed}"
    figures = {
        "gallery.png": rows_figure(lines, title="The gallery: what the chapter expects", subtitle=under, note=note)
    }
    if found.crossed is not None:
        chance = found.crossed.permuted
        told = (
            f"At their own scenarios {chance['own']:.0f} of {len(found.crossed.names)} are met; dealt by chance "
            f"{chance['mean']:.1f} on average, at most {chance['p95']:.0f} in 95% of {chance['times']:,.0f} deals. "
            f"Red frames: met where it was not meant. Empty (most others meet it): "
            f"{', '.join(found.crossed.empty) or 'none'}."
        )
        figures["confusion.png"] = confusion_figure(
            found.crossed.names, found.crossed.shares, found.crossed.held, title="Every expectation on every scenario",
            note=told,
        )  # fmt: skip
    if found.effects:
        pairs = [_pair(effect, Pair) for effect in found.effects]
        figures["contrasts.png"] = contrasts_figure(
            pairs, ("prior", "posterior"), title="Does the cause carry the claim?", subtitle=under,
            note=PAIRED,
        )  # fmt: skip
    for name, figure in figures.items():
        figure.savefig(folder / name)
        made.append(folder / name)
    return made


def _pair(effect: Effect, make: Any) -> Any:
    c = effect.contrast
    ends = sorted((c.sign * effect.low, c.sign * effect.high))
    signs = [None if s is None else (s.right, s.wrong) for s in (effect.prior, effect.posterior)]
    size = f"{effect.effect:+.{2 if abs(effect.effect) >= 0.01 else 4}f}".replace("-", "−") if effect.effect else "0"
    told = size if effect.pairs else "no pairs"
    return make(f"{c.id} ({', '.join(c.claims)})", c.sign * effect.effect, ends[0], ends[1], told, signs)
