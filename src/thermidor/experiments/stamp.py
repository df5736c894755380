"""What decides a member's numbers beside its design: equal at a sweep's beginning and end, for client and workers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

READING = (
    "experiments/block.py",
    "experiments/outcomes.py",
    "experiments/plan.py",
    "experiments/points.py",
    "lenses/*.py",
    "lenses/*.yaml",
    "runs/simulate.py",
    "scenarios/*.py",
    "theories/*.py",
    "theories/*.yaml",
)
"""Code that places and starts a member and reads what it came to; the digest of the rules covers what lives it."""


def stamp() -> dict[str, str]:
    """Versions and digests of all code that decides a member's numbers."""
    from thermidor import __version__
    from thermidor.jit import rules_digest
    from thermidor.runs.manifest import version_of

    versions = {name: version_of(name) for name in ("numpy", "numba")}
    return {"thermidor": __version__, "rules_code": rules_digest(), "reading_code": reading_digest(), **versions}


@lru_cache(maxsize=1)
def reading_digest() -> str:
    """Digest (16 hex digits) of the code that starts members and reads them."""
    from thermidor.jit import PACKAGE

    digest = hashlib.sha256()
    for file in sorted(file for pattern in READING for file in PACKAGE.glob(pattern)):
        digest.update(file.relative_to(PACKAGE).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def differences(then: Mapping[str, str]) -> list[str]:
    """How another stamp differs from that of this process, in words."""
    now = stamp()
    return [f"{key} {then.get(key, 'unknown')}, here {now[key]}" for key in now if then.get(key) != now[key]]
