"""Events: the passages of a run, each found by one criterion in stored series, with the quantities that decided it."""

from __future__ import annotations

from thermidor.events.find import READS, each, find, happened
from thermidor.events.passages import PASSAGES
from thermidor.events.record import Event

__all__ = ["PASSAGES", "READS", "Event", "each", "find", "happened"]
