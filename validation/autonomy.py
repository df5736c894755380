"""Bar 8 of the gallery: autonomy over the balance of classes, for three kinds of property, and by regime (P27, P35)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import CAMPS, VARIABLES
from thermidor.lenses import trotsky
from thermidor.rules import load_rules
from thermidor.runs.simulate import simulate
from thermidor.runs.store import Axes, columns
from thermidor.scenarios import Scenario, list_scenarios, load_scenario, resolve
from validation.ensemble import Plan, each, rules_of
from validation.page import Cell, Page, Table
from validation.sample import Floats
from validation.settings import OWNING_CAMPS, PROPERTY, balanced
from validation.stats import LEVELS, bootstrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Panel
    from matplotlib.figure import Figure

REPLICATES = 60
CITIZENS = 2_000
PARTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Owners' parts of ties and camps at the start."""
MONTHS, SETTLED = 24, 6
"""Months that are lived, and those that are left out first: the balance that was set has not yet run away (assumed)."""
YEARS = 20
"""Years for which every shipped scenario is lived to see autonomy by regime."""
MEASURES = ("autonomy", "pivotal share", "pivotal share, camps' total held")
ORDER = ("proletarian-bonapartism", "fascism", "bonapartism-classic", "bourgeois-democracy")
"""P35: autonomy falls from each to the next."""
EVEN = 0.5


class Swept(NamedTuple):
    """One kind of property: owners' share of the camps' weight, and the measures by name, float64 [part, member]."""

    balance: Floats
    measures: dict[str, Floats]


def pivotal(strength: Floats, power: float) -> Floats:
    """Each player's share of what coalitions gain by him, others siding at random (Banzhaf); strength [..., player].

    A coalition of strength s wins against the rest r with chance s^power / (s^power + r^power) (Tullock 1980).
    """
    players = strength.shape[-1]
    total = strength.sum(axis=-1)
    gain = np.zeros_like(strength)
    for code in range(2**players):
        inside = np.array([bool(code >> k & 1) for k in range(players)])
        base = _wins((strength * inside).sum(axis=-1), total, power)
        for k in np.flatnonzero(~inside):
            joined = _wins((strength * inside).sum(axis=-1) + strength[..., k], total, power)
            gain[..., k] += joined - base
    shares: Floats = gain / np.maximum(gain.sum(axis=-1, keepdims=True), 1e-12)
    return shares


def _wins(own: Floats, total: Floats, power: float) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        mine, rest = own**power, np.maximum(total - own, 0.0) ** power
        return np.where(total > 0.0, mine / (mine + rest), 0.5)


def blocs(lived: Floats) -> Floats:
    """Strength of the five camps and, last, of the apparatus: force and officials; lived: [month, variable]."""
    rules = load_rules()
    camps = [rules["mass_counts"].value * lived[:, VARIABLES.index(f"weight_{camp}")] for camp in CAMPS]
    officials = rules["officials_strength"].value * rules["officials_count_for"].value
    apparatus = lived[:, VARIABLES.index("force")] + officials * lived[:, VARIABLES.index("apparatus_share")]
    return np.stack([*camps, apparatus], axis=-1)


def swept(scenario: Scenario, plan: Plan, parts: Sequence[float]) -> Swept:
    """Live the same members at every part of the owners; means over the months after the first few."""
    record = rules_of()

    def member(job: int) -> Floats:
        part, k = divmod(job, plan.replicates)
        start = resolve(balanced(scenario, parts[part]), plan.seed, k)
        sizes = plan.sizes(start.countries)
        series = simulate(start, record, seed=plan.seed, replicate=k, citizens=sizes, months=MONTHS).series
        lived = series[SETTLED:, 0, :]
        return np.append(blocs(lived).mean(axis=0), lived[:, VARIABLES.index("autonomy")].mean())

    found = np.array(each(member, range(len(parts) * plan.replicates), plan.threads))
    found = found.reshape(len(parts), plan.replicates, -1)
    strength, autonomy = found[..., :-1], found[..., -1]
    owning = strength[..., [CAMPS.index(camp) for camp in OWNING_CAMPS]].sum(axis=-1)
    power = load_rules()["force_power"].value
    shares = [pivotal(some, power)[..., -1] for some in (strength, held(strength))]
    balance = owning / np.maximum(strength[..., :-1].sum(axis=-1), 1e-12)
    return Swept(balance, dict(zip(MEASURES, (autonomy, *shares), strict=True)))


def held(strength: Floats) -> Floats:
    """Strengths [part, member, bloc] with all but the last bloc scaled so that their sum is the member's mean one."""
    total = strength[..., :-1].sum(axis=-1, keepdims=True)
    scaled = strength.copy()
    scaled[..., :-1] *= total.mean(axis=0, keepdims=True) / np.maximum(total, 1e-12)
    scaled[..., -1] = strength[..., -1].mean(axis=0)
    return scaled


def at(balance: Floats, values: Floats, where: float) -> Floats:
    """Each member's value at a balance, on lines between its points [member]; balance, values [part, member]."""
    found = []
    for x, y in zip(balance.T, values.T, strict=True):
        order = np.argsort(x, kind="stable")
        found.append(np.interp(where, x[order], y[order], left=np.nan, right=np.nan))
    return np.array(found)


def peak(kind: str, name: str, one: Swept) -> list[Cell]:
    """Where a measure is highest, what it is when even and at both ends that all members reach, and the verdict."""
    values = one.measures[name]
    low, high = float(one.balance.min(axis=0).max()), float(one.balance.max(axis=0).min())
    middle = values.mean(axis=1)
    top = int(middle.argmax())
    even = at(one.balance, values, EVEN)
    differences, words = [], []
    for end in (low, high):
        rise = even - at(one.balance, values, end)
        rise = rise[np.isfinite(rise)]
        if not len(rise):
            differences.append((np.nan, np.nan, np.nan))
            words.append("")
            continue
        bounds = bootstrap(rise, lambda x: float(np.mean(x)), times=400)
        differences.append((float(rise.mean()), *bounds))
        words.append(f"{rise.mean():+.3f} ({bounds[0]:+.3f} to {bounds[1]:+.3f})")
    return [
        kind, name, float(one.balance.mean(axis=1)[top]), float(middle[top]),
        float(np.nanmean(even)) if np.isfinite(even).any() else None,
        low, words[0], high, words[1], verdict(differences),
    ]  # fmt: skip


def verdict(differences: Sequence[tuple[float, float, float]]) -> str:
    """Say whether the even point stands above both ends: (mean, low, high) against workers, then owners."""
    if any(not np.isfinite(mean) for mean, *_ in differences):
        return "balance not reached"
    (_, low_w, high_w), (_, low_o, high_o) = differences
    if low_w > 0.0 and low_o > 0.0:
        return "peaks at balance"
    if high_w < 0.0 and high_o < 0.0:
        return "lowest at balance"
    if high_o < 0.0:
        return "higher with the owners"
    if high_w < 0.0:
        return "higher with those who work"
    return "not clear"


def by_label(plan: Plan) -> dict[str, list[float]]:
    """Mean autonomy of each run's months under a label, first countries of all shipped scenarios."""
    found: dict[str, list[float]] = {}
    record, names = rules_of(), trotsky.table().names
    for scenario in map(load_scenario, list_scenarios()):

        def member(k: int, scenario: Scenario = scenario) -> NDArray[Any]:
            start = resolve(scenario, plan.seed, k)
            sizes, months = plan.sizes(start.countries), 12 * YEARS
            series = simulate(start, record, seed=plan.seed, replicate=k, citizens=sizes, months=months).series
            stamps = start.first_month.astype("datetime64[M]") + np.arange(len(series))
            named = columns(series[None].astype(np.float32), Axes((0,), stamps, start.countries))
            labels = np.asarray(trotsky.read(named).labels[0])[:, 0]
            return np.stack([labels.astype(float), series[:, 0, VARIABLES.index("autonomy")]])

        for codes, autonomy in each(member, range(plan.replicates), plan.threads):
            for code in np.unique(codes):
                found.setdefault(names[int(code)], []).append(float(autonomy[codes == code].mean()))
    return found


def labels_table(found: dict[str, list[float]]) -> Table:
    """Mean autonomy by label over runs that have it."""
    rows: list[list[Cell]] = []
    for label, values in found.items():
        low, high = np.quantile(values, (0.05, 0.95))
        rows.append([label, len(values), float(np.mean(values)), float(low), float(high)])
    rows.sort(key=lambda row: -float(str(row[2])))
    note = f"All shipped scenarios, first country, up to {YEARS} years; a run counts once under each label that it has."
    return Table("labels", "Autonomy by regime", ("label", "runs", "mean", "5%", "95%"), rows, note)


def order_table(found: dict[str, list[float]], seed: int = 0) -> Table:
    """Each step of the claimed order: difference of means with its 95% interval, runs of both sides resampled."""
    rows: list[list[Cell]] = []
    random = np.random.default_rng(seed)
    for first, second in pairwise(ORDER):
        if first not in found or second not in found:
            rows.append([f"{first} above {second}", None, "", "not met in these runs"])
            continue
        a, b = np.array(found[first]), np.array(found[second])
        drawn = [random.choice(a, len(a)).mean() - random.choice(b, len(b)).mean() for _ in range(400)]
        low, high = np.quantile(drawn, LEVELS)
        said = "yes" if low > 0.0 else "no: the other way" if high < 0.0 else "not clear"
        rows.append([f"{first} above {second}", float(a.mean() - b.mean()), f"{low:.3f} to {high:.3f}", said])
    return Table("order", "The claimed order of regimes (P35)", ("claim", "difference", "95%", "holds"), rows)


def course_table(every: dict[str, Swept]) -> Table:
    """The points of the figure."""
    rows: list[list[Cell]] = []
    for kind, one in every.items():
        for part in range(len(one.balance)):
            row: list[Cell] = [kind, float(one.balance[part].mean())]
            for values in one.measures.values():
                low, high = np.quantile(values[part], (0.05, 0.95))
                row += [float(values[part].mean()), float(low), float(high)]
            rows.append(row)
    heads = ["property", "owners' share", *(head for name in MEASURES for head in (name, "5%", "95%"))]
    return Table("course", "Over the balance", heads, rows)


def report(plan: Plan) -> Page:
    """Vary the balance of classes under each kind of property; where autonomy peaks, and how regimes stand in it."""
    plan = plan if plan.small else replace(plan, replicates=REPLICATES, citizens=CITIZENS)
    parts = PARTS[::2] if plan.small else PARTS
    every = {kind: swept(load_scenario(name), plan, parts) for kind, name in PROPERTY.items()}
    found = by_label(replace(plan, replicates=max(plan.replicates // 6, 2), citizens=min(plan.citizens, 1_000)))
    rows = [peak(kind, name, one) for kind, one in every.items() for name in MEASURES]
    heads = (
        "property", "measure", "owners' share at the peak", "at the peak", "when even", "least owners' share",
        "even less that", "greatest owners' share", "even less that ", "verdict",
    )  # fmt: skip
    said = (
        f"{name} ({', '.join(f'{row[0]} property {row[-1]}' for row in rows if row[1] == name)})" for name in MEASURES
    )
    bases = ", ".join(f"`{name}` ({kind})" for kind, name in PROPERTY.items())
    about = (
        f"Over the balance of classes: {'; '.join(said)}. The balance is the share of the owners' camps (liberals, "
        "reaction, the movement) in the organised weight of all camps, as the record has it. Starts are those of "
        f"{bases}, nothing from outside, their ties and camps shared out anew between owners and those who work; "
        f"means of months {SETTLED} to {MONTHS}. `autonomy` is recorded by the model: the share of the surplus used "
        "otherwise than the strongest class would choose. The pivotal share is not recorded: this page works it out "
        "from recorded weights of camps, force and officials, as the apparatus' Banzhaf share in a Tullock contest "
        "of six blocs; once as it is, once with the camps' total and the apparatus held at each member's mean, so "
        "that only the balance moves: that peak is near to arithmetic. Nothing in the model reads any of these."
    )
    peaks = Table("peaks", "Where it peaks (P27)", heads, rows, "Differences are paired by member, with 95% intervals.")
    tables = [peaks, order_table(found), labels_table(found), course_table(every)]
    return Page("Autonomy and the balance of classes", about, tables, plan, {"balance": drawing(every)})


def drawing(every: dict[str, Swept]) -> Figure:
    """The measures over the balance, a line for each kind of property, with the 5 to 95% of members."""
    from matplotlib.figure import Figure

    from thermidor.views.palette import INK, PAPER

    figure = Figure(figsize=(10.5, 3.7), dpi=150, facecolor=PAPER)
    panels = figure.subplots(1, len(MEASURES))
    words = ("autonomy: surplus used otherwise", "pivotal share of the apparatus", "the same, camps' total held")
    for ax, name, title in zip(panels, MEASURES, words, strict=True):
        _panel(ax, every, name, title)
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="lower left", bbox_to_anchor=(0.06, 0.0), ncols=3, fontsize=8, frameon=False)
    title = "Autonomy of the state over the balance of classes"
    figure.suptitle(title, x=0.07, y=0.975, ha="left", fontsize=11, fontweight="bold", color=INK)
    figure.subplots_adjust(left=0.07, right=0.985, top=0.83, bottom=0.24, wspace=0.16)
    return figure


def _panel(ax: Panel, every: dict[str, Swept], name: str, words: str) -> None:
    from thermidor.views.palette import DASHES, FAINT, GRID, INK, LINES

    for nth, (kind, one) in enumerate(every.items()):
        x, values = one.balance.mean(axis=1), one.measures[name]
        order = np.argsort(x)
        low, high = np.quantile(values, (0.05, 0.95), axis=1)
        style: Any = "-" if nth == 0 else (0, DASHES[nth])
        ax.fill_between(x[order], low[order], high[order], color=LINES[nth], alpha=0.14, linewidth=0.0)
        ax.plot(
            x[order],
            values.mean(axis=1)[order],
            color=LINES[nth],
            linestyle=style,
            linewidth=1.8,
            label=f"{kind} property",
        )
    ax.axvline(EVEN, color=FAINT, linewidth=0.8)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(bottom=0.0)
    ax.set_title(words, fontsize=9, loc="left", color=INK)
    ax.set_xlabel("owners' share of the camps' weight", fontsize=8.5, color=INK)
    ax.grid(color=GRID, linewidth=0.6)
    ax.tick_params(labelsize=8, length=0, colors=INK)
    for side in ax.spines.values():
        side.set_visible(False)
