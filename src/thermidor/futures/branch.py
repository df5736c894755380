"""Branches: the exact state of a kept run's member at the start of a month, continued into many futures.

What the manifest of a run says is enough to live a member again bit for bit; the state is lived again up to the month,
and what was stored is compared with it, so that a branch never starts from anything else. The draws of the futures are
keyed by seed, number of the future, month of the branch and member: future k is the same alone or in a batch, whatever
is changed, and has nothing in common with the draws of the past or of other members.

The store of a branch begins in the month of the branch. The months before are kept beside it, once for all futures, and
labels are read with them: growth over fifteen years looks back across the branch, and the label that runs goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thermidor.country import VARIABLES
from thermidor.draws import country_key
from thermidor.errors import InputError, RunError
from thermidor.futures.changes import Hushed, Setting, hush, outside_of, set_state, settings_of
from thermidor.jit import rules_digest
from thermidor.runs import manifest as manifests
from thermidor.runs import store
from thermidor.runs.dates import month_among
from thermidor.runs.ensemble import at_least, names_of, numbers_of
from thermidor.runs.members import Progress, live_all
from thermidor.runs.result import Result
from thermidor.runs.simulate import advance, begin, pack, unpack
from thermidor.theories import DEFAULT, Theory, load_theory

State = dict[str, Any]
Series = NDArray[np.float32]

FUTURES = 200
SAME_DRAWS = -1
"""Number of the future that goes on with the member's own draws."""
RECIPE = ("rules", "rules_code", "seed", "citizens", "overrides", "theory", "parent")
"""What of a manifest, beside the scenario's text, is needed to live its members again."""


DEFAULT_TOLD: dict[str, Any] = {"name": DEFAULT, "rules": {}}
"""The theory of a run whose manifest is older than theories."""


class Changes(NamedTuple):
    """What is changed from a month on: variables set, what no longer comes from outside, rules as they then are."""

    settings: list[Setting]
    hushed: list[Hushed]
    rules: dict[str, float]


def branch(
    run: Result | str | Path,
    *,
    at: str,
    member: int = 0,
    set: Mapping[str, float] | None = None,
    rules: Mapping[str, float] | None = None,
    without: str | Iterable[str] = (),
    theory: str | Path | Theory | None = None,
    replicates: int = FUTURES,
    same_draws: bool = False,
    months: int | None = None,
    until: str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    force: bool = False,
    cancel: Event | None = None,
) -> Result:
    """Continue a member of a run (a result, or the folder it is kept in) from the start of the month `at` (YYYY-MM).

    set         {"country.variable": value}: states of the country that are other than they were; `norms` sets all four,
                `organisation` and `fear` are given to the citizens (see `thermidor.futures.changes`)
    rules       {name: value}: rules that are other from then on
    without     mechanisms switched off from then on; `outside`, `outside.war`, `outside.hostility`, `outside.embargo`,
                each also for one country (`COUNTRY.outside.war`), take away what was still to come from there
    theory      another theory from then on (the run's own): its rules in place of those of the run's theory; what the
                run or the branch changes or switches off by name beats it
    replicates  how many futures, 0 to N-1; `same_draws` adds one, number -1, with the member's own draws
    months, until  length, or last month (the scenario's last by default)
    seed        behind the draws of the futures (the run's)
    threads, progress, out, force, cancel  as for `thermidor.run`

    The result is an ordinary run that begins in that month; its manifest names its `parent`. A branch can be branched.
    Raises InputError, before any future is lived, for bad input, a run of other rules, or one that can't be lived again
    bit for bit; RunError and Interrupted as `thermidor.run` does.
    """
    began = time.perf_counter()
    for name, number, least in (("replicates", replicates, 0 if same_draws else 1), ("member", member, SAME_DRAWS)):
        at_least(name, number, least, none=False)
    at_least("seed", seed, 0)
    at_least("threads", threads, 1)
    parent = run if isinstance(run, Result) else store.open_run(run)
    _refuse_its_own_place(parent.path, out)
    was = parent.manifest
    seed = int(was["seed"] if seed is None else seed)
    asked = {"set": numbers_of("set", set), "rules": numbers_of("rules", rules), "without": list(names_of(without))}
    countries = tuple(str(name) for name in np.asarray(parent.columns["country"]))
    school = was.get("theory", DEFAULT_TOLD) if theory is None else load_theory(theory).told
    changes = changes_of(asked, rules_under(was, school), countries)
    _refuse_other_rules(was, parent.path)
    state, past, origin = _origin(parent, member, at)
    months = _length(state, at, months, until)
    change(state, changes)
    base = pack(state)
    told = {
        "scenario": was["scenario"]["resolved"],
        "text": was["scenario"]["text"],
        "rules": changes.rules,
        "rules_code": rules_digest(),
        "overrides": asked,
        "theory": school,
        "replicates": ((SAME_DRAWS,) if same_draws else ()) + tuple(range(replicates)),
        "citizens": was["citizens"],
        "months": months,
    }

    def manifest() -> dict[str, Any]:
        return {**manifests.describe(**told, seed=seed, seconds=time.perf_counter() - began), "parent": origin}

    axes = store.Axes(told["replicates"], np.datetime64(at, "M") + np.arange(months), countries)
    cores = threads or manifests.cores()
    at_once = 1 if "all" in _sizes(was["citizens"]) else min(cores, len(axes.runs))
    live = partial(_live_one, base, months, (seed, at, member), max(1, cores // at_once))
    place: dict[str, Any] = {"out": out, "force": force}
    return live_all(axes, lambda: live, at_once, manifest, past=past, progress=progress, cancel=cancel, **place)


def future(packed: State, seed: int, replicate: int, at: str, member: int) -> State:
    """A fresh state of a packed one, with the draws of a future of its own, ready for `advance`."""
    state = unpack(packed)
    rekey(state, seed, replicate, at, member)
    return state


def rekey(state: State, seed: int, replicate: int, at: str, member: int) -> None:
    """Give a state the draws of future `replicate` of a member's branch at a month; SAME_DRAWS leaves it its own."""
    if replicate != SAME_DRAWS:
        names = [f"{name} from {at} of {member}" for name in state["countries"]]  # no country's name has blanks
        state["society"].keys[:] = [country_key(seed, replicate, name) for name in names]


def recipe_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What is needed to live the members of a run again."""
    return {"text": manifest["scenario"]["text"], **{key: manifest[key] for key in RECIPE if key in manifest}}


def state_at(recipe: Mapping[str, Any], member: int, at: str) -> tuple[State, NDArray[np.float64]]:
    """Live a member again up to the start of a month: its state, and all months before, [month, country, variable]."""
    from thermidor.rules import load_rules
    from thermidor.scenarios import parse_scenario, resolve

    values = load_rules().record(recipe["rules"])
    origin, seed = recipe.get("parent"), int(recipe["seed"])
    if origin is None:
        resolved = resolve(parse_scenario(recipe["text"]), seed, member)
        state = begin(resolved, values, seed=seed, replicate=member, citizens=recipe["citizens"])
        return state, advance(state, month_of(state, at))
    state, past = state_at(origin["recipe"], origin["member"], origin["at"])
    before = rules_under(origin["recipe"], recipe.get("theory", DEFAULT_TOLD))
    change(state, changes_of(recipe["overrides"], before, state["countries"]))
    rekey(state, seed, member, origin["at"], origin["member"])
    return state, np.concatenate([past, advance(state, month_of(state, at) - state["month"])])


def change(state: State, changes: Changes) -> None:
    """Change a state in place, from its month on."""
    from thermidor.rules import load_rules

    set_state(state, changes.settings)
    for kinds, countries in changes.hushed:
        hush(state, kinds, countries)
    state["rules"] = load_rules().record(changes.rules)


def month_of(state: State, at: str) -> int:
    """The number of a month (YYYY-MM) in a state's life."""
    return int((np.datetime64(at, "M") - np.datetime64(state["first_month"], "M")).astype(int))


def changes_of(asked: Mapping[str, Any], before: Mapping[str, float], countries: tuple[str, ...]) -> Changes:
    """What is asked, checked: the rules are those before, but for what is asked. Raises InputError."""
    from thermidor.rules import load_rules

    hushed, off = outside_of(asked["without"], countries)
    other = load_rules().values(asked["rules"], off)
    rules = {**before, **{name: other[name] for name in (*asked["rules"], *off)}}
    return Changes(settings_of(asked["set"], countries), hushed, rules)


def rules_under(was: Mapping[str, Any], school: Mapping[str, Any]) -> dict[str, float]:
    """The rules of a run (its manifest or recipe) under a theory as manifests tell it; what the run changed stays."""
    from thermidor.rules import load_rules

    former = was.get("theory", DEFAULT_TOLD)
    if dict(former["rules"]) == dict(school["rules"]):
        return dict(was["rules"])
    base = load_rules().values(theory=former["rules"])
    changed = {name: value for name, value in was["rules"].items() if value != base[name]}
    return {**load_rules().values(theory=school["rules"]), **changed}


def _refuse_its_own_place(parent: Path | None, out: str | Path | None) -> None:
    """Refuse to write a branch where the run stands that it goes on from, or would be lost with what stands there."""
    if parent is None or out is None:
        return
    for place in (Path(out).expanduser().resolve(), store.partial_of(out)):
        if place.is_relative_to(parent) or parent.is_relative_to(place):
            why = "the run that is branched stands here"
            raise InputError("a branch can't be kept here", str(out), why, "give another folder with --out DIR")


def _refuse_other_rules(was: Mapping[str, Any], path: Path | None) -> None:
    from thermidor.rules.rewritten import still_so

    if engine := was.get("engine"):
        why, mend = f"it was lived by {engine['name']}, and futures are lived by our own months", "branch a run of ours"
        raise InputError("this run was lived by another package's months", str(path or "the run"), why, mend)
    if not still_so(was["rules_code"]):
        raise InputError(
            "this run was lived under other rules",
            where=str(path or "the run"),
            why=f"its rule code has the digest {was['rules_code']}, the present one {rules_digest()}",
            mend="run the scenario again, and branch from that",
        )


def _origin(parent: Result, member: int, at: str) -> tuple[State, Series, dict[str, Any]]:
    """A member's state at a month, its months before [month, country, variable], and how a branch names them.

    Raises InputError for a member or month that is not there, or whose months can't be lived again bit for bit.
    """
    stored, recipe = _stored(parent, member, at), recipe_of(parent.manifest)
    state, lived = state_at(recipe, member, at)
    _compare(lived[len(lived) - len(stored) :], stored, state, parent)
    folder = None if parent.path is None else parent.path.name
    digest = sha256(stored.tobytes()).hexdigest()[:16]
    origin = {"folder": folder, "member": member, "at": at, "digest": digest, "recipe": recipe}
    return state, lived.astype(np.float32), origin


def _stored(parent: Result, member: int, at: str) -> Series:
    """A member's stored series before a month, [month, country, variable]. Raises InputError if there is none."""
    runs = [int(run) for run in np.asarray(parent.columns["run"])]
    if member not in runs:
        raise InputError(f"the run has no member {member}", "--member", f"it has {runs[0]} to {runs[-1]}")
    stamps = np.asarray(parent.columns["month"]).astype("datetime64[M]")
    month = month_among(at, stamps[0], stamps[-1], "--at")
    place, before = runs.index(member), int((month - stamps[0]).astype(int))
    if parent.path is None or isinstance(parent.columns, dict):
        return np.stack([np.asarray(parent.columns[name][place, :before]) for name in VARIABLES], axis=-1)
    import zarr

    kept: Any = zarr.open_array(parent.path / store.SERIES / "series", mode="r")  # in one go, not by variable
    return np.asarray(kept[place, :before], np.float32)


def _compare(lived: NDArray[np.float64], stored: Series, state: State, parent: Result) -> None:
    """Refuse to branch from months that are not, bit for bit, those that are stored."""
    again = lived.astype(np.float32)
    other = again.view(np.uint32) != np.ascontiguousarray(stored).view(np.uint32)
    if not other.any():
        return
    month, country, variable = (int(place) for place in np.argwhere(other)[0])
    there, here = parent.manifest["machine"], manifests.made_by()["machine"]
    first = np.asarray(parent.columns["month"]).astype("datetime64[M]")[month]
    values = f"{stored[month, country, variable]:.9g} is stored, {again[month, country, variable]:.9g} is lived"
    machines = (
        f"it was written with {there['libc']} on {there['platform']}, this is {here['libc']} on {here['platform']}"
    )
    raise InputError(
        "the run can't be lived again bit for bit",
        where=f"{parent.path or 'the run'}: {VARIABLES[variable]} of {state['countries'][country]} in {first}",
        why=f"{values}; {machines}; else its store was changed",
        mend="run the scenario again here, and branch from that",
    )


def _length(state: State, at: str, months: int | None, until: str | None) -> int:
    """How many months the futures have. Raises InputError."""
    at_least("months", months, 1)
    there_are = len(state["outside"]) - int(state["month"])
    last = np.datetime64(at, "M") + there_are - 1
    if months is not None and until is not None:
        raise InputError("the length is given twice", "--months, --until", mend="give one of them")
    if until is not None:
        months = int((month_among(until, at, last, "--until") - np.datetime64(at, "M")).astype(int)) + 1
    if months is not None and not 1 <= months <= there_are:
        mend = "ask for less, or move the scenario's end"
        raise InputError("the futures can't end then", "--months", f"from {at} they can last to {last}", mend)
    return there_are if months is None else int(months)


def _sizes(citizens: int | Mapping[str, int | str]) -> tuple[int | str, ...]:
    return (citizens,) if isinstance(citizens, int) else tuple(citizens.values())


def _live_one(
    base: State,
    months: int,
    origin: tuple[int, str, int],
    threads: int,
    k: int,
    on_year: Callable[[int, int], None],
    stop: Event,
) -> Series:
    """Live future k; an error names it."""
    seed, at, member = origin
    try:
        state = future(base, seed, k, at, member)
        return advance(state, months, on_year=on_year, cancel=stop, threads=threads).astype(np.float32)
    except RunError as error:
        why = f"{error.why} in future {k}"
        raise RunError(error.country, error.step, error.variable, error.month, why) from error
