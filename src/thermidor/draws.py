"""Keyed draws: chance as a function, not a stream.

A draw is named by (seed, replicate, country, month, purpose, citizen). The same name gives the same
number whatever else is drawn, in any order, on any number of threads; a counterfactual therefore
differs from its base only where the change reaches. Mixing is the finaliser of splitmix64
(Steele, Lea and Flood 2014), applied twice so that no two streams are shifts of one another.
"""

from __future__ import annotations

import hashlib

import numpy as np

from thermidor.jit import compiled

# Purposes. Citizen draws first, then draws of the country as a whole. Append only: the number is the name.
# Not plain integers, for each of which the compiler would make functions of its own.
LIVING, DYING, MOVING, BEING_CHOSEN, MINDING = np.arange(5, dtype=np.uint8)
HARVEST, FORTUNE, SUCCESSION, DENUNCIATION, NERVE, CONTEST, BREAK, REPAIR = np.arange(16, 24, dtype=np.uint8)
MOVE_RECALL, MOVE_PAY, MOVE_ROTATION, MOVE_ARMS = np.arange(24, 28, dtype=np.uint8)
SIZE_RECALL, SIZE_PAY, SIZE_ROTATION, SIZE_ARMS = np.arange(28, 32, dtype=np.uint8)
NEW_LEADER, WINNER, LURCH, SEIZE, SEIZE_WHO, INVADE, INVADE_WHO, MAKE_PEACE = np.arange(32, 40, dtype=np.uint8)
START = np.uint8(48)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A = np.uint64(0xBF58476D1CE4E5B9)
MIX_B = np.uint64(0x94D049BB133111EB)
S30, S27, S31, S11, S8 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(8)
UNIT = 1.0 / 9007199254740992.0


@compiled
def mix(z):
    """Scramble 64 bits (splitmix64 finaliser)."""
    z = (z ^ (z >> S30)) * MIX_A
    z = (z ^ (z >> S27)) * MIX_B
    return z ^ (z >> S31)


@compiled
def month_key(country_key, month, purpose):
    """Key of one purpose in one month of one country (uint64)."""
    return mix(country_key ^ mix((np.uint64(month) << S8) + np.uint64(purpose) + GOLDEN))


@compiled
def uniform(key, i):
    """The draw of citizen `i` under `key`, in [0, 1)."""
    return float(mix(mix(np.uint64(i) * GOLDEN + MIX_A) ^ key) >> S11) * UNIT


@compiled
def chance(country_key, month, purpose):
    """One draw of the country as a whole, in [0, 1)."""
    return uniform(month_key(country_key, month, purpose), 0)


@compiled
def bell(country_key, month, purpose):
    """A draw of the country, mean 0, standard deviation 1: the sum of twelve uniform draws less six."""
    key = month_key(country_key, month, purpose)
    total = -6.0
    for i in range(12):
        total += uniform(key, i)
    return total


def country_key(seed: int, replicate: int, name: str) -> np.uint64:
    """Key of a country in one member of an ensemble: seed, replicate and the country's own name."""
    digest = hashlib.blake2b(f"{seed}|{replicate}|{name}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))
