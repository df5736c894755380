"""The mechanisms of the model, read from its source: docstring, rules read, variables read and set. Nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

DOCS = Path(__file__).parent
SOURCE = DOCS.parent / "src" / "thermidor"
LABELS = ("Equation", "Claims", "Assumes", "Signs", "Leaves out")


@dataclass(frozen=True)
class Mechanism:
    """One function that stands for a mechanism.

    parts   the labelled paragraphs of its docstring, by label
    rules   rules it reads, in the order of reading; reads, writes: fields of the country it reads and sets
    """

    name: str
    step: str
    file: str
    sentence: str
    parts: dict[str, str]
    rules: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The function's name in words."""
        return self.name.replace("_", " ").capitalize()

    @property
    def claims(self) -> tuple[str, ...]:
        """Claims that the docstring names."""
        return tuple(re.findall(r"P\d\d[abc]?", self.parts.get("Claims", "")))


@lru_cache(maxsize=1)
def month_order() -> tuple[str, ...]:
    """The steps in the order in which `month.py` calls them."""
    functions = functions_of("month.py")
    files = {file.stem for file in (SOURCE / "steps").glob("*.py")}

    def called(name: str) -> list[str]:
        found = []
        for call in calls(functions[name]):
            if call in functions and call != name:
                found += called(call)
            elif call in files:
                found.append(call)
        return found

    return tuple(called("months"))


@lru_cache(maxsize=1)
def mechanisms() -> tuple[Mechanism, ...]:
    """Every mechanism, step by step, in the order in which a step's file and the files it calls hold them."""
    return tuple(found for step in month_order() for found in of_step(step))


def of_step(step: str) -> list[Mechanism]:
    """The mechanisms of one step: of its own file and of the passages or the citizen that it calls."""
    home = f"steps/{step}.py"
    files = [*other_files(home), home] if step == "transform" else [home, *other_files(home)]
    found = []
    for file in files:
        for function in functions_of(file).values():
            sentence, parts = read_docstring(function)
            if parts:
                found.append(mechanism(function, step, file, sentence, parts))
    return found


def other_files(file: str) -> list[str]:
    """Files of passages and of the citizen that a step imports, in the order in which it calls them."""
    modules = [n.module or "" for n in ast.walk(tree(file)) if isinstance(n, ast.ImportFrom)]
    inner = [m.removeprefix("thermidor.") for m in modules]
    files = [f"{m.replace('.', '/')}.py" for m in inner if m.startswith("passages.") or m == "citizen"]
    order = [name for function in functions_of(file).values() for name in calls(function)]

    def first_call(other: str) -> int:
        return min((order.index(name) for name in functions_of(other) if name in order), default=len(order))

    return sorted(files, key=first_call)


def mechanism(function: ast.FunctionDef, step: str, file: str, sentence: str, parts: dict[str, str]) -> Mechanism:
    """A function as a mechanism."""
    reads, writes, rules = [], [], []
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "rules":
                rules.append((node.lineno, node.col_offset, node.attr))
            elif node.value.id == "c":
                (writes if isinstance(node.ctx, ast.Store) else reads).append((node.lineno, node.col_offset, node.attr))
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Attribute)
        ):
            writes.append((node.lineno, node.col_offset, node.value.attr))

    def in_order(places: list[tuple[int, int, str]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for *_, name in sorted(places)))

    return Mechanism(function.name, step, file, sentence, parts, in_order(rules), in_order(reads), in_order(writes))


def read_docstring(function: ast.FunctionDef) -> tuple[str, dict[str, str]]:
    """The first sentence of a docstring and its labelled paragraphs; the paragraphs are empty for a plain helper."""
    first, _, rest = (ast.get_docstring(function) or "").partition("\n")
    parts: dict[str, str] = {}
    label = ""
    for line in rest.strip().splitlines():
        head, colon, text = line.partition(":")
        if colon and head in LABELS:
            label = head
            parts[label] = text.strip()
        elif label and line.strip():
            parts[label] += " " + line.strip()
    return first, parts


@cache
def tree(file: str) -> ast.Module:
    """The syntax tree of a file of the source."""
    return ast.parse((SOURCE / file).read_text(encoding="utf-8"))


def functions_of(file: str) -> dict[str, ast.FunctionDef]:
    """The functions of a file, in written order."""
    return {node.name: node for node in tree(file).body if isinstance(node, ast.FunctionDef)}


def calls(function: ast.FunctionDef) -> list[str]:
    """Names of the functions that a function calls, in written order."""
    found = [
        (n.lineno, n.col_offset, n.func.id)
        for n in ast.walk(function)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    ]
    return [name for *_, name in sorted(found)]


def step_docstring(step: str) -> str:
    """What the file of a step says of itself."""
    return ast.get_docstring(tree(f"steps/{step}.py")) or ""


def summary(step: str) -> str:
    """What a step does, in one sentence, without its name."""
    text = step_docstring(step).partition("\n")[0].partition(": ")[2]
    return text[:1].upper() + text[1:]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(cell(c) for c in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Text that can stand in a cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")
