"""What is planted in media whose clocks lie is found on the grid when it was shown, heard, said and
labelled: a corpus of all of them at once, from ingest to align.

Labels step up and a word is said at the last flash of a clip, or at its last click if it shows
nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from features.grid import grid, onto
from features.manifest import Clip
from features.media.seen import seen
from features.shards import Shards
from features.track import State, track
from features.words import read_words
from stages import align, audio, transcripts
from stages import grid as grid_stage
from stages.clips import read_clips
from stages.ingest import stage as ingest
from stages.params import Extraction
from stages.paths import GRID, REJECTED, TRANSCRIPTS, aligned
from stages.streams import Stream
from stages.timing import Timing
from tests.features.planted_clocks import GAPS, JUMPS
from tests.features.planted_files import LENGTHS, ORDINARY
from tests.features.planted_streams import CLICK_S, FLASH_S
from tests.features.planted_truth import Planted
from tests.features.planted_wild import WILD
from tests.repo import PARAMS
from tests.stages.sections import choose

FILES = {**ORDINARY, **LENGTHS, **JUMPS, **WILD, **GAPS}
STEP = PARAMS["grid"]["step_s"]
AROUND = 0.35  # s on either side of what is looked for, in which there is nothing else
LABELS_HZ = 25
INGEST = {**PARAMS["ingest"], "corpus": "folder", "shares": {"train": 1.0}}


@dataclass(frozen=True)
class Made:
    """The corpus, ingested and aligned: what is true of each file, and its clip; by its name."""

    truths: Mapping[str, Planted]
    clips: Mapping[str, Clip]

    def event(self, name: str) -> float:
        return event(self.truths[name])

    def on_grid(self, name: str) -> np.ndarray:
        return grid(self.clips[name].info.duration, STEP)


def event(truth: Planted) -> float:
    """When labels step up and a word is said, s."""
    return (truth.flashes or truth.clicks)[-1]


def id_of(name: str) -> str:
    return re.sub(r"\W+", "_", name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    folder, scratch = (tmp_path_factory.mktemp(name) for name in ("project", "scratch"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("WORKERS", "1")
        patch.delenv("CLIP_STORE", raising=False)
        truths = lay(Path("corpus"), scratch)
        choose(targets=PARAMS["targets"], grid=PARAMS["grid"], align=PARAMS["align"])
        options = {**PARAMS["ingest"]["options"], "path": "corpus"}
        ingest.run(ingest.Params(**{**INGEST, "options": options}))
        transcripts.files.cache_clear()  # each stage is a process of its own
        transcripts.sentences.cache_clear()
        transcripts.run(transcripts.Params(**PARAMS["transcripts"]))
        audio.run(Extraction(**PARAMS["audio"]["voice"]), "voice")
        grid_stage.run(Timing(**PARAMS["grid"]))
        align.run(Stream(**PARAMS["align"]["voice"]), "voice")
        clips = {clip.id: clip for clip in read_clips()}
        yield Made(truths, {name: clips[id_of(name)] for name in FILES if id_of(name) in clips})


def lay(corpus: Path, scratch: Path) -> dict[str, Planted]:
    """Write the corpus -> what is true of each file."""
    for part in ("media", "labels", "transcripts"):
        (corpus / part).mkdir(parents=True)
    truths = {}
    for name, maker in FILES.items():
        place, clip = scratch / id_of(name), id_of(name)
        place.mkdir()
        truth = truths[name] = maker(place)
        truth.path.rename(corpus / "media" / f"{clip}{truth.path.suffix}")
        at = event(truth)
        times = np.arange(round(truth.seconds * LABELS_HZ)) / LABELS_HZ
        rows = "".join(f"{t},{float(t >= at)},0\n" for t in times)
        (corpus / f"labels/{clip}.csv").write_text(f"time,valence,arousal\n{rows}")
        said = f"word,start,end\nbefore,0,0.1\nnow,{at - 0.05},{at + 0.05}\n"
        (corpus / f"transcripts/{clip}.csv").write_text(said)
    return truths


def centre(times: np.ndarray, values: np.ndarray, near: float) -> float:
    """The moment around which values (T,) are above their floor, near that one, s."""
    height = np.nan_to_num(values - np.nanmin(values)) * (abs(times - near) < AROUND)
    height[height < height.max() / 2] = 0
    return float((times * height).sum() / height.sum())


def test_no_clip_of_the_corpus_is_lost(made):
    assert [json.loads(line) for line in REJECTED.read_text().splitlines()] == []
    assert list(made.clips) == list(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_click_is_on_the_grid_when_it_was_made(made, name):
    clicks, times = made.truths[name].clicks, made.on_grid(name)
    voice = Shards(aligned("voice"))[made.clips[name].id].columns
    if not clicks:
        assert set(voice["state"][:]) == {State.ABSENT}
        return
    middle = clicks[-1] + CLICK_S / 2
    loudness = voice["values"][:, : PARAMS["audio"]["voice"]["options"]["n_mels"]].mean(axis=1)
    assert centre(times, loudness, middle) == pytest.approx(middle, abs=STEP / 2)


@pytest.mark.parametrize("name", FILES)
def test_a_flash_is_on_the_grid_when_it_was_shown(made, name):
    flashes, clip = made.truths[name].flashes, made.clips[name]
    shown = [(f.time, float(f.image.mean())) for f in seen(clip) if f.image is not None]
    if not flashes:
        assert shown == []
        return
    times, light = np.array(shown).T
    middle = flashes[-1] + FLASH_S / 2
    on = onto(track(light[:, None], times), made.on_grid(name), STEP, "mean", 0.2)
    assert centre(made.on_grid(name), on.values[:, 0], middle) == pytest.approx(
        middle, abs=STEP / 2
    )


@pytest.mark.parametrize("name", FILES)
def test_a_word_is_on_the_grid_when_it_was_said(made, name):
    words = read_words(Shards(TRANSCRIPTS)[made.clips[name].id])
    assert words is not None and [word.text for word in words] == ["before", "now"]
    middles = [(word.start + word.end) / 2 for word in words]
    on = onto(track([[0.0], [1.0]], middles), made.on_grid(name), STEP, "nearest", STEP)
    found = centre(made.on_grid(name), on.values[:, 0], made.event(name))
    assert found == pytest.approx(made.event(name), abs=STEP / 2 + 1e-6)


@pytest.mark.parametrize("name", FILES)
def test_labels_step_up_on_the_grid_when_the_annotator_did(made, name):
    columns = Shards(GRID)[made.clips[name].id].columns
    times, valence = columns["times"][:], columns["labels"][:, 0]
    first = np.ceil(made.event(name) * LABELS_HZ) / LABELS_HZ  # label after it
    assert len(times) == pytest.approx(made.truths[name].seconds / STEP, abs=2)
    step = times[np.argmax(valence > 0.5)] - STEP / 2
    assert step == pytest.approx(first, abs=STEP / 2 + 1e-6)
