"""Rules that were only written otherwise: an earlier digest whose numbers are the present ones, to the last bit.

`python -m validation.alike COMMIT` lives every scenario under both and compares; what was made under the earlier digest
then stands as it is, and can be branched. A checkpoint is stricter: it holds a state, and asks for the very same code.
"""

from thermidor.jit import rules_digest

REWRITTEN = {digest: "08969e5faf782c6a" for digest in ("784f0306a3aa3ca9", "6e101bea7a9e738b")}
"""Which digest gives the numbers of which later one. A table of life is written for all classes at once."""


def still_so(digest: str) -> bool:
    """Whether what was made under the rules of a digest would be the same under the present ones."""
    return alike(digest, rules_digest())


def alike(one: str, other: str) -> bool:
    """Whether the rules of two digests give the same numbers. Their first eight figures will do."""
    return _latest(one)[:8] == _latest(other)[:8]


def _latest(digest: str) -> str:
    """The digest under which the same rules are known now."""
    return next((later for earlier, later in REWRITTEN.items() if earlier.startswith(digest)), digest)
