"""The passages: each one function, whose first words are its criterion, of what was seen of a run.

None draws, and none changes a run. Thresholds of norms and property are the chapter's own lens's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from thermidor.country import ARMY, CENTRES, COUNCILS, GOVERNMENT, PARTY
from thermidor.events.record import DRIFT, FAILED, INSTALLED, NOBODY, REPELLED, Bools, Found
from thermidor.events.seen import Seen

FOLLOWS = 60
"""Months before and after a change of power in which property is looked at (assumed)."""
RESTORED = 12
"""Months after a change of power in which norms have to rise (assumed)."""
GRADES = (0.8, 0.5, 0.2)
"""Shares of state property through which a restoration is followed (assumed)."""
CIVIL_WAR = 0.1
"""Severity from which a civil war is one (assumed)."""

POWER = (
    "odds", "backing", "backing_against", "mutineers", "force", "weariness", "slump", "unemployed", "majority",
    "cohesion", "corporate", "council_lead", "revolution", "reform", "liberal", "reaction", "fascist", "left_threat",
    "funding", "obedience", "exhaustion", "landlordism", "norms", "norms_after", "programme", "state_property",
)  # fmt: skip
"""What may decide who holds power."""


class Passage(NamedTuple):
    """A passage: name, criterion, the function that finds it, what decides it, what it says of its grade.

    `often`: it comes so often that tables count it instead of listing it.
    """

    name: str
    criterion: str
    find: Callable[[Seen], Iterable[Found]]
    decided: tuple[str, ...]
    grade: str = ""
    often: bool = False


PASSAGES: dict[str, Passage] = {}
"""The passages by name."""


def passage(
    name: str, *decided: str, grade: str = "", often: bool = False
) -> Callable[[Callable[[Seen], Iterable[Found]]], Callable[[Seen], Iterable[Found]]]:
    """Enter a function among the passages; its docstring is the criterion that tables and pages show."""

    def enter(find: Callable[[Seen], Iterable[Found]]) -> Callable[[Seen], Iterable[Found]]:
        PASSAGES[name] = Passage(name, " ".join((find.__doc__ or "").split()), find, decided, grade, often)
        return find

    return enter


@passage("revolution", *POWER)
def revolution(seen: Seen) -> Iterator[Found]:
    """Councils, or a party that is not the movement's, take power from a centre that is neither."""
    for f in seen.handovers:
        run, month, country, who, whom = f[:5]
        if seen.workers(who, run, month, country) and not seen.workers(whom, run, month - 1, country):
            yield f


@passage("counter-revolution", *POWER)
def counter_revolution(seen: Seen) -> Iterator[Found]:
    """Another centre takes power from councils, or from a party under which the state owned most in the five years
    before, and the state owns less than most within the five years after."""
    most = seen.limit("most_property")
    for f in seen.handovers:
        run, month, country, who, whom = f[:5]
        owned = seen("state_property")[run, max(month - FOLLOWS, 0) : month + FOLLOWS + 1, country]
        before = min(month, FOLLOWS)
        theirs = whom == COUNCILS or (whom == PARTY and (owned[: max(before, 1)] >= most).any())
        if theirs and not seen.workers(who, run, month, country) and (owned[before:] < most).any():
            yield f


@passage("coup", *POWER)
def coup(seen: Seen) -> Iterator[Found]:
    """The army's command takes power from the government or a party."""
    return (f for f in seen.handovers if f.who == ARMY and f.whom in (GOVERNMENT, PARTY))


@passage("fascist seizure", *POWER)
def fascist_seizure(seen: Seen) -> Iterator[Found]:
    """The movement's party comes to hold most authority, by seizure or drift, while the state owns less than most."""
    most = seen.limit("most_property")
    for f in seen.handovers:
        run, month, country, who, _ = f[:5]
        private = seen.at("state_property", run, month, country) < most
        if who == PARTY and private and not seen.workers(who, run, month, country):
            yield f


@passage("political revolution", *POWER)
def political_revolution(seen: Seen) -> Iterator[Found]:
    """Councils take power from a party while the state owns most, before and a year after, and within that year norms
    rise through a threshold below which they are lost or do not hold."""
    most, levels = seen.limit("most_property"), (seen.limit("norms_gone"), seen.limit("norms_hold"))
    for f in seen.handovers:
        run, month, country, who, whom = f[:5]
        owned = min(seen.at("state_property", run, month + k, country) for k in (-1, RESTORED))
        before = seen.at("norms", run, month - 1, country)
        after = seen("norms")[run, month : month + RESTORED + 1, country].max()
        if (who, whom) == (COUNCILS, PARTY) and owned >= most and any(before < level <= after for level in levels):
            yield f


@passage("hand-over", *POWER)
def hand_over(seen: Seen) -> Iterator[Found]:
    """Power passes from one centre to another in any other way."""
    others = (revolution, counter_revolution, coup, fascist_seizure, political_revolution, usurpation)
    named = {f for find in others for f in find(seen)}
    return (f for f in seen.handovers if f not in named)


@passage("attempt failed", *POWER, "might", "might_against", "hostility")
def attempt_failed(seen: Seen) -> Iterator[Found]:
    """A centre moves against the holder of power and fails, or an attack from abroad is repelled."""
    for centre, name in enumerate(CENTRES):
        for run, month, country in _where(seen.rises(f"failed_{name}")):
            whom = seen.other(centre, run, month - 1, country)
            yield Found(run, month, country, centre, whom, FAILED)
    repelled = seen("repelled")
    for run, month, country in _where(seen.rises("repelled")):
        abroad = 1 - country if repelled.shape[2] == 2 else NOBODY
        whom = int(seen.strongest[run, month, country])
        yield Found(run, month, country, whom=whom, how=REPELLED, abroad=abroad)


@passage("conquest", "might", "might_against", "hostility", "norms", "norms_after", "programme", "state_property")
def conquest(seen: Seen) -> Iterator[Found]:
    """A foreign power sets up a regime."""
    for run, month, country in _where(seen.conquered):
        who, whom = (int(seen.strongest[run, max(m, 0), country]) for m in (month, month - 1))
        yield Found(run, month, country, who, whom, INSTALLED, abroad=seen.power(run, month, country))


@passage("civil war", "civil_war", "backing", "backing_against", "programme",
         "state_property")  # fmt: skip
def civil_war(seen: Seen) -> Iterator[Found]:
    """A civil war rises to a severity of at least .1 for three months."""
    for run, month, country in _where(seen.begins(seen("civil_war") >= CIVIL_WAR)):
        who = int(seen("holder")[run, month, country])
        yield Found(run, month, country, who, seen.other(who, run, month - 1, country))


@passage("end of civil war", "exhaustion")
def end_of_civil_war(seen: Seen) -> Iterator[Found]:
    """A civil war falls below that severity for three months."""
    return _held_by(seen, seen.begins(seen("civil_war") < CIVIL_WAR))


@passage("peace", "weariness", "council_authority", "council_lead", "reform_in_office", "treatment")
def peace(seen: Seen) -> Iterator[Found]:
    """A country leaves a war that goes on, other than by conquest."""
    return _held_by(seen, seen.rises("peace") & ~seen.conquered)


@passage("measure", "gain", "resistance", "norms", "norms_after", "scarcity", "want", "conflict", "room",
         often=True)  # fmt: skip
def measure(seen: Seen) -> Iterator[Found]:
    """Those in office carry through a measure against a norm (or several in one month)."""
    return _held_by(seen, seen.rises("moves"))


@passage("usurpation", "gain", "resistance", "backing", "backing_against", "scarcity", "want", "conflict", "war",
         "organisation", "exhaustion", "room", "moves", grade="norms below")  # fmt: skip
def usurpation(seen: Seen) -> Iterator[Found]:
    """While the state owns most, norms fall through a threshold of the lens (they cease to hold, are gone, are lost)
    for three months, in no month in which power is seized or a regime set up from abroad; or power drifts from
    councils to a party that is not the movement's."""
    owned = seen("state_property") >= seen.limit("most_property")
    owned &= np.concatenate([owned[:, :1], owned[:, :-1]], axis=1)
    slid = owned & (np.asarray(seen.seizer) == NOBODY) & ~seen.conquered
    for level in (seen.limit(name) for name in ("norms_hold", "norms_gone", "norms_lost")):
        yield from _held_by(seen, seen.begins(seen("norms") < level) & slid, level)
    for f in seen.handovers:
        place = f[:3]
        if (f.who, f.whom, f.how) == (PARTY, COUNCILS, DRIFT) and owned[place] and seen.workers(PARTY, *place):
            yield f


@passage("restoration", "pace", "reached", "carried", "run_on_property", "converted", "temptation", "organisation",
         "legitimacy", "leader", "norms", grade="state property below")  # fmt: skip
def restoration(seen: Seen) -> Iterator[Found]:
    """State property falls through .8, .5 or .2 for three months after the state has owned most in this run."""
    owned = seen("state_property")
    most = np.maximum.accumulate(owned, axis=1) >= seen.limit("most_property")
    for grade in GRADES:
        yield from _held_by(seen, seen.begins(owned < grade) & most, grade)


@passage("withering", "force_left", "need_norm", "want", "scarcity")
def withering(seen: Seen) -> Iterator[Found]:
    """Police and standing force fall to their floor for three months while most is distributed by need and there is no
    want, by the thresholds of the lens's higher phase."""
    force, need, want = seen("coercive_share"), seen("need_norm"), seen("scarcity_absolute")
    state = (force < seen.limit("no_gendarme")) & (need >= seen.limit("mostly_need")) & (want < seen.limit("no_want"))
    return _held_by(seen, seen.begins(state))


@passage("succession", "sway", "pact", often=True)
def succession(seen: Seen) -> Iterator[Found]:
    """The leader dies and another follows."""
    return _held_by(seen, seen.rises("successions"))


def _where(state: Bools) -> Iterator[tuple[int, int, int]]:
    """Places of run, month and country in which something holds."""
    return zip(*(axis.tolist() for axis in np.nonzero(state)), strict=True)


def _held_by(seen: Seen, state: Bools, grade: float | None = None) -> Iterator[Found]:
    """Places in which something holds, and who then holds most authority."""
    for run, month, country in _where(state):
        yield Found(run, month, country, int(seen.strongest[run, month, country]), grade=grade)
