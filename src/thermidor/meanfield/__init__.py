"""The mean-field twin: the country without individuals, as ordinary differential equations of the same rules.

`conditions` holds what stands still or moves slowly, `pressures` what follows at once from state and conditions,
`equations` the right-hand sides, `solve` the courses, fixed points and their stability.
"""

from thermidor.meanfield.conditions import Conditions, conditions_from, each_of, mean_rules, start_from
from thermidor.meanfield.equations import SLOW, STATES, flow
from thermidor.meanfield.pressures import Pressures, pressures
from thermidor.meanfield.solve import KEPT, FixedPoints, course, fixed_points, jacobian, kept, plane, step

__all__ = [
    "KEPT",
    "SLOW",
    "STATES",
    "Conditions",
    "FixedPoints",
    "Pressures",
    "conditions_from",
    "course",
    "each_of",
    "fixed_points",
    "flow",
    "jacobian",
    "kept",
    "mean_rules",
    "plane",
    "pressures",
    "start_from",
    "step",
]
