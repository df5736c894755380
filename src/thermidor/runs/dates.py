"""Months as they are asked for: YYYY-MM, and among those that there are."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from thermidor.errors import InputError


def month_among(text: str, first: Any, last: Any, where: str) -> np.datetime64:
    """Read a month from `first` to `last`; `where` names what asks. Raises InputError for any other text."""
    first, last = (np.datetime64(str(end), "M") for end in (first, last))
    why = f"the months are {first} to {last}"
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise InputError(f"'{text[:80]}' is no month", where, why, "write it as YYYY-MM")
    month = np.datetime64(text, "M")
    if not first <= month <= last:
        raise InputError(f"there is no month {text}", where, why, "give one of these")
    return month
