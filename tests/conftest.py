"""What holds for the whole suite."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import pytest

signal.signal(signal.SIGINT, signal.default_int_handler)
"""A shell lets its children in the background ignore Ctrl-C, and they would let theirs."""
ENTRIES = {"month": ("months", "before", "chunks", "after"), "society": ("settle", "census")}


@pytest.fixture(scope="session", autouse=True)
def each_entry_is_compiled_for_one_kind_of_arguments() -> Iterator[None]:
    """Whatever the tests have handed in, no entry was compiled twice: that costs a user many seconds, unannounced."""
    yield
    for module, names in ENTRIES.items():
        if loaded := sys.modules.get(f"thermidor.{module}"):
            found = {name: len(getattr(getattr(loaded, name), "signatures", ())) for name in names}
            assert max(found.values()) <= 1, f"compiled for several kinds of arguments: {found}"
