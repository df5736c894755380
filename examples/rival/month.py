"""The rival's month: thermidor's steps in thermidor's order, with the rival's own `govern` among them."""

import numpy as np

from thermidor.citizen_record import RATES, TALLY
from thermidor.country import CLASSES
from thermidor.jit import compiled, covering
from thermidor.month import before_living, keep
from thermidor.steps.command import command
from thermidor.steps.contend import contend
from thermidor.steps.intervene import intervene
from thermidor.steps.live import count, live
from thermidor.steps.seat import seat
from thermidor.steps.side import side
from thermidor.steps.trade import trade
from thermidor.steps.transform import transform

from .guard import govern


@compiled
def after_living(world, rules, keys, month):
    """As thermidor's, with another `govern`."""
    for here in range(world.shape[0]):
        c = world[here]
        contend(c, rules)
        command(c, rules, keys[here], month)
        seat(c, rules, keys[here], month)
        govern(c, rules, keys[here], month)
        transform(c, rules, keys[here], month)
    trade(world, rules)
    intervene(world, rules, keys, month)


@covering(__file__)
def months(world, people, spans, rules, keys, outside, flat, out, first, last):
    """The engine: months `first` to `last` of a world, with the arguments of `thermidor.month.months`."""
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
