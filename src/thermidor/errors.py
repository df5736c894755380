"""The few errors that a user meets, each one clear message.

Bad input is refused before any work begins; the command line prints the message and ends with code 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class InputError(ValueError):
    """Bad input: what is wrong, where (file:line: key), why, how to mend it, and what else is wrong.

    `str(error)` is one message; parts left empty are left out. `also` holds further problems, one line each.
    """

    def __init__(self, what: str, where: str = "", why: str = "", mend: str = "", also: Sequence[str] = ()) -> None:
        self.what, self.where, self.why, self.mend, self.also = what, where, why, mend, tuple(also)
        parts = [("where", where), ("why", why), ("mend", mend), *(("also", text) for text in also)]
        super().__init__("\n".join([what, *(f"  {label}: {text}" for label, text in parts if text)]))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str, str, tuple[str, ...]]]:
        """Pickle with all parts, so that a worker process can hand the error on."""
        return type(self), (self.what, self.where, self.why, self.mend, self.also)


class RunError(RuntimeError):
    """A run that went wrong inside: which variable of which country, in which step and month."""

    def __init__(self, country: str, step: str, variable: str, month: str, why: str = "is not a number") -> None:
        self.country, self.step, self.variable, self.month, self.why = country, step, variable, month, why
        super().__init__(f"{country}, {month}: {variable} {why} after the step {step}")

    def __reduce__(self) -> tuple[type[RunError], tuple[str, str, str, str, str]]:
        """Pickle with all parts."""
        return type(self), (self.country, self.step, self.variable, self.month, self.why)


class Interrupted(Exception):
    """A run stopped on request before its end; nothing of it is kept."""


class Stopped(RuntimeError):
    """Long work that stopped before its end through no fault of what was asked; what was finished is kept."""


def nearest(name: str, options: Iterable[str], cutoff: float = 0.55) -> str:
    """Suggest the option nearest to `name`: "did you mean 'x'?", or "" if none is near (likeness from `cutoff` on)."""
    found = difflib.get_close_matches(name[:80], list(options), n=1, cutoff=cutoff)
    return f"did you mean '{found[0]}'?" if found else ""
