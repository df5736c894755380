"""What a fit leaves in its folder, and how a developer puts its point into the registry."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from thermidor.errors import InputError
from thermidor.fitting import abc
from thermidor.fitting.work import Fit
from thermidor.rules.registry import FOLDER
from thermidor.theories import DEFAULT

KIND = "thermidor-fit"
SOMETIMES = ("screening.csv", "screening.png", "pairs.png")
"""What only some fits leave."""
DRAWS = 200
"""Equally weighted draws of the posterior that are written, at most."""


def write(fit: Fit, folder: Path, about: Mapping[str, Any]) -> list[Path]:
    """Write tables, the overlay, pictures and, last, the manifest; return their paths. Raises InputError.

    What an earlier fit left there, and this one has not, is removed.
    """
    from thermidor.fitting.figures import pictures
    from thermidor.runs import manifest
    from thermidor.runs.store import placing

    with placing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        made = [_csv(folder / "posterior.csv", fit.rules, posterior(fit)), draws(fit, folder / "draws.csv")]
        if fit.effects:
            head = ("rule", "group", "mu_star", "sigma", "free")
            lines = [(e.name, e.group, e.mu_star, e.sigma, int(e.free)) for e in fit.effects]
            made.append(_csv(folder / "screening.csv", head, lines))
        made.append(_csv(folder / "targets.csv", TARGET_HEAD, target_lines(fit)))
        made.append(_csv(folder / "identified.csv", IDENTIFIED_HEAD, identified(fit)))
        overlay = folder / "rules.yaml"
        overlay.write_text(overlay_text(fit), encoding="utf-8")
        made += [overlay, *pictures(fit, folder)]
        for name in SOMETIMES:
            if folder / name not in made:
                (folder / name).unlink(missing_ok=True)
        manifest.write(folder, {**told(fit), **about, **manifest.made_by()})
    return [*made, folder / manifest.NAME]


def told(fit: Fit) -> dict[str, Any]:
    """The fit as plain values: enough to make it again."""
    from thermidor.jit import rules_digest

    wish, searched = fit.wish, fit.searched
    return {
        "kind": KIND, "schema": 1, "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "theory": wish.theory.told, "targets": fit.targets.digest, "rules_code": rules_digest(),
        "left_out": [target.name for target in fit.targets.targets if not target.used],
        "seed": wish.sizes.seed, "budget": wish.budget, "population": wish.population(len(fit.rules)),
        "replicates": wish.sizes.replicates, "citizens": wish.sizes.citizens, "spread": wish.sizes.spread,
        "screened": bool(fit.effects), "free": list(fit.rules), "point": fit.point,
        "luck": round(fit.luck, 6), "evaluations": len(searched.distances), "effective": round(searched.effective, 1),
        "thresholds": [round(x, 6) for x in searched.thresholds],
        "accepted": [round(x, 4) for x in searched.accepted],
    }  # fmt: skip


def posterior(fit: Fit) -> list[list[float]]:
    """Equally weighted draws of the free rules, as `thermidor gallery --posterior` reads them."""
    many = min(DRAWS, len(fit.kept))
    return [fit.values[place].tolist() for place in abc.resampled(fit.searched.weights, many, fit.wish.sizes.seed)]


def draws(fit: Fit, path: Path) -> Path:
    """Write every draw that was searched, with generation, distance and weight."""
    s = fit.searched
    numbers = zip(s.generation.tolist(), s.distances.tolist(), s.weights.tolist(), fit.values.tolist(), strict=True)
    lines = [(generation, far, weight, *values) for generation, far, weight, values in numbers]
    return _csv(path, ("generation", "distance", "weight", *fit.rules), lines)


TARGET_HEAD = (
    "target", "mark", "used", "weight", "asked", "found_before", "found_after", "distance_before", "distance_after",
)  # fmt: skip


def target_lines(fit: Fit) -> list[tuple[Any, ...]]:
    """A line a target that was lived: what is asked of it, what was found and how far that is, before and after.

    Of a row: its least share and the bar; of a course: the median and what is asked.
    """
    by_name = {target.name: target for target in fit.targets.targets}
    lines = []
    for nth, name in enumerate(fit.before.names):
        target = by_name[name]
        asked = min(part.bar for part in target.row.parts) if target.row else target.course and target.course.asked
        numbers = [float(each[0, nth]) for found in ("found", "distances") for each in
                   (getattr(fit.before, found), getattr(fit.after, found))]  # fmt: skip
        lines.append((name, target.mark, "yes" if target.fitted else "no", target.weight, asked, *numbers))
    return lines


NINE_TENTHS = 0.9
"""The middle of a posterior whose width is told."""
IDENTIFIED_HEAD = ("rule", "low", "high", "before", "point", "median", "q05", "q95", "width")


def identified(fit: Fit) -> list[tuple[Any, ...]]:
    """A line a free rule, the least known first: its range, the posterior, and the width of that over the range's."""
    from thermidor.rules import load_rules

    registry, weights, lines = load_rules(), fit.searched.weights[fit.kept], []
    for nth, name in enumerate(fit.rules):
        values, low, high = fit.values[fit.kept, nth], float(fit.low[nth]), float(fit.high[nth])
        order = np.argsort(values, kind="stable")
        below = np.cumsum(weights[order]) - 0.5 * weights[order]
        q05, median, q95 = np.interp(
            [0.5 - NINE_TENTHS / 2.0, 0.5, 0.5 + NINE_TENTHS / 2.0], below, values[order]
        ).tolist()
        before = fit.wish.theory.rules.get(name, registry[name].value)
        lines.append(
            (name, low, high, before, fit.point[name], median, q05, q95, (q95 - q05) / (NINE_TENTHS * (high - low)))
        )
    return sorted(lines, key=lambda line: -line[-1])


def overlay_text(fit: Fit) -> str:
    """The point as a theory that `--theory FILE` reads: the theory's own overlay with the values found on it."""
    import yaml

    wish = fit.wish
    why = f"Found by a fit (targets {fit.targets.digest}, seed {wish.sizes.seed}, {wish.budget} evaluations)."
    kept = {n: {"value": v, "why": wish.theory.why.get(n, "The theory's.")} for n, v in wish.theory.rules.items()}
    data = {
        "schema": 1,
        "name": f"{wish.theory.name}-fitted",
        "title": f"{wish.theory.title or wish.theory.name}, fitted",
        "about": "One draw of a posterior: the nearest of some of its draws on draws of chance that the search had not "
        "seen. Others do nearly as well; no value is an estimate.",
        "rules": kept | {name: {"value": value, "why": why} for name, value in fit.point.items()},
    }
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110))


SHIPPED = ("posterior.csv", "identified.csv", "targets.csv", "screening.csv", "rules.yaml", "manifest.json")
"""What ships of a fit, beside this module."""


def clone_of(folder: Path = FOLDER) -> Path:
    """The root of the clone that holds the rules in `folder`. Raises InputError where there is none."""
    root = folder.parent.parent.parent
    if not ((root / ".git").exists() and (root / "pyproject.toml").is_file()):
        why = "the rules of an installed package belong to its version"
        raise InputError("this is no clone of the repository", "--write", why, "use rules.yaml with --theory instead")
    return root


def into_registry(values: Mapping[str, float], folder: Path = FOLDER) -> list[Path]:
    """Put values into the registry's files in place of the present ones, and their rules into the theory's `free`.

    For developers: raises InputError outside a clone of the repository. Returns the files that changed.
    """
    clone_of(folder)
    changed = []
    theory = folder.parent / "theories" / f"{DEFAULT}.yaml"
    for path in [*sorted(folder.glob("*.yaml")), theory]:
        before = path.read_text(encoding="utf-8")
        lines, rule = before.split("\n"), ""
        for i, line in enumerate(lines):
            if found := re.match(r"([a-z_0-9]+):", line):
                rule = found[1]
            if path == theory and rule == "free" and line.startswith("free: ["):
                lines[i] = f"free: [{', '.join(values)}]"
            elif path != theory and rule in values and line.startswith("  value:"):
                lines[i] = f"  value: {values[rule]:g}"
        if (after := "\n".join(lines)) != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def ship(folder: Path, to: Path = Path(__file__).parent) -> list[Path]:
    """Copy what ships of a fit's folder beside this module; what an older fit left there goes. Returns the files."""
    for name in SHIPPED:
        (to / name).unlink(missing_ok=True)
    return [Path(shutil.copyfile(folder / name, to / name)) for name in SHIPPED if (folder / name).is_file()]


def _csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a table; numbers as they are, so that draws can be lived again bit for bit."""
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(head)
        lines.writerows(rows)
    return path
