"""Every number has a home: in the equations of steps, passages and citizens stand names, not numbers.

A number that could be otherwise is a rule (with a unit, a range and a source), or, where it belongs to the start
alone, a named constant of `society.py`. What may stand in an equation is what could not be otherwise.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "thermidor"
FILES = [SOURCE / "citizen.py", *sorted(SOURCE.glob("steps/*.py")), *sorted(SOURCE.glob("passages/*.py"))]
ANYWHERE = {0, 1, 12}
"""Nothing and all, the bounds of an index, a mark for 'none' (-1), the months of a year."""
HALF = 0.5
"""Before a sum: the mean of two; taken from a share: what it has more than half."""
SHAPES = {
    "unit": set(),
    "logistic": set(),
    "bend": {0.5},
    "mean_of_four": {0.25},
    "divided": {4},
    "wander": {2},
}
"""What the shapes of `shapes.py` need for being what they are called."""
NAMED = {"MONTH", "TINY", "LN_TWO", "FAR", "CHUNK", "BLOCK", "DEGREE", "EARTH", "POLE", "GRAIN"}
"""Constants that belong to arithmetic, to the machine or to the earth."""


def numbers(file: Path) -> Iterator[tuple[ast.Constant, list[ast.AST]]]:
    """Every number in a file, with the nodes that it stands in, from the module inwards."""

    def inside(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.Constant, list[ast.AST]]]:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            yield node, around
        for child in ast.iter_child_nodes(node):
            yield from inside(child, [*around, node])

    yield from inside(ast.parse(file.read_text(encoding="utf-8")), [])


def has_a_home(number: ast.Constant, around: list[ast.AST]) -> bool:
    """Whether a number may stand where it stands."""
    parent = around[-1]
    if number.value in ANYWHERE:
        return True
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and parent.right is number:
        return number.value == 2
    if (
        isinstance(parent, ast.BinOp)
        and isinstance(parent.op, ast.Mult)
        and number.value == HALF
        and is_sum(parent.right)
    ):
        return True
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Sub) and parent.right is number:
        return number.value == HALF
    if isinstance(parent, ast.Subscript):
        return isinstance(number.value, int)
    functions = [node.name for node in around if isinstance(node, ast.FunctionDef)]
    if functions:
        return number.value in SHAPES.get(functions[-1], ())
    assigned = around[1] if len(around) > 1 else None
    if not isinstance(assigned, ast.Assign):
        return False
    names = {name.id for target in assigned.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names <= NAMED or (
        isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "range"
    )


def is_sum(node: ast.AST) -> bool:
    """Whether a term is a sum."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_every_number_has_a_home(file: Path) -> None:
    """Zero, one, twelve, a square, the half of a mean may stay; all else is a rule and is read by its name."""
    homeless = [
        f"{file.name}:{number.lineno}: {number.value}"
        for number, around in numbers(file)
        if not has_a_home(number, around)
    ]
    assert not homeless, "make these rules: " + ", ".join(homeless)


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        ("x = 0.35 * c.room", False),
        ("x = 1.0 - 2.0 * c.room", False),
        ("x = c.herd ** 0.35", False),
        ("x = 0.5 + c.room", False),
        ("x = 0.5 * c.room", False),
        ("x = max(c.room, 1e-6)", False),
        ("x = 0.5 - c.room", False),
        ("x = 0.5 * (c.room + c.norms)", True),
        ("x = c.room - 0.5", True),
        ("x = programme(c)[2]", True),
        ("x = (1.0 - c.norms) ** 2", True),
        ("x = 12.0 * c.births - 1", True),
    ],
)
def test_the_check_sees_what_it_should(tmp_path: Path, line: str, fine: bool) -> None:
    """Numbers of each kind that the equations once held are found."""
    file = tmp_path / "step.py"
    file.write_text(f"def step(c):\n    {line}\n", encoding="utf-8")
    assert all(has_a_home(number, around) for number, around in numbers(file)) is fine
