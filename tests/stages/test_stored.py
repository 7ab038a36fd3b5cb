"""A clip read from shards, a window at a time or held in memory, is the clip in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from features.shards import Record
from features.track import State
from models.aligned import AlignedClip
from models.fusion import build
from models.recipe import Recipe
from models.training import Training
from stages.clips import read_assignments
from stages.on_grid import Grid, aligned_clip
from stages.stored import StoredClip, within
from tests.stages.planted import RECIPE, SPLITS, STREAMS, TARGETS, T, lay, lay_stream, records

LATE, EMPTY = 61, "e"  # steps of clip b; a clip of no steps
CUT = {"a": T, "b": LATE, "c": T, "d": T, EMPTY: 0}
ROW = 4 * 3 + 1  # bytes of a row of either stream and its mask


def rows() -> dict[str, dict[str, Record]]:
    """Of each clip, with steps that have no value or no label, and lengths that differ."""
    made = {clip: records(number, clip) for number, clip in enumerate(SPLITS)}
    for clip, each in made.items():
        for record in each.values():
            for name, column in record.columns.items():
                record.columns[name] = np.ascontiguousarray(column[: CUT[clip]])
        for stream in STREAMS:
            state = each[stream].columns["state"] = each[stream].columns["state"].copy()
            state[5:11] = State.NO_FACE
            each[stream].columns["values"][5:11] = np.nan
        labels = each["grid"].columns
        labels["labels.state"][3:7, 1], labels["labels"][3:7, 1] = State.UNLABELLED, np.nan
    return made


@pytest.fixture
def there(project) -> dict[str, dict[str, Record]]:
    """The records that lie on the grid of the working folder."""
    made = rows()
    lay_all(made)
    return made


def lay_all(made: dict[str, dict[str, Record]]) -> None:
    lay({clip: each["grid"] for clip, each in made.items()}, TARGETS)
    for name in STREAMS:
        lay_stream(name, {clip: each[name] for clip, each in made.items()})


def grid() -> Grid:
    return Grid(read_assignments(), STREAMS)


def stored(clip: str, *streams: str, targets: tuple[str, ...] | None = None) -> StoredClip:
    return grid().split(SPLITS[clip], streams or STREAMS, targets)[clip]


def in_memory(made: dict[str, dict[str, Record]], clip: str) -> AlignedClip:
    each = made[clip]
    return aligned_clip({s: each[s].columns for s in STREAMS}, each["grid"].columns)


def same(one: Any, other: Any) -> None:
    """Bit for bit; NaN is NaN."""
    torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)


WINDOWS = [(0, 10), (3, 8), (LATE - 7, LATE), (LATE - 1, LATE), (7, 7), (LATE, LATE), (0, LATE)]


@pytest.mark.parametrize("clip", ["a", "b"])
@pytest.mark.parametrize(("start", "stop"), WINDOWS)
def test_any_window_is_that_of_the_clip_in_memory(there, clip, start, stop):
    read, whole = stored(clip), in_memory(there, clip)
    for streams in (["audio", "text"], ["text"], []):
        same(read.rows(start, stop, streams), whole.rows(start, stop, streams))
    same(read.truth(start, stop), whole.truth(start, stop))


@pytest.mark.parametrize("clip", SPLITS)
def test_what_is_known_without_a_window_is_that_of_the_clip_in_memory(there, clip):
    read, whole = stored(clip), in_memory(there, clip)
    assert len(read) == len(whole) == CUT[clip]
    assert read.widths == whole.widths == {"audio": 3, "text": 3}
    same((read.labels, read.label_mask), (whole.labels, whole.label_mask))
    for stream in STREAMS:
        same(read.mask(stream), whole.mask(stream))


@pytest.mark.parametrize(
    ("targets", "columns"), [(("arousal", "valence"), [1, 0]), (("arousal",), [1])]
)
def test_labels_are_those_of_the_targets_that_are_asked_for_in_their_order(there, targets, columns):
    read, whole = stored("b", targets=targets), in_memory(there, "b")
    for truth in (read.truth(2, 9), read.held().truth(2, 9)):
        same(truth, tuple(part[:, columns] for part in whole.truth(2, 9)))
    same(read.labels, whole.labels[:, columns])
    same(read.label_mask, whole.label_mask[:, columns])


@pytest.mark.parametrize("clip", SPLITS)
def test_a_clip_that_is_held_is_the_same(there, clip):
    held, whole = stored(clip).held(), in_memory(there, clip)
    assert isinstance(held, AlignedClip)
    for part in ("tokens", "masks", "labels", "label_mask"):
        same(getattr(held, part), getattr(whole, part))


def test_rows_that_are_held_lie_in_memory_once(there):
    clip = stored("a")
    one, other = clip.held(), clip.held()
    for stream in STREAMS:
        mine, yours = (held.tokens[stream].numpy() for held in (one, other))
        assert np.shares_memory(mine, yours)
        shards = clip.streams[stream]
        assert np.shares_memory(mine, shards.outline("a").columns["values"].mapped())


def test_rows_that_are_held_are_the_file_as_the_system_has_it(there):
    """What all processes of the machine share: not a copy of its bytes."""
    held = stored("a", "audio").held()
    file = str(Path("data/align/audio").resolve())
    address = held.tokens["audio"].data_ptr()
    lines = [line.split() for line in Path("/proc/self/maps").read_text().splitlines()]
    ends = [(*(int(end, 16) for end in line[0].split("-")), line[-1]) for line in lines]
    (mapped,) = [path for first, end, path in ends if first <= address < end]
    assert mapped.startswith(file)


def test_as_many_clips_are_held_as_there_is_room_for_all_or_none(there):
    clips = grid().split("train", STREAMS)
    needed = (T + LATE) * 2 * ROW
    assert sum(clip.nbytes() for clip in clips.values()) == needed
    held, left = within(clips, needed + 17)
    assert left == 17 and list(held) == ["a", "b"]
    assert all(isinstance(clip, AlignedClip) for clip in held.values())
    assert within(clips, needed - 1) == (clips, needed - 1)
    assert within(clips, 0) == (clips, 0)


@pytest.mark.parametrize("steps", [(4, 9), (0, 1)])
def test_a_window_reads_its_own_rows_alone(there, monkeypatch, steps):
    clip, read = stored("a"), []
    clip.rows(0, 1, STREAMS)  # files are opened
    preadv = os.preadv

    def counted(file: int, buffers: Any, offset: int) -> int:
        found = preadv(file, buffers, offset)
        read.append(found)
        return found

    monkeypatch.setattr(os, "preadv", counted)
    start, stop = steps
    clip.rows(start, stop, ["audio"])
    assert sum(read) == (stop - start) * ROW
    read.clear()
    clip.truth(start, stop)
    assert sum(read) == (stop - start) * 2 * (4 + 1)
    read.clear()
    assert clip.mask("text").sum() == T - 6 and sum(read) == T
    read.clear()
    assert clip.nbytes() == T * 2 * ROW and clip.widths and len(clip) and not read


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_rows_that_are_called_valid_and_are_not_finite_are_named(project, value):
    made = rows()
    made["b"]["text"].columns["values"][[20, 22], 1] = value
    lay_all(made)
    clip = stored("b")
    clip.rows(0, 20, ["text"])
    clip.rows(15, 40, ["audio"])
    message = (
        r"clip 'b': text has 2 rows between steps 15 and 40 that its mask calls valid but are not "
        r"finite"
    )
    with pytest.raises(ValueError, match=message):
        clip.rows(15, 40, ["audio", "text"])
    with pytest.raises(ValueError, match=r"'text'\] has 2 rows that its mask calls") as failure:
        clip.held()
    assert failure.value.__notes__ == ["in clip 'b'"]


def test_a_training_on_stored_clips_has_the_bits_of_one_in_memory(there):
    several = {k: v for k, v in RECIPE.items() if k not in ("models", "threads")}
    recipe = Recipe(**{**several, "epochs": 3})
    targets = {name: (low, high) for name, (low, high) in TARGETS.items()}

    def fit(train: Any, val: Any) -> Training:
        def make() -> Any:
            return build("grjca", {"audio": 3, "text": 3}, 10, 2, channels=channels)

        channels = {"audio": [5], "text": [7]}
        made = Training(make, train, val, targets, recipe, seed=1)
        list(made.epochs())
        return made

    split = {side: grid().split(side, STREAMS) for side in ("train", "val")}
    on_disk = fit(split["train"], split["val"])
    held = fit(*(within(clips, 1e9)[0] for clips in split.values()))
    copied = fit(*({c: in_memory(there, c) for c in clips} for clips in split.values()))
    for other in (held, copied):
        assert other.history == on_disk.history
        same(other.weights, on_disk.weights)
