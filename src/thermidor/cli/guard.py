"""How the program ends: 0 when all went well, 1 when a run failed, 2 for bad input, 130 when interrupted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from thermidor.errors import InputError, Interrupted, RunError, Stopped

RUN_FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


class InterruptedLate(Interrupted):
    """Interrupted when the run had been kept already; its text says what is whole."""


@contextmanager
def plain_endings() -> Iterator[None]:
    """Turn the errors that a user can meet into one message on stderr and an exit code; no traceback."""
    try:
        yield
    except InputError as error:
        raise _end(str(error), BAD_INPUT) from None
    except typer.BadParameter as error:
        error.message = error.message.replace("Value error, ", "").replace("Input should", "it must")
        raise
    except (RunError, Stopped) as error:
        raise _end(str(error), RUN_FAILED) from None
    except InterruptedLate as stop:
        raise _end(str(stop), INTERRUPTED) from None
    except (KeyboardInterrupt, Interrupted):
        raise _end("interrupted; nothing was kept", INTERRUPTED) from None
    except MemoryError:
        raise _end("out of memory: ask for fewer citizens, months or replicates", RUN_FAILED) from None


def _end(message: str, code: int) -> typer.Exit:
    print(f"thermidor: {message}", file=sys.stderr)
    return typer.Exit(code)


class Guarded(TyperGroup):
    """A group of commands of which each ends plainly."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        with plain_endings():
            return super().invoke(ctx)
