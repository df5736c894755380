"""False support of the ledger's tests on the record: whole country histories dealt anew, two hundred times."""

from __future__ import annotations

import numpy as np

from thermidor.ledger.entry import Look, shipped
from thermidor.ledger.judge import CONTRADICTED, SUPPORTED
from thermidor.ledger.record import SHUFFLED, TESTS
from thermidor.ledger.work import LEVEL, holm, seen
from thermidor.runs.summary import interval
from validation.ensemble import Plan
from validation.page import Cell, Page, Table

TIMES, FEW = 200, 5


def report(plan: Plan) -> Page:
    """Shuffle every test that can be shuffled; how often it would have spoken, by itself and corrected."""
    times = FEW if plan.small else TIMES
    looks: dict[str, Look] = {look.test: look for entry in shipped() for look in entry.record}
    found = {name: [TESTS[name](shuffle=k) for k in range(times)] for name in SHUFFLED}
    rows: list[list[Cell]] = []
    for name in SHUFFLED:
        p = np.array([one.p for one in found[name]], dtype=np.float64)
        told = [seen(looks[name], one, one.p).verdict for one in found[name]]
        low, high = interval(float((p < LEVEL).mean()), times)
        rows.append([
            name.replace("_", " "), float((p < LEVEL).mean()), low, high, told.count(SUPPORTED) / times,
            told.count(CONTRADICTED) / times,
        ])  # fmt: skip
    any_false = []
    for k in range(times):
        corrected = holm({name: float(found[name][k].p or 1.0) for name in SHUFFLED})
        any_false.append(any(seen(looks[n], found[n][k], corrected[n]).verdict == SUPPORTED for n in SHUFFLED))
    share = float(np.mean(any_false))
    low, high = interval(share, times)
    about = (
        f"Which country belongs to which history was dealt by chance {times} times, so that there is nothing to find. "
        f"At least one test of {len(SHUFFLED)} supported its claim after Holm's correction in {100 * share:.1f}% of "
        f"the deals ({100 * low:.1f}% to {100 * high:.1f}%); the stated level is {100 * LEVEL:.0f}%."
    )
    heads = ("test", f"p below {LEVEL:g}", "from", "to", "supports", "contradicts")
    note = "Uncorrected, test by test; from and to: the 95% interval of the first share."
    return Page("False support by the record", about, [Table("shuffles", "By test", heads, rows, note)], plan)
