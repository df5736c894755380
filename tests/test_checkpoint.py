"""Checkpoints: what is saved comes back, and what can't be trusted is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from thermidor.country import COUNTRY
from thermidor.errors import InputError
from thermidor.runs import checkpoint

PLAIN = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text()
ARRAYS = arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, min_side=0))


def state():
    world = np.zeros(2, COUNTRY)
    world["output"] = [1.5, 2.5]
    return {"month": 24, "seed": 2**60 + 1, "world": world, "ids": np.arange(5, dtype="u4"), "name": "here"}


@given(st.dictionaries(st.text(st.characters(categories=["L"]), min_size=1), PLAIN | ARRAYS, max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_state_comes_back(tmp_path_factory, state):
    path = checkpoint.save(state, tmp_path_factory.mktemp("c") / "state.npz")
    found = checkpoint.load(path)
    assert set(found) == set(state)
    for key, value in state.items():
        assert type(found[key]) is type(value)
        if isinstance(value, np.ndarray):
            assert found[key].dtype == value.dtype and found[key].tobytes() == value.tobytes()
        else:
            assert found[key] == value


def test_records_come_back_writable(tmp_path):
    found = checkpoint.load(checkpoint.save(state(), tmp_path / "c.npz"))
    assert found["world"].dtype == COUNTRY and found["world"]["output"].tolist() == [1.5, 2.5]
    assert found["seed"] == 2**60 + 1 and found["world"].flags.writeable and found["world"].flags.c_contiguous


def test_key_may_be_called_as_the_header(tmp_path):
    path = checkpoint.save({"header": np.arange(2), "file": np.arange(3)}, tmp_path / "c")
    assert path.name == "c" and checkpoint.load(path)["header"].tolist() == [0, 1]


def test_other_rules_are_refused_unless_told(tmp_path, monkeypatch):
    path = checkpoint.save(state(), tmp_path / "c.npz")
    monkeypatch.setattr(checkpoint, "_rules_code", lambda: "another")
    with pytest.raises(InputError, match=r"other rules(.|\n)*another(.|\n)*other_rules=True"):
        checkpoint.load(path)
    assert checkpoint.load(path, other_rules=True)["month"] == 24


def test_other_schema_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "SCHEMA", 2)
    path = checkpoint.save(state(), tmp_path / "c.npz")
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"it is 2, .* reads 1"):
        checkpoint.load(path, other_rules=True)


def test_objects_are_refused_and_nothing_is_written(tmp_path):
    for value in (np.array([{}], dtype=object), {"a": 1}, [1]):
        with pytest.raises(TypeError, match="'bad'"):
            checkpoint.save({"bad": value}, tmp_path / "c.npz")
    assert list(tmp_path.iterdir()) == []


def test_failed_save_keeps_the_old_one(tmp_path, monkeypatch):
    path = checkpoint.save(state(), tmp_path / "c.npz")
    before = path.read_bytes()

    def half(file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", half)
    with pytest.raises(InputError, match="the disk is full"):
        checkpoint.save(state(), path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["c.npz"]


def test_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        checkpoint.save(state(), tmp_path / "file" / "c.npz")


def spoil(how):
    def spoiled(path):
        data = path.read_bytes()
        path.write_bytes(how(data))

    return spoiled


def other_header(path):
    np.savez(path, header=np.asarray(json.dumps({"kind": "other"})))


def pickled(path):
    np.save(path.with_suffix(".npy"), np.array([Path], dtype=object), allow_pickle=True)
    path.with_suffix(".npy").rename(path)


DAMAGE = {
    "empty": spoil(lambda data: b""),
    "text": spoil(lambda data: b"not an archive"),
    "cut": spoil(lambda data: data[: len(data) // 2]),
    "changed": spoil(lambda data: data.replace(np.float64(1.5).tobytes(), np.float64(1.25).tobytes())),
    "another's": lambda path: np.savez(path, a=np.arange(3)),
    "header of another": other_header,
    "header no text": lambda path: np.savez(path, header=np.arange(3)),
    "one array": lambda path: (np.save(path.with_suffix(".npy"), np.arange(3)), path.with_suffix(".npy").rename(path)),
    "pickled": pickled,
    "folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_checkpoint_is_refused(tmp_path, damage):
    path = checkpoint.save(state(), tmp_path / "c.npz")
    assert checkpoint.load(path)
    damage(path)
    with pytest.raises(InputError, match="not a whole checkpoint"):
        checkpoint.load(path)


def test_missing_checkpoint(tmp_path):
    with pytest.raises(InputError, match="no such checkpoint"):
        checkpoint.load(tmp_path / "none.npz")


def test_model_goes_on_from_a_checkpoint(tmp_path):
    pytest.importorskip("thermidor.runs.simulate", exc_type=ImportError)
    miniature = Path(__file__).parent / "data" / "miniature.yaml"
    if not miniature.is_file():
        pytest.skip("no miniature scenario")
    from thermidor.rules import load_rules
    from thermidor.runs.simulate import resume, simulate
    from thermidor.scenarios import load_scenario, resolve

    start = resolve(load_scenario(miniature), 1, 0)
    asked = {"seed": 1, "replicate": 0, "citizens": 4000}
    whole = simulate(start, load_rules().record({}), months=26, **asked)
    half = simulate(start, load_rules().record({}), months=13, keep=True, **asked)
    rest = resume(checkpoint.load(checkpoint.save(half.state, tmp_path / "half.npz")), 13)
    assert np.array_equal(np.concatenate([half.series, rest.series]), whole.series)
