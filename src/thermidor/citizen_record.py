"""The citizen as a record: 40 bytes, float32 in memory, float64 in arithmetic.

`weight` says how many people the record stands for. A slot whose citizen dies is taken by an heir
of the same line and keeps its number, so that a draw always belongs to the same slot.
"""

from __future__ import annotations

import numpy as np

# sectors
IDLE, INDUSTRY, FARM, OFFICE, ARMS, CAMP, HOME = range(7)
SECTORS = ("unemployed", "industry", "farm", "office", "arms", "camp", "home")

# ranks of officials; nobody else has one
NO_RANK, CLERK, MANAGER, TOP = range(4)

# leans (camps of opinion); officials who stand for private property lean LIBERAL
NO_LEAN, REFORM, REVOLUTION, LIBERAL, REACTION, FASCIST = range(6)
LEANS = ("none", "reform workers", "revolutionary workers", "liberal", "reaction", "fascist")

_CITIZEN = np.dtype(
    [
        ("weight", "f4"),  # people the record stands for, millions
        ("holdings", "f4"),  # hoard or wealth per head, thousand 2011 $
        ("skill", "f4"),  # schooling, 0-1
        ("grievance", "f4"),  # 0-1
        ("organisation", "f4"),  # ties beyond the household, 0-1; of an official: standing of his own
        ("fear", "f4"),  # 0-1
        ("expectation", "f4"),  # consumption grown used to, thousand 2011 $/year
        ("best", "f4"),  # best remembered month, thousand 2011 $/year
        ("age", "u2"),  # months
        ("class_", "u1"),  # index in CLASSES
        ("sector", "u1"),
        ("rank", "u1"),  # of an official: CLERK, MANAGER or TOP
        ("lean", "u1"),
        ("nation", "u1"),  # 0 the majority
        ("need", "u1"),  # household need, tenths of an adult's
    ]
)
CITIZEN = np.dtype((np.record, _CITIZEN))
"""One citizen; `CITIZEN.itemsize` is 40. As `np.record` the fields are attributes in plain Python as well."""

TENTHS = 10.0
"""Household need is stored in tenths of an adult's."""

SMALL = 5 * 12
"""Months under which a child counts as small: births are carried by the weights of the small."""

CENSUS = 9 * 12
"""Months from which people are asked whether they can read, as the censuses of 1926 and 1939 did."""
OLDEST = 127
"""Last year of a life table."""

_RATES = np.dtype(
    [
        ("pay", "f8"),  # what one claim receives, thousand 2011 $
        ("ration", "f8", (len(SECTORS),)),  # claim for a unit of work, by sector
        ("unskilled", "f8"),  # work of one without schooling, beside what schooling adds
        ("toil", "f8", (len(SECTORS),)),  # effective work, by sector
        ("grown", "i8"),  # months of age at which work begins
        ("old", "i8"),  # months of age at which it ends, outside villages
        ("by_need", "f8"),  # claim for a tenth of an adult's need
        ("rank_step", "f8"),  # by how much a rank raises the claim
        ("one_decent", "f8"),  # 1 / a decent living
        ("one_bare", "f8"),  # 1 / subsistence
        ("complaint", "f8"),  # grievance that all of the class share
        ("habit_pace", "f8"),  # how fast expectation follows living
        ("best_kept", "f8"),  # part of the best month that is still remembered
        ("terror", "f8"),  # fear put into those who have none
        ("fear_kept", "f8"),  # part of the fear that stays
        ("standing", "f8"),  # ties gained by all
        ("rally", "f8"),  # ties gained by schooling, through contact with the organised
        ("spark", "f8"),  # ties gained by loss, through hope from abroad
        ("fading", "f8"),  # ties lost by all
        ("dread", "f8"),  # ties lost by fear
        ("school", "f8"),  # what the young learn
        ("practice", "f8"),  # what the grown learn
        ("arrest", "f8"),  # chance of a camp
        ("hiring", "f8"),  # chance of an official's post
        ("enlisting", "f8"),  # chance to join the standing force
        ("stir", "f8", (len(SECTORS),)),  # bound on the chance of any change of work or class, by sector
        ("moving_age", "i8"),  # months of age from which one may change work or class: owners are born into theirs
        ("minding_age", "i8"),  # months of age from which one thinks politics over
        ("war_deaths", "f8"),
        ("famine", "f8"),  # chance to die of full hunger
        ("peril", "f8", (len(SECTORS),)),  # chance to die of the sector: of a camp
        ("side_pace", "f8"),  # chance to think politics over, without grievance
        ("side_anger", "f8"),  # what full anger adds to it
        ("side_calm", "f8"),  # grievance up to which a citizen is calm
        ("side_span", "f8"),  # 1 / the grievance from there to full anger
        ("calm", "f8", (len(LEANS),)),  # chances of the leans for the calm, summed up to each
        ("angry", "f8", (len(LEANS),)),  # the same for the angry, less those of the calm
        ("life_table", "f8", (OLDEST + 1,)),  # chance to die of age or war, by years of age
    ]
)
RATES = np.dtype((np.record, _RATES))
"""What a country publishes for one class; the citizen reads it. Chances and paces are by the month."""

_TALLY = np.dtype(
    [
        (name, "f8")
        for name in (
            "heads",  # people of the class at the end of the month, millions
            "hoard",  # hoards at the end of the month, bn 2011 $
            "short",  # shortfall below subsistence
            "grievance",
            "ties",
            "fear",
            "claims",  # claims on the fund next month
            "toil",  # effective workers next month
            "infants",  # people under five
            "asked",  # people old enough to be asked in a census
            "learning",  # schooling of those
            "eaten",  # consumed in the month, bn 2011 $
            "kept",  # eaten by those at home: children and the old
            "saved",  # into hoards in the month, bn 2011 $
            "dead",
            "excess",  # of the dead: by hunger, war, camps
            "born",
        )
    ]
    + [
        ("grown", "f8", (len(LEANS),)),  # grown people by lean
        ("acting", "f8", (len(LEANS),)),  # grievance x ties, less fear, by lean
    ]
)
TALLY = np.dtype((np.record, _TALLY))
"""A country's sums over the citizens of one class (weight x quantity)."""
