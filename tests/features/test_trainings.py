"""Trainings in the store: whatever becomes of an entry's bytes, it is right or it is named."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from features.store.__main__ import main
from features.store.trainings import DamagedError, read_training, write_training

WEIGHTS = bytes(range(97))


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """An entry in a store."""
    about = {"head": "concat", "weights_sha256": sha256(WEIGHTS).hexdigest()}
    (tmp_path / "weights.safetensors").write_bytes(WEIGHTS)
    (tmp_path / "run.json").write_text(json.dumps(about))
    (tmp_path / "history.csv").write_text("epoch,loss\n1,0.5\n")
    path = tmp_path / "store/runs/ab/abc.zip"
    path.parent.mkdir(parents=True)
    write_training(path, tmp_path)
    return path


def test_any_byte_that_is_another_is_told_or_changes_nothing(entry: Path):
    whole, right = entry.read_bytes(), read_training(entry)
    told = 0
    for place in range(len(whole)):
        for bit in (1, 128):
            entry.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
            try:
                assert read_training(entry) == right, place
            except DamagedError as error:
                assert str(entry) in str(error)
                told += 1
    assert told > len(whole)  # what is left are dates and marks that nobody reads


@pytest.mark.parametrize("length", [0, 1, 100, 300])
def test_an_entry_that_was_cut_off_is_told(entry: Path, length: int):
    entry.write_bytes(entry.read_bytes()[:length])
    with pytest.raises(DamagedError, match=r"abc\.zip"):
        read_training(entry)


def test_the_store_counts_it_by_its_head_and_names_it_when_damaged(entry: Path, capsys):
    store = str(entry.parents[2])
    assert main(["--store", store, "stats"]) == main(["--store", store, "verify"]) == 0
    said = capsys.readouterr().out
    assert "train        concat" in said and "1 entries, 0 damaged" in said
    damaged = bytearray(entry.read_bytes())
    damaged[60] ^= 1
    entry.write_bytes(damaged)
    assert main(["--store", store, "stats"]) == 0 and main(["--store", store, "verify"]) == 1
    said = capsys.readouterr().out
    assert "damaged                 " in said and "abc.zip" in said
