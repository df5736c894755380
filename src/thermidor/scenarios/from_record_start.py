"""Economy and classes of a country at the start, from the record (lines of `mapping.yaml` of the same names)."""

from __future__ import annotations

import math

from thermidor.record import facts
from thermidor.record.facts import Fact
from thermidor.scenarios.from_record_land import Land
from thermidor.scenarios.from_record_mapping import (
    Entry,
    assumed,
    between,
    given,
    growth,
    held,
    limits_of,
    mapping,
    number,
    ranged,
    rounded,
    to_one,
)

NEAR_WAR = 0.1
"""Weariness from which a fall of output is taken for disorder of war."""


def economy(land: Land) -> dict[str, Entry]:
    """People, product, plant, schooling and what is remembered of growth."""
    made, idle = land.product.value, number("plant", "idle") * land.shortfall
    why = f"GDP per head {made:.3g}"
    output = number("plant", "usual") / (1.0 - idle)
    heavy = between("plant", "heavy_poor", "heavy_rich", made)
    if land.owned:
        heavy += (number("plant", "heavy_rich") - heavy) * planned_so_far(land)
    least, most = number("schooling", "least"), number("schooling", "most")
    return {
        "population": given("population", land.people, "people"),
        "gdp_per_head": given("gdp_per_head", land.product, "product"),
        "capital_output": assumed(
            "capital_output", output, "plant", f"{why}, {land.shortfall:.2g} below its best of late"
        ),
        "heavy_capital": assumed("heavy_capital", heavy, "plant", why),
        "literacy": given("literacy", land.literacy, "schooling", least, most),
        **_remembered(land),
        **_disorder(land),
        **_arms(land),
        **_drain(land),
    }


def planned_so_far(land: Land) -> float:
    """How far the plan has taken hold under state property, 0-1."""
    return min(1.0, (1.0 + land.owned.years) / number("property", "plan_years")) if land.owned else 0.0


def _remembered(land: Land) -> dict[str, Entry]:
    peak_years, most = int(number("memory", "peak_years")), number("memory", "most_peak")
    found = {}
    for key, name in (("past_growth", "growth_years"), ("past_ascent", "ascent_years")):
        fact = growth(land.state, land.year, int(number("memory", name))) or Fact(0.0, "growth unknown", -0.02, 0.03)
        found[key] = given(key, fact, "memory")
    now, best, at = land.product.value, land.product.value, land.year
    for year in range(land.year - peak_years, land.year):
        before = facts.product(land.state, year)
        if before and "regression" not in before.source and before.value > best:
            best, at = before.value, year
    source = f"GDP per head of {at} over that of {land.year}: {land.product.source}"
    exact = land.product.low is None
    ratio = Fact(best / now, source) if exact else Fact(best / now, source, 1.0, min(best / now * 1.2, most))
    found["past_peak"] = given("past_peak", ratio, "memory", 1.0, most)
    return found


def _disorder(land: Land) -> dict[str, Entry]:
    """The shortfall of output as disorder where war was near, as a slump of the market elsewhere."""
    near = land.weariness >= NEAR_WAR
    why = f"GDP per head {land.shortfall:.2g} below the best of five years, weariness of war {land.weariness:.2g}"
    disorder = number("war", "disorder") * land.shortfall if near else 0.0
    slump = 0.0 if near or land.owned else number("war", "slump") * land.shortfall * (1.0 - peasants(land))
    found = {
        "dislocation": assumed("dislocation", disorder, "war", why),
        "exhaustion": assumed("exhaustion", land.exhaustion, "war", "wars of the twenty years before"),
        "weariness": assumed("weariness", land.weariness, "war", "wars of the years before"),
    }
    return found | ({"slump": assumed("slump", slump, "war", why)} if slump > 0.0 else {})


def _arms(land: Land) -> dict[str, Entry]:
    soldiers = land.soldiers.value
    core = min(number("army", "core"), soldiers)
    conscripts = max(soldiers - core, 0.0)
    why = f"soldiers {soldiers:.3g} of people: {land.soldiers.source}"
    found = {"army": assumed("army", conscripts, "army", why)}
    if conscripts == 0.0:
        found["army"] = ranged(0.0, 0.002, "army", why, limits_of("army")) | {"range": [0.0, 0.002]}
    if land.arms is not None:
        found["arms_share"] = given("arms_share", land.arms, "war", 0.0, number("war", "arms_most"))
    return found


def _drain(land: Land) -> dict[str, Entry]:
    if land.owned:
        return {"drain": assumed("drain", 0.0, "abroad", "state property")}
    if not land.independent:
        return {"drain": assumed("drain", number("abroad", "colony"), "abroad", "not independent")}
    behind = 1.0 - between_levels(land.product.value)
    return {
        "drain": assumed(
            "drain", number("abroad", "behind") * behind, "abroad", f"GDP per head {land.product.value:.3g}"
        )
    }


def between_levels(made: float) -> float:
    """Where a product per head lies between poor (0) and rich (1), by logarithms."""
    poor, rich = number("plant", "poor"), number("plant", "rich")
    return held(math.log(made / poor) / math.log(rich / poor), 0.0, 1.0)


def peasants(land: Land) -> float:
    """Peasants, share of the people: what farming keeps of those outside towns."""
    poor = number("plant", "poor")
    keeps = number("classes", "farm_poor") - number("classes", "farm_fall") * math.log(land.product.value / poor)
    keeps = held(keeps, number("classes", "farm_least"), 0.95)
    return held((1.0 - land.urban.value) * keeps, 0.005, 0.92)


def mixed(land: Land, before: float, under_state: float) -> float:
    """A value that passes from what it was before to that under state property in the first years."""
    grown = land.owned.grown if land.owned else 0.0
    return (1.0 - grown) * before + grown * under_state


def classes(land: Land, feudal: float) -> dict[str, Entry]:
    """Shares of the seven classes, and farming's share of output; `feudal` is the land in landlords' hands."""
    made, why = (
        land.product.value,
        f"towns {land.urban.value:.3g} of people ({land.urban.source}), GDP per head {land.product.value:.3g}",
    )
    farm = peasants(land)
    outside = 1.0 - farm
    petty_of = number("classes", "petty_poor") - number("classes", "petty_fall") * made
    petty_of = max(petty_of, number("classes", "petty_least"))
    capitalist = min(between("classes", "capitalist_poor", "capitalist_rich", made), 0.2 * outside)
    landlord = number("classes", "landlord_most") * feudal
    official = between("classes", "official_poor", "official_rich", made)
    if land.owned:
        petty_of = mixed(land, petty_of, number("classes", "petty_under_state"))
        capitalist = mixed(land, capitalist, number("classes", "owner_under_state"))
        landlord = mixed(land, landlord, number("classes", "owner_under_state"))
        official = mixed(land, official, number("classes", "official_under_state"))
    gendarme = number("classes", "police") + min(number("army", "core"), land.soldiers.value)
    shares = {
        "landlord": landlord,
        "capitalist": capitalist,
        "petty": petty_of * outside,
        "peasant": farm,
        "official": official,
        "gendarme": gendarme,
    }
    taken = sum(shares.values()) - farm
    if taken + farm > 0.97:
        shares["peasant"] = farm = 0.97 - taken
    entries = {f"classes.{name}": assumed(f"classes.{name}", share, "classes", why) for name, share in shares.items()}
    entries["classes.worker"] = assumed("classes.worker", 1.0 - sum(shares.values()), "classes", f"the rest; {why}")
    odds = number("farming", "worth") * farm / (1.0 - farm)
    output = held(odds / (1.0 + odds), limits_of("farm_output").low, 0.75)
    found = to_one("classes", entries, "worker")
    found["farm_output"] = assumed("farm_output", output, "farming", f"peasants {rounded(farm):g} of people")
    return found


def property_forms(land: Land) -> dict[str, Entry]:
    """Property outside farming, plan, collective farms and landlords' land."""
    own_trade = number("classes", "petty_poor") - number("classes", "petty_fall") * land.product.value
    own_trade = max(own_trade, number("classes", "petty_least")) * number("property", "petty_ratio")
    line, feudal = "property", landlords_land(land)
    if land.owned:
        state, low, high = land.owned.share, land.owned.low, land.owned.high
        why = f"state property for {land.owned.years} years (list 'state_property')"
        petty = min(mixed(land, own_trade, number("property", "petty_under_state")), 1.0 - state)
        planned = min(state * number("property", "planned_ratio") * planned_so_far(land), 0.98)
    else:
        before = land.year < number("property", "turn")
        state, petty = number("property", "state_before" if before else "state_after"), own_trade
        low, high = mapping()["lines"]["property"]["numbers"]["state_before" if before else "state_after"]["range"]
        why, planned = "private property", number("property", "planned_private")
    entries = {
        "property.state": assumed("property.state", state, line, why) | {"range": [rounded(low), rounded(high)]},
        "property.petty": assumed("property.petty", petty, line, why),
        "property.capitalist": assumed("property.capitalist", 1.0 - state - petty, line, f"the rest; {why}"),
    }
    found = to_one("property", entries, "capitalist")
    found["planned"] = assumed("planned", planned, line, why)
    found["land.feudal"] = assumed("land.feudal", feudal, "land", _land_why(land))
    if land.owned:
        farms = held((land.owned.years - number(line, "collective_wait")) / number(line, "collective_pace"), 0.0, 1.0)
        farms *= number(line, "collective_share")
        found["collectivised"] = assumed("collectivised", farms, line, why)
    return found


def landlords_land(land: Land) -> float:
    """Land in landlords' hands, share."""
    if land.owned:
        return 0.02
    reform = mapping()["land_reforms"].get(land.state.key)
    if reform is not None and land.year >= reform:
        return number("land", "after_reform")
    fall = number("land", "by_votes") * land.electoral.value
    fall += number("land", "by_product") * max(0.0, math.log(land.product.value / number("plant", "poor")))
    return max(number("land", "most") - fall, number("land", "least"))


def _land_why(land: Land) -> str:
    reform = mapping()["land_reforms"].get(land.state.key)
    if land.owned:
        return "state property"
    if reform is not None and land.year >= reform:
        return f"a land reform by {reform} (list 'land_reforms', from memory)"
    return f"electoral democracy {land.electoral.value:.2g}, GDP per head {land.product.value:.3g}; no reform listed"
