"""The month of a society, one line a step; and the compiled entries that Python calls."""

import numpy as np

from thermidor.citizen_record import RATES, TALLY
from thermidor.country import CLASSES
from thermidor.jit import compiled, entry
from thermidor.steps.command import command
from thermidor.steps.contend import contend
from thermidor.steps.deduct import deduct
from thermidor.steps.distribute import distribute
from thermidor.steps.govern import govern
from thermidor.steps.intervene import intervene
from thermidor.steps.live import add, clear, count, live, live_chunk, publish
from thermidor.steps.meet import meet
from thermidor.steps.plan import plan
from thermidor.steps.produce import produce
from thermidor.steps.seat import seat
from thermidor.steps.side import side
from thermidor.steps.trade import trade
from thermidor.steps.transform import transform


@compiled
def before_living(world, rules, keys, outside, month):
    """What the country decides and publishes before its people live the month."""
    for here in range(world.shape[0]):
        c = world[here]
        meet(c, rules, outside[month, here])
        plan(c, rules)
        produce(c, rules, keys[here], month)
        deduct(c, rules, keys[here], month)
        distribute(c, rules)


@compiled
def after_living(world, rules, keys, month):
    """What comes of it: contention, government, passages, and what countries do to one another."""
    for here in range(world.shape[0]):
        c = world[here]
        contend(c, rules)
        command(c, rules, keys[here], month)
        seat(c, rules, keys[here], month)
        govern(c, rules, keys[here], month)
        transform(c, rules, keys[here], month)
    trade(world, rules)
    intervene(world, rules, keys, month)


@compiled
def keep(out, flat):
    """Copy the numbers of all countries. In loops: to assign one array to another takes seconds more to compile."""
    for here in range(flat.shape[0]):
        for place in range(flat.shape[1]):
            out[here, place] = flat[here, place]


@entry
def months(world, people, spans, rules, keys, outside, flat, out, first, last):
    """Run the months `first` to `last` (exclusive) of a world.

    world: COUNTRY[countries]; people: CITIZEN[rows], each country's rows between its two `spans`; rules: one record;
    keys: uint64[countries]; outside: float64[months, countries, kinds]; flat: float64 view of `world`, [countries,
    variables]; out: float64[last - first, countries, variables], filled month by month.
    """
    rates = np.zeros(len(CLASSES), RATES)
    part = np.zeros(len(CLASSES), TALLY)
    totals = np.zeros(len(CLASSES), TALLY)
    for month in range(first, last):
        before_living(world, rules, keys, outside, month)
        for here in range(world.shape[0]):
            live(people, spans[here, 0], spans[here, 1], world[here], rules, keys[here], month, rates, part, totals)
            count(world[here], totals)
            side(world[here], rules, totals)
        after_living(world, rules, keys, month)
        keep(out[month - first], flat)


@entry
def before(world, rules, keys, outside, month):
    """The first half of a month, for runs whose citizens are spread over threads."""
    before_living(world, rules, keys, outside, month)


@entry
def chunks(people, parts, lane, lanes, world, rules, keys, month, sums):
    """Every `lanes`-th chunk of citizens, from number `lane` on.

    parts: int64[chunks, 4]: country, first and last row, first row of the country; sums: TALLY[chunks, classes], made
    anew.
    """
    rates = np.zeros(len(CLASSES), RATES)
    for part in range(lane, parts.shape[0], lanes):
        here, first, last, start = parts[part]
        publish(world[here], rules, rates)
        clear(sums[part])
        live_chunk(people, first, last, start, world[here], rates, rules, keys[here], month, sums[part])


@entry
def after(world, rules, keys, month, parts, sums):
    """The second half of a month; the sums of chunks are added in order."""
    totals = np.zeros(len(CLASSES), TALLY)
    for here in range(world.shape[0]):
        clear(totals)
        for part in range(parts.shape[0]):
            if parts[part, 0] == here:
                add(totals, sums[part])
        count(world[here], totals)
        side(world[here], rules, totals)
    after_living(world, rules, keys, month)
