"""Guard: posts and police by the inequality of consumption, in place of thermidor's `want_posts`.

The numbers of a rival's equations stand in the rival's own file, each with unit, range and source. They are compiled
in: an edit makes new code. What is only another *weight* of a mechanism that is there belongs into a theory.
"""

from thermidor.jit import compiled
from thermidor.steps.govern import (
    change_leader,
    count_conflicts,
    hire_and_dismiss,
    leave_room,
    purge,
    repress,
    rise_above_peers,
)
from thermidor.steps.shapes import TINY, toward, unit

SUPERVISORS = 0.06
"""Officials where one class consumes all, share of people; 0.02 to 0.12; assumed."""
GUARDS = 0.03
"""Police where one class consumes all, share of people; 0.01 to 0.06; assumed."""
LAG = 2.0
"""Time in which posts follow, years; 1 to 5; assumed."""


@compiled
def govern(c, rules, key, month):
    """As thermidor's step, but for the mechanism that makes posts and police."""
    count_conflicts(c, rules)
    want_guards(c, rules)
    rise_above_peers(c, rules)
    change_leader(c, rules, key, month)
    purge(c, rules, key, month)
    repress(c, rules)
    leave_room(c, rules)
    hire_and_dismiss(c, rules)


@compiled
def want_guards(c, rules):
    """The more unequal consumption is, the more people are kept to supervise and to guard.

    Equation: posts move in LAG towards posts_base + SUPERVISORS x inequality; police_posts in one year towards
    police_base + GUARDS x inequality + standing_army x arms_share; inequality = Gini coefficient of the classes'
    consumption a head.
    Claims: none of the chapter's; Bowles and Jayadev (2004) against them.
    Assumes: classes are alike inside.
    Signs: up with inequality; neither shortage, conflict, schooling nor norms move them.
    Leaves out: supervisors as a class of their own, private guards.
    """
    unequal = inequality(c)
    c.posts = toward(c.posts, rules.posts_base + SUPERVISORS * unequal, LAG)
    police = rules.police_base + GUARDS * unequal + rules.standing_army * c.arms_share
    c.police_posts = toward(c.police_posts, police, 1.0)


@compiled
def inequality(c):
    """Gini coefficient of consumption a head between classes, 0 (all alike) to 1."""
    people = eaten = gaps = 0.0
    for i in range(len(c.heads)):
        people += c.heads[i]
        eaten += c.heads[i] * c.eaten[i]
        for j in range(i):
            gaps += c.heads[i] * c.heads[j] * abs(c.eaten[i] - c.eaten[j])
    return unit(gaps / max(people * eaten, TINY))
