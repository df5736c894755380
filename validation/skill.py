"""Skill: the regime ten years after a start from the record, against persistence and a Markov chain.

The three labels are those of the published codings: communist (state property), else democracy or autocracy by V-Dem's
electoral index. A run is read by the same: state property, else the lens `regimes-of-the-world`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.analysis.statistics import cluster_interval
from thermidor.errors import InputError, RunError
from thermidor.record import facts
from thermidor.record.states import State, states_in
from thermidor.scenarios.from_record import scenario_from_record
from thermidor.scenarios.from_record_land import covers
from thermidor.scenarios.from_record_mapping import state_property

if TYPE_CHECKING:
    from thermidor.scenarios import Scenario
    from validation.ensemble import Plan
    from validation.page import Cell

FIRST, LAST, STEP = 1790, 2020, 10
DEMOCRATIC = 0.5
LABELS = ("democracy", "autocracy", "communist")
DEMOCRACIES = ("electoral-democracy", "liberal-democracy")
BALANCED = 1e-6
"""Failure of the books, as a share, from which a run does not balance."""
SETTLED = 12
"""Months after the start at which the model's own label is compared with the coded one."""
RUNS, HINDSIGHT, UNSEEN = "runs, outside as at the start", "runs, wars to come known", "not used in fitting"
SCORE_HEADS = ("countries", "forecast", "Brier score", "95%", "less the runs'", "95% ", "steps", "countries in it")
SCORE_NOTE = (
    "0 is perfect, 2 as wrong as can be; less the runs': positive where those of the first line are better. "
    "Intervals resample countries. Outside as at the start: threat and demand stay as they are and no war begins; "
    "wars that are on end when they did. Gaps of the record are filled between years, so that some starts hold a "
    "little of what came after. The models that fill gaps were fitted on all countries' years, not on labels ten "
    "years on; the rules were fitted on some of the shipped scenarios, and no country of any of them is in the first "
    "four lines."
)
Floats = NDArray[np.float64]


def every(step: int = STEP, first: int = FIRST, last: int = LAST) -> Iterator[State]:
    """Each state in each covered year of the grid; a state's span is chosen by the year."""
    for year in range(first, last + 1, step):
        yield from (one._replace(first=year) for one in states_in(year) if covers(one, year))


class Step(NamedTuple):
    """The coded labels of a state in a year and `years` later, as places in LABELS."""

    key: str
    year: int
    now: int
    later: int


def steps(years: int = STEP) -> list[Step]:
    """All covered states and years of the grid with a coded label then and so many years later."""
    found = []
    for one in every():
        then = [other for other in states_in(one.first + years) if other.key == one.key]
        now, later = coded_label(one, one.first), coded_label(then[0], one.first + years) if then else None
        if now and later:
            found.append(Step(one.key, one.first, LABELS.index(now), LABELS.index(later)))
    return found


def coded_label(one: State, year: int) -> str | None:
    """What the published codings say of a state in a year: communist (state property), democracy or autocracy."""
    if state_property(one, year):
        return "communist"
    votes = facts.electoral(one, year)
    return None if votes is None else "democracy" if votes.value >= DEMOCRATIC else "autocracy"


def brier(chances: Floats, later: Sequence[int]) -> Floats:
    """Brier scores of chances [step, label] against what came: 0 is perfect, 2 as wrong as can be."""
    scores: Floats = ((chances - np.eye(len(LABELS))[list(later)]) ** 2).sum(axis=1)
    return scores


def rivals(found: Sequence[Step]) -> dict[str, Floats]:
    """Chances [step, label] of what a run has to beat: the label stays; a Markov chain, fitted on other countries.

    Countries are split in two halves by their order; each half's chain comes from the other.
    """
    keys = sorted({one.key for one in found})
    half = np.array([keys.index(one.key) % 2 for one in found])
    now, later = (np.array([getattr(one, name) for one in found]) for name in ("now", "later"))
    chain = np.zeros((2, len(LABELS), len(LABELS)))
    np.add.at(chain, (1 - half, now, later), 1.0)
    chain = (chain + 1.0 / len(LABELS)) / (chain + 1.0 / len(LABELS)).sum(axis=2, keepdims=True)
    return {"persistence": np.eye(len(LABELS))[now], "Markov chain": chain[half, now]}


def fitted_on() -> frozenset[str]:
    """Keys of the record of all countries in shipped scenarios: the rules were fitted on some and looked at on all."""
    from thermidor.scenarios import list_scenarios, load_scenario

    shipped = (one for name in list_scenarios() for one in load_scenario(name).countries.values() if one.record)
    products = {str(one.record) for one in shipped}
    keys = {one.key for year in range(FIRST, LAST) for one in states_in(year) if products & {one.key, *one.product}}
    return frozenset(keys | products)


class Forecast(NamedTuple):
    """One start lived: chances of LABELS at the end and after a year, worst failure of the books, what went wrong.

    `hindsight` are the chances where wars, threat and slumps of the ten years to come are those of the record.
    """

    key: str
    year: int
    chances: Floats
    hindsight: Floats
    began: Floats
    worst: float
    failed: str


def forecasts(grid: Sequence[State], plan: Plan, *, told: bool = True) -> list[Forecast]:
    """Write and live the scenario of every state of the grid, ten years and its first, as many members as planned."""
    from rich.progress import track

    from validation.ensemble import each, rules_of

    rules, found = rules_of(), list[Forecast]()
    lots = [grid[at : at + 50] for at in range(0, len(grid), 50)]
    for lot in track(lots, "ten years each", disable=not told, transient=True):
        found += each(lambda place, lot=lot: forecast(lot[place], plan, rules), range(len(lot)), plan.threads)  # type: ignore[misc]
    return found


def forecast(one: State, plan: Plan, rules: NDArray[Any]) -> Forecast:
    """Live one start; a start that is refused or a run that breaks off has no chances and says why."""
    none = np.full(len(LABELS), np.nan)
    try:
        scenario = scenario_from_record(one.key, str(one.first))
        lived, told = ([*_lived(some, plan, rules)] for some in (as_at_start(scenario), scenario))
    except (InputError, RunError) as error:
        return Forecast(one.key, one.first, none, none, none, np.nan, str(error))
    ends, later, begins = (np.array([p[k] for p in of]) for of, k in ((lived, 0), (told, 0), (lived, 1)))
    worst = max(part[2] for part in (*lived, *told))
    return Forecast(one.key, one.first, chances(ends), chances(later), chances(begins, 0.0), worst, "")


def as_at_start(scenario: Scenario) -> Scenario:
    """The scenario as one could have written it then: paths stay as they begin, wars that begin later are unknown.

    A war that is on goes on as long as it did: its end is the one thing known beforehand.
    """
    outside = []
    for event in scenario.outside:
        if event.kind == "path":
            outside.append(event.model_copy(update={"knots": {scenario.start: event.knots[min(event.knots)]}}))
        elif event.from_ <= scenario.start:
            outside.append(event)
    return scenario.model_copy(update={"outside": tuple(outside)})


def chances(codes: NDArray[np.int64], beside: float = 1.0) -> Floats:
    """Chances of LABELS from members' labels, and one member more that is a third of each (as for the Markov chain)."""
    counts = np.bincount(codes, minlength=len(LABELS)) + beside / len(LABELS)
    share: Floats = counts / counts.sum()
    return share


def _lived(scenario: Scenario, plan: Plan, rules: NDArray[Any]) -> Iterator[tuple[int, int, float]]:
    """Each member's label at the end and after the first year, and the worst month of its books."""
    from thermidor.country import VARIABLES
    from thermidor.runs.simulate import simulate
    from thermidor.runs.store import Axes, columns
    from thermidor.scenarios import resolve

    books = [VARIABLES.index(name) for name in ("residual", "hoard_gap")]
    for k in range(plan.replicates):
        start = resolve(scenario, plan.seed, k)
        series = simulate(start, rules, seed=plan.seed, replicate=k, citizens=plan.citizens).series
        stamps = start.first_month.astype("datetime64[M]") + np.arange(len(series))
        labels = named_labels(columns(series[None, :, :1].astype(np.float32), Axes((0,), stamps, start.countries[:1])))
        yield int(labels[-1]), int(labels[min(SETTLED, len(labels)) - 1]), float(np.abs(series[..., books]).max())


def named_labels(named: dict[str, NDArray[Any]]) -> NDArray[np.int64]:
    """Places in LABELS of a run's first country by month; named: series [run, month, country] with their axes."""
    from thermidor.lenses import lens

    reading = lens("regimes-of-the-world").read(named)
    democracy = np.isin(reading.labels[0, :, 0], [reading.names.index(name) for name in DEMOCRACIES])
    owned = named["state_property"][0, :, 0] >= most_property()
    return np.where(owned, LABELS.index("communist"), np.where(democracy, 0, 1))


def most_property() -> float:
    """The share of state property from which the chapter's lens calls it the state's."""
    from thermidor.lenses import trotsky

    return float(trotsky.table().thresholds["most_property"].value)


def scored(
    words: str, chosen: Sequence[Step], coded: Sequence[Step], known: Mapping[tuple[str, int], Forecast]
) -> list[list[Cell]]:
    """Brier scores of the runs and their rivals over the chosen steps that were lived; intervals resample countries.

    Rivals' chances are those that all coded steps give, whatever was lived.
    """
    lived = [one for one in chosen if (one.key, one.year) in known]
    if not lived:
        return []
    place = {(one.key, one.year): at for at, one in enumerate(coded)}
    own = [place[one.key, one.year] for one in lived]
    keys, later = sorted({one.key for one in lived}), [one.later for one in lived]
    cluster = np.array([keys.index(one.key) for one in lived])
    run = brier(np.array([known[one.key, one.year].chances for one in lived]), later)
    told = brier(np.array([known[one.key, one.year].hindsight for one in lived]), later)
    others = {name: brier(made[own], later) for name, made in rivals(coded).items()}
    rows: list[list[Cell]] = []
    for name, score in {RUNS: run, **others, HINDSIGHT: told}.items():
        low, high = cluster_interval(score, cluster)
        row: list[Cell] = [words, name, float(score.mean()), f"{low:.3f} to {high:.3f}", None, ""]
        if name != RUNS:
            low, high = cluster_interval(score - run, cluster)
            row[4:] = [float((score - run).mean()), f"{low:.3f} to {high:.3f}"]
        rows.append([*row, len(lived), len(keys)])
    return rows


def headline(rows: Sequence[Sequence[Cell]]) -> str:
    """The first sentence of the page, from the scores of countries not used in fitting."""
    if not rows:
        return "There is no score: no country that was not used in fitting was lived."
    run, *others, told = rows
    said, unbeaten = [], []
    for row in others:
        low, high = (float(part) for part in str(row[5]).split(" to "))
        how = "beats" if low > 0.0 else "does worse than" if high < 0.0 else "can't be told from"
        unbeaten += [str(row[1])] * (how != "beats")
        said.append(f"{how} {row[1]} ({float(str(row[2])):.3f})")
    verdict = f"does not beat {' or '.join(unbeaten)}" if unbeaten else "beats its rivals"
    score = f"its Brier score of {float(str(run[2])):.3f} (95% {run[3]}) {' and '.join(said)}"
    known = f"with the wars to come known it is {float(str(told[2])):.3f}"
    return f"The model {verdict} at the label ten years later, on countries not used in fitting: {score}; {known}."


def labelled(
    coded: Sequence[Step], known: Mapping[tuple[str, int], Forecast], used: frozenset[str]
) -> tuple[Sequence[str], list[list[Cell]], str]:
    """How runs are labelled by the coded label, after a year and after ten: a start mislabelled can't be forecast."""
    rows: list[list[Cell]] = []
    unseen = [(one, known[one.key, one.year]) for one in coded if one.key not in used and (one.key, one.year) in known]
    for when in ("after a year", "after ten years"):
        late = when == "after ten years"
        for code, label in enumerate(LABELS):
            own = [made for one, made in unseen if (one.later if late else one.now) == code]
            if own:
                mean = np.mean([made.chances if late else made.began for made in own], axis=0)
                rows.append([when, label, len(own), *(float(share) for share in mean)])
    note = "Mean shares of runs by the label coded for that time; countries not used in fitting."
    return ("when", "coded", "starts", *(f"model: {label}" for label in LABELS)), rows, note
