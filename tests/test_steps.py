"""The steps one by one: signs, limit cases and simpler models that they contain."""

from __future__ import annotations

import math

import numpy as np
import pytest

from small import NAMES, country, live, plain, rules, series_of, start
from thermidor.draws import country_key
from thermidor.passages import usurpation
from thermidor.steps import contend, deduct, distribute, govern, plan, produce, transform

bring_in_grain, build = plain(deduct.bring_in_grain), plain(deduct.build)
collectivise, set_aside = plain(deduct.collectivise), plain(deduct.set_aside)
measure_want, pull_to_town = plain(distribute.measure_want), plain(distribute.pull_to_town)
share_out, take_privilege = plain(distribute.share_out), plain(distribute.take_privilege)
learn_technique, make_goods = plain(produce.learn_technique), plain(produce.make_goods)
ride_the_market, waste_away = plain(produce.ride_the_market), plain(produce.waste_away)
drive_accumulation, purge = plain(plan.drive_accumulation), plain(govern.purge)
settle_property, usurp = plain(transform.settle_property), plain(usurpation.usurp)
remember, weigh_loyalty = plain(contend.remember), plain(contend.weigh_loyalty)
KEY = country_key(1, 0, "northland")
RULES = rules()[0]


def after(step, world=None, *arguments, rule=None, **fields):
    """Return the country after one step, starting from the miniature's with some fields changed."""
    world = country(**fields) if world is None else world
    step(world[0], RULES if rule is None else rule, *arguments)
    return world[0]


def test_feldman_more_for_department_one_costs_consumption_now_and_gives_more_later():
    """Feldman 1928: department I makes all machines, department II all that is consumed."""

    def consumption(share):
        world = country(heavy_capital=20.0, light_capital=80.0, unfinished=12.0, war=0.0, heavy_share=share)
        found = []
        for _ in range(40 * 12):
            world["investment"] = 0.35 * world["heavy_capital"]
            build(world[0], RULES)
            found.append(0.35 * float(world["light_capital"][0]))
        return np.array(found)

    low, high = consumption(0.2), consumption(0.6)
    crossing = int(np.argmax(high > low))
    assert (high[1:crossing] < low[1:crossing]).all() and 5 * 12 < crossing < 30 * 12
    assert high[-1] > 1.5 * low[-1]


def test_plant_is_neither_made_nor_lost_in_building():
    """Without wear and war what is laid out is finished in the end, no more and no less."""
    world = country(heavy_capital=1.0, light_capital=3.0, unfinished=2.0, war=0.0)
    for _ in range(60 * 12):
        world["investment"] = 0.0
        build(world[0], rules(wear=0.0)[0])
    assert float(world["heavy_capital"][0] + world["light_capital"][0]) == pytest.approx(6.0, rel=1e-6)


def test_officials_drive_accumulation_where_norms_are_lost_and_the_country_lags():
    lost = {"norms": 0.0, "planned": 1.0, "state_property": 1.0, "collectivised": 1.0, "war": 0.0, "drive": 0.0}
    lagging = after(drive_accumulation, frontier=20.0, gdp_per_head=1.0, **lost).drive
    assert lagging > after(drive_accumulation, frontier=20.0, gdp_per_head=18.0, **lost).drive > 0.0
    assert after(drive_accumulation, frontier=20.0, gdp_per_head=1.0, **{**lost, "norms": 1.0}).drive < 0.2 * lagging
    assert after(drive_accumulation, rule=rules(drive_strength=0.0)[0], **lost).drive == 0.0


def test_deductions_leave_no_less_than_nothing():
    """However much is asked, industry's product bounds what is set aside, and food is left to the people."""
    greedy = {"accumulation": 0.5, "arms_share": 0.9, "literacy": 1.0, "apparatus_share": 0.2, "war": 0.0}
    c = after(set_aside, output=100.0, industry=60.0, farming=40.0, extraction=0.0, **greedy)
    assert min(c.investment, c.arms, c.common, c.administration) >= 0.0
    assert c.to_consume >= 40.0 - 1e-9
    uses = c.investment + c.arms + c.common + c.administration + c.lost + c.to_consume
    assert uses == pytest.approx(100.0, rel=1e-12)


def test_market_cycle_stays_bounded_and_turns_by_itself():
    """Goodwin 1967: with no shock at all a start off balance swings round it; shares stay shares for two centuries."""
    world = country(planned=0.0, slump=0.15, profit_share=0.2, fortune=0.0)
    profit, slump = [], []
    for _ in range(200 * 12):
        ride_the_market(world[0], RULES)
        profit.append(float(world["profit_share"][0]))
        slump.append(float(world["slump"][0]))
    assert min(profit) >= 0.05 and max(profit) <= 0.5 and min(slump) >= 0.0 and max(slump) <= 0.4
    middle = np.array(profit[: 60 * 12]) - np.mean(profit)
    assert (np.diff(np.sign(middle)) != 0).sum() >= 2, "it doesn't turn"
    assert 0.0 <= float(world["unemployed"][0]) < 0.6


def test_a_planned_economy_has_no_slump_and_finds_work_for_all():
    world = country(planned=1.0, slump=0.3, unemployed=0.2, fortune=-0.2)
    idle = [float(after(ride_the_market, world).unemployed) for _ in range(120)]
    assert world["slump"][0] == 0.0 and 0.2 > idle[0] > idle[11] > idle[-1] and idle[-1] < 1e-6


def test_a_slump_idles_workers_after_a_while_and_failing_demand_from_abroad_brings_one():
    market = {"planned": 0.0, "slump": 0.0, "unemployed": 0.03, "profit_share": 0.25, "fortune": 0.0}
    world = country(**market)
    world["slump"] = 0.3
    idle = [float(after(ride_the_market, world).unemployed) for _ in range(3)]
    assert 0.03 < idle[0] < idle[1] < idle[2]
    calm = after(ride_the_market, **market, trade_slump=0.0, slump_abroad=0.0).slump
    assert after(ride_the_market, **market, trade_slump=0.5, slump_abroad=0.0).slump > calm
    assert after(ride_the_market, **market, trade_slump=0.0, slump_abroad=0.5).slump > calm


def test_schooling_speeds_catching_up_and_embargo_slows_it():
    def growth(**fields):
        behind = {"frontier": 10.0, "gdp_per_head": 2.0, "dislocation": 0.0, "war": 0.0, "waste": 0.0, "embargo": 0.0}
        world = country(**{**behind, "technique": 1.0, **fields})
        return float(after(learn_technique, world).technique) - 1.0

    assert growth(literacy=0.9) > 1.5 * growth(literacy=0.3) > 0.0
    assert growth(literacy=0.9, embargo=1.0) < growth(literacy=0.9)
    assert growth(literacy=0.9, waste=1.0) < growth(literacy=0.9)
    assert growth(literacy=0.0) == 0.0
    assert growth(literacy=0.9, gdp_per_head=8.0) < growth(literacy=0.9)


def test_industry_has_constant_returns_in_capital_and_labour():
    one = country()
    two = country()
    for name in ("heavy_capital", "light_capital", "labour_industry"):
        two[name] *= 2.0
    assert after(make_goods, two).industry == pytest.approx(2.0 * after(make_goods, one).industry, rel=1e-12)


def test_waste_needs_a_plan_complexity_and_nobody_in_control():
    rich = {"heavy_capital": 30.0, "light_capital": 70.0, "population": 1.0, "planned": 1.0, "norm_recall": 0.0}
    rich |= {"norm_rotation": 0.0, "room": 0.5}
    wasted = after(waste_away, **rich).waste
    assert wasted > 0.0
    assert after(waste_away, **{**rich, "planned": 0.0}).waste == 0.0
    assert after(waste_away, **{**rich, "norm_recall": 1.0, "norm_rotation": 1.0}).waste == 0.0
    assert after(waste_away, **{**rich, "light_capital": 0.2, "heavy_capital": 0.1}).waste < wasted


def test_allen_s_migration_line():
    """Allen 2003 (46-50): through (0.98, 0), (1.6, .0116), (2.3, .0248), no more above 2.6."""
    line = rules(pull=0.01875, school_pull=0.0, push=0.0, jobs_floor=1.0)[0]

    def pull(ratio):
        world = country(extraction=0.0)
        world["eaten"][:, NAMES["worker"]], world["eaten"][:, NAMES["peasant"]] = ratio, 1.0
        capital = world["heavy_capital"] + world["light_capital"]
        world["unfinished"] = line["wear"] * line["gestation"] * capital
        pull_to_town(world[0], line)
        return float(world["town_pull"][0])

    assert pull(0.9) == pull(0.98) == 0.0
    assert pull(1.6) == pytest.approx(0.0116, rel=0.01) and pull(2.3) == pytest.approx(0.0248, rel=0.01)
    assert pull(4.0) == pull(2.6)
    from thermidor.rules import load_rules

    rule = load_rules()["pull"]
    assert rule.low <= 0.01875 <= rule.high and 0.5 < rule.value / 0.01875 < 2.0


def test_grain_is_taken_where_it_is_short_and_nobody_can_stop_it():
    hungry = {"state_property": 1.0, "collectivised": 0.0, "to_consume": 0.6, "drive": 0.2, "war": 0.0}

    def taken(**fields):
        world = country(**hungry, **fields)
        for _ in range(24):
            bring_in_grain(world[0], rules(town_ration=0.3)[0])
        return float(world["extraction"][0])

    assert taken(norms=0.0) > taken(norms=0.95)
    world = country(**hungry, norms=0.0)
    bring_in_grain(world[0], RULES)
    assert 0.0 <= float(world["marketed"][0]) <= float(world["farming"][0])
    assert 0.0 <= float(world["grain_gap"][0]) <= 1.0


def test_force_follows_the_gap_and_ends_with_it():
    """Where the village sells enough nothing is taken, whatever the norms; the more is missing, the more is taken."""

    def taken(ration):
        world = country(state_property=1.0, collectivised=0.0, norms=0.0, war=0.0, extraction=0.5)
        for _ in range(120):
            bring_in_grain(world[0], rules(town_ration=ration, extraction_tolerance=0.0)[0])
        return float(world["extraction"][0])

    assert taken(0.05) < 1e-6
    assert 0.05 < taken(0.42) < taken(0.5)


def test_owners_drive_nobody_into_collective_farms():
    """Storms are campaigns of those who hold state property: none without it, however poor the checks."""
    world = country(
        state_property=0.0, extraction=1.0, norms=0.0, room=0.0, war=0.0, dislocation=0.0, collectivised=0.0
    )
    for month in range(600):
        collectivise(world[0], rules(storms=8.0)[0], KEY, month)
    assert world["collectivised"][0] == 0.0
    world["state_property"] = 1.0
    for month in range(600):
        collectivise(world[0], rules(storms=8.0)[0], KEY, month)
    assert world["collectivised"][0] > 0.5


def test_the_fund_is_handed_out_whole():
    """What the classes are paid for their claims is the consumption fund, whoever gets how much of it."""
    for fields in ({}, {"privilege": 2.0, "norm_pay": 0.0}, {"extraction": 1.0}, {"private_share": 1.0}):
        world = country()
        for step in (set_aside, measure_want):
            step(world[0], RULES)
        for name, value in fields.items():
            world[name] = value
        share_out(world[0], RULES)
        paid = float((world["pay"] * world["claims"]).sum())
        assert paid == pytest.approx(float(world["to_consume"][0]), rel=1e-12), fields


def test_privilege_needs_shortage_and_the_loss_of_recall_and_pay_ceiling():
    bare = {"planned": 1.0, "norm_recall": 0.0, "norm_pay": 0.0, "scarcity": 1.0, "privilege": 0.0}
    most = after(take_privilege, **bare).privilege
    assert most > after(take_privilege, **{**bare, "scarcity": 0.0}).privilege > 0.0
    assert after(take_privilege, **{**bare, "norm_recall": 1.0}).privilege == 0.0
    assert after(take_privilege, **{**bare, "norm_pay": 1.0}).privilege == 0.0
    assert after(take_privilege, rule=rules(skim=0.0)[0], **bare).privilege == 0.0


def test_growth_is_remembered_over_fifteen_years_and_consumption_over_six():
    """Five good years after many without growth lift the slow memory a little, and the quick one most of the way."""
    world = country(ascent=0.0, growth=0.03)
    world["eaten"], world["trend"] = 1.0, math.exp(-RULES["trend_years"] * 0.03)
    ascent, remembered = [], []
    for month in range(5 * 12):
        world["eaten"] = math.exp(0.03 * month / 12.0)
        c = after(remember, world)
        ascent.append(float(c.ascent))
        remembered.append(float(c.remembered))
    assert 0.0 < ascent[0] < ascent[-1] < 0.015
    assert remembered[-1] == pytest.approx(0.03, rel=0.15)
    world["growth"] = -0.03
    assert after(remember, world).ascent < ascent[-1]


def test_soldiers_fight_for_what_they_stand_to_lose():
    """Harrison 2005: the same war, fought for others or against an enemy who takes land and life."""
    war = {"war": 1.0, "loyalty": 0.5}
    invaded, sent = (
        after(weigh_loyalty, treatment=1.0, **war).loyalty,
        after(weigh_loyalty, treatment=0.15, **war).loyalty,
    )
    assert invaded > sent + 0.01
    off = rules(loyalty_stake=0.0, loyalty_want=0.0, loyalty_weary=0.0)[0]
    unmoved = [after(weigh_loyalty, treatment=x, rule=off, **war).loyalty for x in (0.15, 1.0)]
    assert unmoved[0] == unmoved[1]
    assert after(weigh_loyalty, treatment=0.0, **war).loyalty < after(weigh_loyalty, war=0.0, loyalty=0.5).loyalty


def measures(months=1500, usurpation=1.0, **fields):
    """Count the measures against norms in so many months that all begin alike."""
    rule = rules(usurpation=usurpation)[0]
    begin = country(**{"norm_recall": 0.9, "norm_pay": 0.9, "norm_rotation": 0.9, "norm_arms": 0.9, **fields})
    world, moves = begin.copy(), 0.0
    for month in range(months):
        world[:] = begin
        world["moves"] = 0.0
        usurp(world[0], rule, KEY, month)
        moves += float(world["moves"][0])
    return moves


def test_organised_schooled_and_rested_people_keep_their_norms():
    held = {"organisation": 0.5, "literacy": 0.5, "exhaustion": 0.3, "scarcity": 0.8, "room": 0.8}
    some = measures(**held)
    assert measures(**{**held, "organisation": 0.05}) > some > measures(**{**held, "organisation": 0.98})
    assert measures(**{**held, "exhaustion": 0.95}) > some
    assert measures(**{**held, "literacy": 0.98}) < some
    assert measures(usurpation=0.0, **held) == 0.0


def test_ties_war_and_townspeople_each_count_in_the_contest_over_a_measure():
    """The contest is not decided beforehand: each cause changes how often a measure comes through."""
    hungry = {"scarcity": 0.8, "scarcity_absolute": 0.4, "organisation": 0.5, "literacy": 0.4, "exhaustion": 0.2}
    base = measures(3000, room=0.8, urban_share=0.18, **hungry)
    assert measures(3000, room=0.8, urban_share=0.18, **{**hungry, "organisation": 0.0}) > 1.05 * base
    assert measures(3000, room=0.8, urban_share=0.18, war=0.9, **hungry) > 1.02 * base
    assert measures(3000, room=0.8, urban_share=0.36, **hungry) < 0.9 * base


def test_a_measure_takes_from_a_norm_and_narrows_room():
    world = country(norm_recall=0.9, organisation=0.0, room=0.8, scarcity=1.0)
    usurp(world[0], rules(move_pace=1e6)[0], KEY, 0)
    assert world["norm_recall"][0] < 0.9 and world["room"][0] < 0.8 and world["moves"][0] == 4.0


def test_a_measure_against_a_norm_that_is_gone_costs_no_room():
    gone = {f"norm_{name}": 0.0 for name in ("recall", "pay", "rotation", "arms")}
    world = country(**gone, organisation=0.0, room=0.8, scarcity=1.0)
    usurp(world[0], rules(move_pace=1e6)[0], KEY, 0)
    assert world["room"][0] == 0.8 and world["moves"][0] == 4.0


def test_gain_and_resistance_are_kept_and_the_stronger_prevails():
    """The two sides of the contest are variables of the country, so that a run shows which of them moved."""
    told = {"literacy": 0.9, "exhaustion": 0.0, "room": 0.8, "scarcity": 0.5}
    strong, weak = country(organisation=0.9, **told), country(organisation=0.0, **told)
    for world in (strong, weak):
        usurp(world[0], RULES, KEY, 0)
    assert strong["resistance"][0] > weak["resistance"][0] == pytest.approx(RULES["move_margin"])
    assert strong["gain"][0] == weak["gain"][0] > 0.0


def test_a_purge_ends_by_itself():
    """A leader without peers against officials with standing: it spreads, destroys the standing and dies down."""
    world = country(leader=0.9, hostility=0.3, war=0.0, repression_elite=0.01, purge_loss=0.0)
    official = NAMES["official"]
    world["organisation_of"][:, official] = 0.7
    course, standing = [], []
    for month in range(20 * 12):
        purge(world[0], rules(purge_spark=0.0)[0], KEY, month)
        elite = float(world["repression_elite"][0])
        world["organisation_of"][:, official] *= 1.0 - min(1.0, RULES["standing_loss"] * elite / 12.0)
        course.append(elite)
        standing.append(float(world["organisation_of"][0, official]))
    assert max(course) > 0.05, "it never spread"
    assert course[-1] < 0.1 * max(course) and int(np.argmax(course)) < 8 * 12
    assert standing[-1] < 0.5 * standing[0]


def test_no_purge_without_a_leader_or_without_standing():
    for fields in ({"leader": 0.0}, {"leader": 0.9}):
        world = country(repression_elite=0.05, war=0.0, hostility=0.0, **fields)
        world["organisation_of"][:, NAMES["official"]] = 0.0 if fields["leader"] else 0.8
        for month in range(60):
            purge(world[0], rules(purge_spark=0.0)[0], KEY, month)
        assert world["repression_elite"][0] < 0.01


def test_property_forms_are_parts_of_one_whole():
    for state, farm, feudal, collective in [(0, 0, 0, 0), (1, 0.5, 0, 1), (0.4, 0.3, 0.6, 0.2), (1, 1, 1, 1)]:
        c = country(state_property=state, farming=farm, output=1.0, landlordism=feudal, collectivised=collective)
        settle_property(c[0])
        assert float(c["property"].sum()) == pytest.approx(1.0, rel=1e-12) and (c["property"] >= 0.0).all()


def test_without_anything_from_outside_there_is_no_war():
    run = live(start(outside=False), months=36)
    assert (series_of(run, "war") == 0.0).all() and (series_of(run, "embargo") == 0.0).all()


def test_hunger_kills():
    """A poor start has more dead beyond the ordinary than a rich one, on the same draws."""
    dead = [
        series_of(live(start(outside=False, settings={"northland.gdp_per_head": x}), months=24), "excess_deaths").sum()
        for x in (0.5, 3.0)
    ]
    assert dead[0] > dead[1] and math.isfinite(dead[0])
