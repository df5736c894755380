"""One month of one life: signs, limit cases, and nothing outside its bounds at the ends of every range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small import NAMES, citizens, count, country, live_a_month, rules
from thermidor.citizen_record import CAMP, CITIZEN, FARM, HOME, IDLE, INDUSTRY, LEANS, LIBERAL, SECTORS
from thermidor.country import CLASSES

MANY = 4000
WORKER, OFFICIAL, PEASANT, CAPITALIST = (NAMES[name] for name in ("worker", "official", "peasant", "capitalist"))
CALM = {"war": 0.0, "war_deaths": 0.0, "spark": 0.0, "frailty": 0.0, "siblings": 0.0, "coercive_share": 0.0}
RATES = ("complaint", "terror", "arrest", "hiring", "enlisting")
CHANCES = ("dismissal", "discharge", "expropriation", "enrichment", "job_chance", "job_loss", "town_pull")


def quiet(pay=2.0, **fields):
    """Return a country in which nothing happens but ordinary life on a given pay; `fields` change it."""
    world = country(**CALM, need_norm=0.0, rank_gap=1.0)
    for name in RATES:
        world[name] = 0.0
    for name in (*CHANCES, "town_flight", "unemployed"):
        world[name] = 0.0
    world["pay"] = pay
    for name, value in fields.items():
        world[name] = value
    return world


def test_income_is_eaten_or_saved():
    """What the classes are paid for their claims is what they eat and what they add to hoards, class by class."""
    world = country()
    people = citizens(MANY, class_=np.arange(MANY) % len(CLASSES), sector=np.arange(MANY) % len(SECTORS))
    people["holdings"] = np.linspace(0.0, 3.0, MANY)
    people["expectation"] = np.linspace(0.1, 9.0, MANY)
    people["age"] = np.linspace(0, 1100, MANY)
    world["pay"] = np.linspace(0.3, 4.0, len(CLASSES))
    claims = count(people, world)["claims"]
    before = count(people, world)["hoard"].sum()
    totals = live_a_month(people, world)
    assert totals["eaten"] + totals["saved"] == pytest.approx(world["pay"][0] * claims / 12.0, rel=1e-12)
    assert totals["hoard"].sum() == pytest.approx(before + totals["saved"].sum(), rel=1e-12)
    assert totals["hoard"].sum() == pytest.approx(
        (people["weight"].astype(float) * people["holdings"]).sum(), rel=1e-12
    )


def test_hoards_grow_in_good_months_and_shrink_in_bad_ones():
    for pay, sign in ((6.0, 1.0), (0.5, -1.0)):
        people = citizens(holdings=1.0)
        totals = live_a_month(people, quiet(pay))
        assert sign * totals["saved"][WORKER] > 0.0 and sign * (people["holdings"][0] - 1.0) > 0.0
        assert totals["eaten"][WORKER] > 0.0


def test_by_labour_skill_decides_and_by_need_the_household():
    def claims(need_norm, **fields):
        return count(citizens(**fields), quiet(need_norm=need_norm))["claims"][WORKER]

    assert claims(0.0, skill=0.9) > claims(0.0, skill=0.1)
    assert claims(0.0, need=14) == claims(0.0, need=6)
    assert claims(1.0, skill=0.9) == claims(1.0, skill=0.1)
    assert claims(1.0, need=14) == pytest.approx(14.0 / 6.0 * claims(1.0, need=6))
    half = 0.5 * (claims(0.0) + claims(1.0))
    assert claims(0.5) == pytest.approx(half, rel=1e-12)


def test_the_unemployed_and_prisoners_claim_less_and_rank_counts_by_the_gap():
    work, idle, camp = (count(citizens(sector=s), quiet())["claims"][WORKER] for s in (INDUSTRY, IDLE, CAMP))
    assert work > idle > 0.0 and work > camp > 0.0
    top = {"class_": OFFICIAL, "rank": 3}
    levelled = count(citizens(**top), quiet(rank_gap=1.0))["claims"][OFFICIAL]
    assert count(citizens(**top), quiet(rank_gap=3.0))["claims"][OFFICIAL] > levelled
    assert levelled == pytest.approx(count(citizens(class_=OFFICIAL, rank=1), quiet())["claims"][OFFICIAL])


def test_want_and_loss_make_grievance_and_plenty_ends_it():
    def grievance(pay, **fields):
        people = citizens(grievance=0.3, **fields)
        for month in range(24):
            live_a_month(people, quiet(pay), month=month)
        return float(people["grievance"][0])

    assert grievance(0.5) > 0.35 > 0.3 > grievance(8.0)
    assert grievance(1.5, expectation=4.0) > grievance(1.5, expectation=1.0)


@pytest.mark.parametrize("kind", [k for k in CLASSES if k != "official"])
def test_ties_don_t_grow_without_room(kind):
    people = citizens(MANY, class_=NAMES[kind], organisation=np.linspace(0.0, 1.0, MANY))
    before = people["organisation"].copy()
    live_a_month(people, quiet(room=0.0, organisation_of=1.0), rule=rules(famine=0.0))
    assert (people["organisation"] <= before).all() and (people["organisation"][1:] < before[1:]).all()


def test_ties_grow_with_room_and_contact_and_fade_with_fear_and_police():
    def ties(fear=0.0, **fields):
        people = citizens(organisation=0.3, fear=fear)
        live_a_month(people, quiet(**fields))
        return float(people["organisation"][0])

    open_ = {"room": 0.9, "organisation_of": 0.6, "exhaustion": 0.0}
    assert ties(**open_) > 0.3
    assert ties(**open_) > ties(**{**open_, "organisation_of": 0.1})
    assert ties(**open_) > ties(**{**open_, "exhaustion": 0.9})
    assert ties(**open_) > ties(fear=0.9, **open_)
    assert ties(**open_) > ties(**{**open_, "coercive_share": 0.03})


def test_fear_follows_terror_and_halves_in_its_half_life():
    people = citizens(fear=0.1)
    live_a_month(people, quiet(terror=3.0))
    assert people["fear"][0] > 0.1
    people = citizens(fear=0.8, age=16 * 12, organisation=0.0)
    years = 10
    for month in range(years * 12):
        people["age"] = 16 * 12
        live_a_month(people, quiet(20.0), month=month, rule=rules(fear_half_life=years))
    assert people["fear"][0] == pytest.approx(0.4, rel=0.01)


def test_the_young_learn_faster_than_the_grown():
    young, grown = citizens(age=100, skill=0.2), citizens(skill=0.2)
    for people in (young, grown):
        live_a_month(people, quiet(20.0, literacy=0.5, dislocation=0.0))
    assert young["skill"][0] > grown["skill"][0] > 0.2


def test_an_official_turns_when_property_is_worth_more_than_the_post():
    def turned(temptation, **fields):
        people = citizens(MANY, class_=OFFICIAL, sector=3, rank=1, fear=0.0, **fields)
        world = quiet(temptation=temptation, fear_of_officials=0.0, impunity=1.0)
        for month in range(24):
            live_a_month(people, world, month=month)
        officials = people["class_"] == OFFICIAL
        return float((people["lean"][officials] == LIBERAL).mean())

    assert turned(2.0) > 0.75 and turned(-2.0) < 0.1
    assert turned(-2.0, lean=LIBERAL) < 0.3


@pytest.mark.parametrize("kind", CLASSES)
def test_certain_arrest_leads_to_a_camp(kind):
    people = citizens(200, class_=NAMES[kind], fear=0.1)
    world = quiet(20.0)
    world["arrest"] = 12.0
    live_a_month(people, world, rule=rules(famine=0.0))
    grown = people["age"] > 0
    assert grown.sum() > 190 and (people["sector"][grown] == CAMP).all() and (people["fear"][grown] > 0.35).all()
    if kind in ("official", "gendarme"):
        assert (people["class_"] == WORKER).all() and (people["rank"] == 0).all()


def test_children_are_not_arrested_and_prisoners_come_back():
    people = citizens(200, age=5 * 12 + 1, sector=HOME)
    world = quiet(20.0)
    world["arrest"] = 12.0
    live_a_month(people, world)
    assert (people["sector"] == HOME).all()
    people = citizens(20_000, sector=CAMP)
    live_a_month(people, quiet(20.0), rule=rules(release=0.4, camp_deaths=0.0, famine=0.0))
    freed = (people["sector"] == INDUSTRY).mean()
    assert abs(freed - 0.4 / 12.0) < 4.0 * np.sqrt(0.033 / len(people))


def test_published_chances_move_people_between_classes():
    def classes(kind, sector, **fields):
        people = citizens(MANY, class_=NAMES[kind], sector=sector)
        world = quiet(20.0)
        for name, value in fields.items():
            world[name] = value
        live_a_month(people, world)
        return {CLASSES[k] for k in people["class_"]}

    assert classes("peasant", FARM) == {"peasant"}
    assert classes("peasant", FARM, town_pull=1.0) == {"peasant", "worker"}
    assert classes("worker", INDUSTRY, town_flight=1.0) == {"worker", "peasant"}
    assert classes("worker", INDUSTRY, hiring=1.0) == {"worker", "official"}
    assert classes("worker", INDUSTRY, enlisting=1.0) == {"worker", "gendarme"}
    assert classes("gendarme", 4, discharge=1.0) >= {"gendarme", "worker"}
    assert classes("official", 3, dismissal=1.0) >= {"official", "worker"}
    assert classes("capitalist", HOME, expropriation=1.0) == {"capitalist", "petty"}
    assert classes("landlord", HOME, expropriation=1.0) == {"landlord", "peasant"}


def test_chances_are_what_they_say():
    """A yearly chance of 1.2 moves a tenth in a month, within four standard deviations."""
    people = citizens(20_000, class_=NAMES["gendarme"], sector=4)
    live_a_month(people, quiet(20.0, discharge=1.2), rule=rules(famine=0.0))
    left = (people["class_"] == WORKER) & (people["age"] > 0)
    assert abs(left.mean() - 0.1) < 4.0 * np.sqrt(0.09 / len(people))


def test_hunger_war_and_age_raise_deaths_on_the_same_draws():
    def dead(pay=20.0, age=30 * 12, **fields):
        people = citizens(MANY, age=age)
        live_a_month(people, quiet(pay, **fields))
        return people["age"] == 0

    some = dead()
    for more in (dead(pay=0.01), dead(war_deaths=1.0), dead(age=90 * 12)):
        assert (more | ~some).all() and more.sum() > some.sum(), "who dies in plenty dies in want"
    assert dead(war_deaths=24.0).all()


@pytest.mark.parametrize("kind", CLASSES)
def test_an_heir_takes_the_holdings_and_the_land_but_not_the_post(kind):
    people = citizens(50, class_=NAMES[kind], rank=3 * (kind == "official"), holdings=1.0, lean=LIBERAL)
    before = count(people, quiet())["hoard"].sum()
    totals = live_a_month(people, quiet(20.0, war_deaths=24.0))
    assert (people["age"] == 0).all() and (people["lean"] == 0).all() and (people["rank"] == 0).all()
    assert (people["sector"] == HOME).all()
    heir = "worker" if kind in ("official", "gendarme") else kind
    assert {CLASSES[k] for k in people["class_"]} == {heir}
    assert totals["hoard"].sum() == pytest.approx(before + totals["saved"].sum(), rel=1e-12)
    assert totals["hoard"].sum() > 0.5 * before
    assert totals["dead"].sum() == pytest.approx(0.05, rel=1e-6)


def test_the_dead_of_hunger_war_and_camps_are_counted_apart():
    calm = live_a_month(citizens(MANY), quiet(20.0))
    war = live_a_month(citizens(MANY), quiet(20.0, war_deaths=2.0))
    assert calm["excess"].sum() == 0.0 < war["excess"].sum() <= war["dead"].sum()


def test_children_begin_to_work_and_the_old_leave_work():
    people = citizens(2, age=[15 * 12 - 1, 62 * 12 - 1], sector=[HOME, INDUSTRY])
    live_a_month(people, quiet(20.0), rule=rules(famine=0.0))
    assert people["sector"].tolist() == [INDUSTRY, HOME] or (people["age"] == 0).any()


def test_the_number_of_a_citizen_decides_his_luck():
    """Two societies that differ in one citizen differ in no other's month."""
    one, two = citizens(300), citizens(300)
    two["fear"][7], two["expectation"][7] = 0.9, 5.0
    for people in (one, two):
        live_a_month(people, country())
    others = np.arange(300) != 7
    assert one[others].tobytes() == two[others].tobytes()


ENDS = {
    "weight": [1e-9, 1e-3, 200.0],
    "holdings": [0.0, 1e-6, 1e4],
    "skill": [0.0, 0.5, 1.0],
    "grievance": [0.0, 0.5, 1.0],
    "organisation": [0.0, 0.5, 1.0],
    "fear": [0.0, 0.5, 1.0],
    "expectation": [0.0, 1.0, 300.0],
    "best": [0.0, 1.0, 300.0],
    "age": [0, 1, 179, 180, 400, 744, 1199],
    "class_": list(range(len(CLASSES))),
    "sector": list(range(len(SECTORS))),
    "rank": [0, 1, 2, 3],
    "lean": list(range(len(LEANS))),
    "nation": [0, 1],
    "need": [1, 10, 255],
}
SHARES = [
    "room",
    "exhaustion",
    "need_norm",
    "norm_recall",
    "repression_elite",
    "literacy",
    "dislocation",
    "scarcity_absolute",
    "converted",
]
YEARLY = [
    "terror",
    "arrest",
    "hiring",
    "enlisting",
    "town_pull",
    "town_flight",
    "job_loss",
    "dismissal",
    "war_deaths",
    "frailty",
]
COUNTRY_ENDS = {
    **{name: [0.0, 0.5, 1.0] for name in SHARES},
    **{name: [0.0, 0.1, 15.0] for name in YEARLY},
    "pay": [0.0, 0.5, 500.0],
    "complaint": [0.0, 0.5, 3.0],
    "temptation": [-5.0, 0.0, 5.0],
    "rank_gap": [1.0, 3.0],
    "coercive_share": [0.0, 0.02, 0.2],
    "spark": [0.0, 0.05],
}

records = st.fixed_dictionaries({name: st.sampled_from(ends) for name, ends in ENDS.items()})
worlds = st.fixed_dictionaries({name: st.sampled_from(ends) for name, ends in COUNTRY_ENDS.items()})


def test_every_field_of_the_record_is_tried():
    assert set(ENDS) == set(CITIZEN.names or ())
    assert CITIZEN.itemsize <= 40


@settings(max_examples=150, deadline=None)
@given(lives=st.lists(records, min_size=1, max_size=6), world=worlds, key=st.integers(0, 2**64 - 1))
def test_no_month_leaves_the_bounds(lives, world, key):
    people = np.concatenate([citizens(1, **life) for life in lives])
    before, here = people.copy(), country()
    for name, value in world.items():
        here[name] = value
    for month in range(3):
        totals = live_a_month(people, here, key=key, month=month)
    for name in people.dtype.names:
        assert np.isfinite(people[name]).all(), name
    for name in ("skill", "grievance", "organisation", "fear"):
        assert ((people[name] >= 0.0) & (people[name] <= 1.0)).all(), name
    assert (people["holdings"] >= 0.0).all() and (people["weight"] > 0.0).all()
    assert (people["class_"] < len(CLASSES)).all() and (people["sector"] < len(SECTORS)).all()
    assert (people["rank"] <= 3).all() and (people["lean"] < len(LEANS)).all()
    assert (people["nation"] == before["nation"]).all() and (people["need"] == before["need"]).all()
    assert all(np.isfinite(totals[name]).all() for name in totals.dtype.names)
    assert totals["heads"].sum() == pytest.approx(people["weight"].astype(float).sum(), rel=1e-12)
