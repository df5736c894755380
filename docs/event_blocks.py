"""The parts of the page on events that are made from the code: the passages, and the quantities that decide them."""

from __future__ import annotations

from thermidor.country import CENTRES, UNITS
from thermidor.events.passages import PASSAGES
from thermidor.events.quantities import QUANTITIES, Quantity


def passages_block() -> str:
    """Every passage with its criterion and what is recorded of it."""
    lines = ["| passage | occurs where | recorded with it |", "| --- | --- | --- |"]
    power = PASSAGES["revolution"].decided
    for name, passage in PASSAGES.items():
        own = [f"`{each}`" for each in passage.decided if not set(power) <= set(passage.decided) or each not in power]
        shared = ["what may decide who holds power"] if set(power) <= set(passage.decided) else []
        lines.append(f"| **{name}** | {passage.criterion} | {', '.join([*shared, *own])} |")
    power_words = ", ".join(f"`{each}`" for each in power)
    return "\n".join([*lines, "", f"What may decide who holds power: {power_words}."])


def quantities_block() -> str:
    """Every quantity: its variable, the month in which it is read, and when a table tells it."""
    lines = ["| quantity | variable | unit | read | told |", "| --- | --- | --- | --- | --- |"]
    for name, quantity in QUANTITIES.items():
        variable = quantity.variable.format(who="GAINS", whom="LOSES")
        unit = UNITS[quantity.variable.format(who=CENTRES[0], whom=CENTRES[0])]
        lines.append(f"| `{name}` | `{variable}` | {unit} | {_read(name, quantity)} | {_told(quantity)} |")
    return "\n".join(lines)


def _read(name: str, quantity: Quantity) -> str:
    if name == "pace":
        return "its fall over the year before, a year"
    if name == "reached":
        return "its lowest before it comes back to the threshold"
    when = {1: "end of the month before", 0: "in the month", -2: "two months on"}[quantity.before]
    return f"{when}; of the country it comes from" if name == "might_against" else when


def _told(quantity: Quantity) -> str:
    if not quantity.words:
        return "with another"
    by = f" of `{quantity.of}`" if quantity.of else ""
    senses = {
        "": "always",
        ">=": f"from {quantity.level:g}{by} up",
        "<": f"below {quantity.level:g}{by}",
        "<>": f"where it differs by {quantity.level:g} from `{quantity.of}`",
    }
    only = [how for how in quantity.only if how]
    where = [f"only if: {', '.join(only)}"] if only else []
    where += [f"where it is the {CENTRES[centre]} that gains or loses" for centre in quantity.concerns]
    return "; ".join([senses[quantity.sense], *where])
