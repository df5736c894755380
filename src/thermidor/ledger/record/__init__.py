"""Tests of the chapter's claims on the historical record, by name.

A test is a function of one argument: `test()` is what the record says; `test(shuffle=k)` is what it says once whole
histories of countries were exchanged (draw k), so that nothing but chance is left. Those that can be shuffled stand in
`SHUFFLED`; the others raise ValueError for it. Which claim a test belongs to, and what the claim expects, stands in
the ledger's entries.
"""

from __future__ import annotations

from collections.abc import Callable

from thermidor.ledger.record import codings, coercion, ends, forms, growth, living, postwar, respect, slowdown, spread
from thermidor.ledger.record.found import Dot, Found, Reading

_CASES: tuple[Callable[..., Found], ...] = (
    coercion.administrative_share,
    coercion.cuts_grow_back,
    coercion.declared_and_done,
    coercion.employees_of_the_state,
    coercion.executions_in_the_worst_scarcity,
    coercion.kind_of_force,
    coercion.people_in_camps,
    coercion.soldiers_then_and_later,
    coercion.thinned_towns,
    codings.codings_of_the_first_years,
    codings.regimes_that_joined,
    ends.blows_by_year,
    ends.divided_vote,
    ends.early_blows,
    ends.elite_continuity,
    ends.growth_while_the_apparatus_grew,
    ends.property_kept,
    ends.resistance_to_restoration,
    ends.whose_votes_moved,
    growth.counterfactuals,
    growth.official_and_revised_growth,
    growth.pace_never_had,
    growth.slump_between_the_wars,
    living.consumption_per_head,
    living.outside_the_plan,
    living.pay_and_growth,
    living.pay_spread,
    living.privilege_with_product,
    living.set_aside,
    living.top_hundredth_over_time,
    living.wages_in_towns,
    slowdown.product_beside_the_frontier,
    spread.ends_from_above,
    spread.party_without_the_plan,
    spread.political_revolutions_won,
)
_MANY: tuple[Callable[..., Found], ...] = (
    codings.access_in_the_first_year,
    codings.after_the_revolution,
    codings.alike_in_politics,
    forms.boom_under_the_second_empire,
    forms.command_forms,
    forms.end_of_command_and_cities,
    forms.end_of_command_and_growth,
    forms.switches_of_form,
    growth.growth_beyond_the_start,
    growth.growth_in_the_first_plans,
    growth.steel_in_the_first_plans,
    living.top_hundredth_beside_others,
    postwar.growth_after_the_war,
    postwar.growth_after_the_war_in_europe,
    respect.access_and_inequality,
    respect.integrity_on_inequality,
    respect.integrity_on_product,
    respect.integrity_on_product_within,
    respect.integrity_on_schooling,
    respect.integrity_on_what_was_inherited,
    slowdown.growth_before_the_end,
    slowdown.leavers_and_growth,
    slowdown.plan_after_1973,
    slowdown.plan_after_1973_in_europe,
    slowdown.slowdown_with_level,
    spread.attempts_without_force,
    spread.where_it_began,
)

_BY_NAME = sorted((*_CASES, *_MANY), key=lambda test: test.__name__)
TESTS: dict[str, Callable[..., Found]] = {test.__name__: test for test in _BY_NAME}
"""Every test by name."""
SHUFFLED: tuple[str, ...] = tuple(sorted(test.__name__ for test in _MANY))
"""Tests whose countries can be exchanged."""

__all__ = ["SHUFFLED", "TESTS", "Dot", "Found", "Reading"]
