"""Command: conscripts and regulars, how tired they are of war, and whether a command's own force stands behind it."""

from thermidor.country import (
    ARMY,
    CAMPS,
    COUNCILS,
    PARTY,
    PEASANT,
    REFORM_CAMP,
    REVOLUTION_CAMP,
    WORKER,
)
from thermidor.draws import MAKE_PEACE, chance
from thermidor.jit import compiled
from thermidor.steps.shapes import MONTH, above, happens, toward, unit


@compiled
def command(c, rules, key, month):
    """Raise the army, tire it, let it go home, bind it together, and see what force still obeys."""
    raise_army(c, rules)
    tire_of_war(c, rules)
    make_peace(c, rules, key, month)
    bind_command(c, rules)
    weigh_force(c, rules)


@compiled
def raise_army(c, rules):
    """Conscripts are called up by threat and war; a command that wages war, and wins, becomes a body of its own.

    Equation: army moves in call_up_years towards conscripts_peace x hostility + conscripts_war x war; corporate' =
    corporate_by_war x war x (corporate_unwon + victory)(1 - corporate)(1 - norm_arms)(1 - party) - (corporate -
    corporate_ordinary)+ / corporate_years - party_binds x party x corporate.
    Claims: P28, P53.
    Assumes: regulars are counted with the police among the standing force; an army of citizens becomes the command's
    own by years in the field.
    Signs: up with war and victories.
    Leaves out: arms of service, militias of provinces.
    """
    target = rules.conscripts_peace * c.hostility + rules.conscripts_war * c.war
    c.army = toward(c.army, target, rules.call_up_years)
    built = rules.corporate_by_war * c.war * (rules.corporate_unwon + c.victory) * (1.0 - c.corporate)
    built *= (1.0 - c.norm_arms) * (1.0 - c.authority[PARTY])
    lost = above(c.corporate - rules.corporate_ordinary) / rules.corporate_years
    lost += rules.party_binds * c.authority[PARTY] * c.corporate
    c.corporate = unit(c.corporate + MONTH * (built - lost))


@compiled
def tire_of_war(c, rules):
    """People tire of a war that is not their own, the sooner the less they can read of it; peace lets them forget.

    Equation: weariness' = weary_by_war x war x (1 - treatment)(1 - weariness)(weary_unschooled - literacy)(1 -
    victory_consoles x victory) - weariness / weary_years x (1 - war).
    Claims: P29.
    Assumes: what the enemy would take makes a war one's own (Harrison 2005).
    Signs: up with years of war and defeats, down in peace.
    Leaves out: propaganda, nation.
    """
    tired = rules.weary_by_war * c.war * (1.0 - c.treatment) * (1.0 - c.weariness)
    tired *= above(rules.weary_unschooled - c.literacy) * (1.0 - rules.victory_consoles * c.victory)
    c.weariness = unit(c.weariness + MONTH * (tired - c.weariness / rules.weary_years * (1.0 - c.war)))


@compiled
def make_peace(c, rules, key, month):
    """Those in office leave a war for which their own base is too tired; a civil war burns down.

    Equation: hazard of leaving = peace_pace x weariness x (1 - treatment) x councils x council_lead a year, in a war
    from outside; civil_war' = -civil_war / civil_years.
    Claims: P29.
    Assumes: only those who answer to the tired make peace; the war of the others goes on without the country.
    Signs: up with weariness and with councils that revolutionaries lead.
    Leaves out: terms of peace, lost provinces.
    """
    asked = c.authority[COUNCILS] * c.council_lead
    hazard = rules.peace_pace * c.weariness * (1.0 - c.treatment) * asked * (c.war > c.civil_war)
    if happens(chance(key, month, MAKE_PEACE), hazard):
        c.peace = 1.0
    c.civil_war -= MONTH * c.civil_war / rules.civil_years


@compiled
def bind_command(c, rules):
    """A command in office holds together as long as growth and victories pay for it; out of office it mends.

    Equation: cohesion' = (wanted - cohesion) / cohesion_years, wanted = 1 - authority of the army x private_share x (1
    - paid), paid = (remembered growth x (1 - drain) - growth_pays_from) / growth_pays_span + spoils x victory x war,
    held in 0..1.
    Claims: P28, P32, P57.
    Assumes: Acemoglu, Robinson and Verdier (2004) on favours; those who share in power are paid or look for another
    ruler.
    Signs: up with growth and victories, down with drain.
    Leaves out: heirs, age and illness of the ruler, wear of repression.
    """
    paid = (c.remembered * (1.0 - c.drain) - rules.growth_pays_from) / rules.growth_pays_span
    paid = unit(unit(paid) + rules.spoils * c.victory * c.war)
    wanted = 1.0 - c.authority[ARMY] * c.private_share * (1.0 - paid) * rules.cohesion
    c.cohesion = toward(c.cohesion, wanted, rules.cohesion_years)


@compiled
def weigh_force(c, rules):
    """Regulars obey; conscripts obey as far as they are loyal, less where their own classes have turned against order.

    Equation: force = force_by_heads x (coercive_share + army x obeying); mutineers = force_by_heads x army x (1 -
    obeying); obeying = loyalty x (1 - soldiers_divide x left - soldiers_weary x weariness x (1 - treatment x war));
    left = what villagers and workers, weighed by their numbers, lean to revolution and to reform out of office x
    (grievance_at_arms + (1 - grievance_at_arms) x grievance).
    Claims: P27, P29, P38c.
    Assumes: conscripts lean as their classes do; rank and file part from officers along that line.
    Signs: down with war, weariness and with camps out of office.
    Leaves out: units of their own mind, navies, nations under arms.
    """
    heads = c.heads[WORKER] + c.heads[PEASANT]
    left = 0.0
    for k in (PEASANT, WORKER):
        place = len(CAMPS) * k
        turned = c.leaning[place + REVOLUTION_CAMP] * (1.0 - c.in_office[REVOLUTION_CAMP])
        turned += c.leaning[place + REFORM_CAMP] * (1.0 - c.in_office[REFORM_CAMP])
        angry = rules.grievance_at_arms + (1.0 - rules.grievance_at_arms) * c.grievance[k]
        left += c.heads[k] / heads * turned * angry
    tired = rules.soldiers_weary * c.weariness * (1.0 - c.treatment * c.war)
    obeying = c.loyalty * unit(1.0 - rules.soldiers_divide * left - tired)
    c.force = rules.force_by_heads * (c.coercive_share + c.army * obeying)
    c.mutineers = rules.force_by_heads * c.army * (1.0 - obeying)
