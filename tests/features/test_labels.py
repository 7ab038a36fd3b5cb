"""Labels before the grid: kept in a shard and read back, each target with its own rows."""

from __future__ import annotations

import numpy as np
import pytest

from features.labels import keep_labels, read_labels
from features.shards import Shards, write
from features.track import State, track

TARGETS = ("valence", "arousal", "dominance")


def made(rows: int, first: float = 0.0):
    """A track of so many rows, every third of which nobody labelled."""
    state = [State.UNLABELLED if i % 3 == 2 else State.OK for i in range(rows)]
    return track(np.arange(rows).reshape(-1, 1) / 7 + first, np.arange(rows) * 0.04 + first, state)


def same(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(getattr(one[t], x), getattr(other[t], x), equal_nan=True)
        for t in one
        for x in ("values", "times", "state")
    )


LABELS = {
    "all of different lengths": {"valence": made(5), "arousal": made(2, 1.0), "dominance": made(7)},
    "the first and the last": {"dominance": made(3, 0.5), "valence": made(11)},
    "the one between": {"arousal": made(13, 2.0)},
    "none": {},
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_come_back_as_they_were_kept(labels):
    found = read_labels(keep_labels("a", labels, TARGETS), TARGETS)
    assert same(found, labels)
    assert list(found) == [target for target in TARGETS if target in labels]


def test_a_shard_gives_back_the_labels_of_every_clip(tmp_path):
    kept = {str(i): keep_labels(str(i), x, TARGETS) for i, x in enumerate(LABELS.values())}
    (tmp_path / "labels").mkdir()
    write(tmp_path / "labels/000.h5", {"kind": "labels"}, lambda: kept.values())
    shards = Shards(tmp_path / "labels")
    for clip, labels in zip(kept, LABELS.values(), strict=True):
        assert same(read_labels(shards[clip], TARGETS), labels)
        assert shards[clip].content == kept[clip].content


def test_the_record_has_a_row_for_each_target_and_ragged_arrays():
    record = keep_labels("a", LABELS["the first and the last"], TARGETS)
    assert (record.clip, record.source, len(record)) == ("a", "labels", 3)
    assert record.columns["rows"].tolist() == [11, 0, 3]
    assert all(ends.tolist() == [11, 11, 14] for ends, _ in record.blobs.values())
    types = {name: items.dtype for name, (_, items) in record.blobs.items()}
    assert types == {"times": np.float64, "values": np.float32, "state": np.uint8}


def test_a_track_without_rows_is_no_track():
    labels = {"valence": made(0), "arousal": made(2)}
    assert list(read_labels(keep_labels("a", labels, TARGETS), TARGETS)) == ["arousal"]


def test_labels_of_what_is_no_target_are_refused_with_the_nearest():
    said = "clip 'a': no target named 'valnce'; .* Did you mean 'valence'"
    with pytest.raises(ValueError, match=said):
        keep_labels("a", {"valnce": made(2)}, TARGETS)


def test_labels_of_two_values_a_row_are_refused():
    pair = track(np.zeros((5, 2)), np.arange(5))
    with pytest.raises(ValueError, match=r"clip 'a': labels of 'valence' must be \(T, 1\), got \("):
        keep_labels("a", {"valence": pair}, TARGETS)


def test_a_record_of_other_targets_is_refused():
    record = keep_labels("a", {"valence": made(2)}, TARGETS[:2])
    with pytest.raises(
        ValueError, match="has labels of 2 targets, expected 3: valence, arousal, d"
    ):
        read_labels(record, TARGETS)
