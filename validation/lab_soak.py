"""Whether the lab holds out: a class of students for a quarter of an hour, how long they wait, and memory meanwhile."""

from __future__ import annotations

import asyncio

import numpy as np

from validation import lab
from validation.ensemble import Plan
from validation.page import Cell, Page, Table

MINUTES = 15
HEADS = ("minutes", "memory, MB: least", "middle", "most")


def report(plan: Plan) -> Page:
    """Waiting times, and memory in five parts of the time."""
    seconds, students = (10.0, 3) if plan.small else (60.0 * MINUTES, lab.STUDENTS)
    came = asyncio.run(lab.crowd(students, seconds, plan.seed))
    parts: list[list[Cell]] = []
    for nth in range(5):
        first, last = nth * seconds / 5.0, (nth + 1) * seconds / 5.0
        held = [memory for at, memory in came.memory if first <= at < last]
        parts.append(
            [f"{first / 60.0:.0f} to {last / 60.0:.0f}", *(float(np.quantile(held, q)) for q in (0.0, 0.5, 1.0))]
        )
    words = f"{students} students, a move each {lab.EVERY:g} s, {seconds / 60.0:.0f} minutes"
    about = f"A class that goes on moving sliders. {lab.answered(came)}"
    tables = [
        Table("waits", "Seconds from a move to its picture", lab.HEADS, [lab.row(words, came.seconds)]),
        Table("memory", "Memory of the process", HEADS, parts),
    ]
    return Page("Whether the lab holds out", about, tables, plan)
