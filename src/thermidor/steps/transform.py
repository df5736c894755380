"""Transform: the passages, and what they leave: property, voice, autonomy, the official claim."""

from thermidor.country import (
    ARMY,
    CAPITALIST,
    CAPITALIST_PROPERTY,
    CLASSES,
    COLLECTIVE,
    FEUDAL,
    GENDARME,
    LANDLORD,
    OFFICIAL,
    PARTY,
    PEASANT,
    PETTY_PROPERTY,
    STATE,
    WORKER,
)
from thermidor.jit import compiled
from thermidor.passages.restoration import give_way, tempt
from thermidor.passages.usurpation import usurp
from thermidor.steps.shapes import TINY, above, unit


@compiled
def transform(c, rules, key, month):
    """Let the passages run, then read off what they have made of property and power."""
    usurp(c, rules, key, month)
    tempt(c, rules, key, month)
    give_way(c, rules)
    settle_property(c)
    give_voice(c, rules)
    measure_autonomy(c, rules)
    claim_success(c, rules)


@compiled
def settle_property(c):
    """Means of production are counted by form: farming weighs by its output, land is feudal, collective or petty.

    Equation: state = (1 - farm) x state_property; capitalist = (1 - farm)(1 - state_property); feudal = farm x
    landlordism; collective and petty share the rest of farming by `collectivised`.
    Claims: P25.
    Assumes: value of output stands for value of means; petty trades outside farming are counted as capitalist.
    Signs: none; a measure.
    Leaves out: rented land, shares, who runs what the state owns.
    """
    farm = c.farming / max(c.output, TINY)
    feudal = c.landlordism
    industry = 1.0 - farm
    c.property[FEUDAL] = farm * feudal
    c.property[STATE] = industry * c.state_property
    c.property[CAPITALIST_PROPERTY] = industry * (1.0 - c.state_property)
    c.property[COLLECTIVE] = farm * (1.0 - feudal) * c.collectivised
    c.property[PETTY_PROPERTY] = farm * (1.0 - feudal) * (1.0 - c.collectivised)


@compiled
def give_voice(c, rules):
    """Say in decisions: norms give it to those who work, property to owners, posts to officials.

    Equation: those who work = state_property x norms + voice_under_owners x private x room, peasants voice_of_village
    times that; owners = private x (1 - voice_lost_by_owners x norms x room)(1 - apart), apart = corporate x army +
    party_apart x party, of capital x (1 - land_over_capital x land x (1 - franchise)); landlords land x (1 - norms)(1 -
    apart), land = voice_of_land x landlordism; officials = (1 - half the sum of recall and rotation)(1 -
    voice_under_owners x private x room), gendarmes voice_of_gendarmes times that; each held in 0..1.
    Claims: P05, P61.
    Assumes: real voice, not votes; peasants a little less than workers.
    Signs: as written.
    Leaves out: elections, parties, voice of nations and of women.
    """
    private = 1.0 - c.state_property
    granted = rules.voice_under_owners * private * c.room
    works = unit(c.state_property * c.norms + granted)
    apart = c.corporate * c.authority[ARMY] + rules.party_apart * c.authority[PARTY]
    owns = unit(private * (1.0 - rules.voice_lost_by_owners * c.norms * c.room)) * (1.0 - apart)
    for k in range(len(CLASSES)):
        c.voice[k] = works
    c.voice[PEASANT] = works * rules.voice_of_village
    land = unit(rules.voice_of_land * c.landlordism)
    c.voice[CAPITALIST] = owns * (1.0 - rules.land_over_capital * land * (1.0 - c.franchise))
    c.voice[LANDLORD] = land * (1.0 - c.norms) * (1.0 - apart)
    c.voice[OFFICIAL] = unit(1.0 - 0.5 * (c.norm_recall + c.norm_rotation)) * (1.0 - granted)
    c.voice[GENDARME] = rules.voice_of_gendarmes * c.voice[OFFICIAL]


@compiled
def measure_autonomy(c, rules):
    """Autonomy is measured: the share of the surplus used otherwise than the strongest class would choose.

    Equation: autonomy = gap + decided x (1 - gap); gap = half the sum over uses of |share used - share chosen|, plus
    the skim; decided = 1 - (voice x weight of the strongest) / weight of the strongest; surplus = what is left above
    customary_living x consumption. Chosen: wear and ordinary_accumulation (market_accumulation as far as nothing is
    planned), desk_cost x posts_base and arms by arms_peace, arms_hostility, arms_war, owners_eat of profit where owners
    are strongest, the rest for all.
    Claims: P27, P35.
    Assumes: working classes would choose ordinary accumulation and the rest for all, owners profit and accumulation;
    weights are: workers, their share x (weight_of_numbers + ties); peasants, likewise x weight_of_village; owners,
    weight_of_wealth x private share. The measure is ours; nothing in the model reads it.
    Signs: a measure; that it peaks at balance may fail.
    Leaves out: decisions that are not about the surplus.
    """
    output = max(c.output, TINY)
    base = rules.customary_living * c.to_consume
    accumulate = c.investment
    apparatus = c.administration + c.arms
    skim = c.privilege_fund
    owners = c.pay[CAPITALIST] * c.claims[CAPITALIST] + c.pay[LANDLORD] * c.claims[LANDLORD]
    people = above(c.to_consume - base - skim - owners) + c.common
    surplus = max(accumulate + apparatus + skim + owners + people, TINY)
    workers = c.heads[WORKER] / c.population * (rules.weight_of_numbers + c.organisation_of[WORKER])
    village = rules.weight_of_village * c.heads[PEASANT] / c.population
    village *= rules.weight_of_numbers + c.organisation_of[PEASANT]
    owning = rules.weight_of_wealth * (1.0 - c.state_property)
    wear = rules.wear * (c.heavy_capital + c.light_capital)
    addition = rules.ordinary_accumulation * c.planned + rules.market_accumulation * (1.0 - c.planned)
    w_acc = wear * c.planned + addition * output
    w_acc += wear * (1.0 - c.planned)
    chosen = rules.desk_cost * rules.posts_base + rules.arms_peace
    w_app = (chosen + rules.arms_hostility * c.hostility + rules.arms_war * c.war) * output
    w_own = 0.0
    if owning > workers and owning > village:
        w_own = rules.owners_eat * c.profit_share * c.industry * (1.0 - c.state_property)
    w_people = above(surplus - w_acc - w_app - w_own)
    w_total = max(w_acc + w_app + w_own + w_people, TINY)
    gap = abs(accumulate / surplus - w_acc / w_total) + abs(apparatus / surplus - w_app / w_total)
    rest = abs(owners / surplus - w_own / w_total) + abs(people / surplus - w_people / w_total) + skim / surplus
    gap = 0.5 * (gap + rest)
    strongest = max(max(c.voice[WORKER] * workers, c.voice[PEASANT] * village), c.voice[CAPITALIST] * owning)
    decided = 1.0 - strongest / max(max(workers, village), owning)
    c.autonomy = unit(gap + decided * (1.0 - gap))


@compiled
def claim_success(c, rules):
    """The official claim about antagonism stands beside the measured one, and so does how far property is social.

    Equation: official_claim = antagonism x (1 - planned x (1 - norms)(1 - room)), antagonism = half conflict, half
    privilege; socialisation = state_property x norms x (1 - privilege)(1 - force_unsocial x coercive_share).
    Claims: P20, P22.
    Assumes: what nobody may check is claimed away.
    Signs: the claim falls below the measure as control is lost.
    Leaves out: who believes it.
    """
    antagonism = unit(0.5 * (c.conflict + c.privilege))
    c.official_claim = antagonism * (1.0 - c.planned * (1.0 - c.norms) * (1.0 - c.room))
    unforced = unit(1.0 - rules.force_unsocial * c.coercive_share)
    c.socialisation = c.state_property * c.norms * (1.0 - unit(c.privilege)) * unforced
