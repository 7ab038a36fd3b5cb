"""What is planted in a clip at a known time is found there on the grid, whatever the media do.

A clip of 5 s shows a bright picture and sounds a click at 2.6 s, says a word around it, and its
labels step up there; tables of the frames of the file, and of moments of the clip, have a number
there. Files differ in rate and container, in which stream starts late, and in how much lies before
and behind the clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.corpora.folder import build as folder
from features.extractor import build
from features.grid import grid, onto
from features.manifest import Clip, Transcript
from features.media.choosing import PLAYERS
from features.media.heard import heard
from features.media.seen import seen
from features.track import Track, track
from stages.ingest.usable import Files, Memory
from stages.transcripts import words_of
from tests.features.conftest import write_film
from tests.repo import PARAMS

AT = 2.6  # s from the start of the clip, where everything happens
LENGTH = 5.0  # s, of the clip
STEP = 0.1  # s
NEAR = pytest.approx(AT, abs=STEP / 2)
RATE = 16_000  # Hz
EVENT_S = 0.13  # how long bright pictures are shown and the click is heard, AT in the middle


@dataclass(frozen=True)
class Made:
    """How a file is made: what lies before and behind the clip, and when its streams start, s."""

    fps: Fraction | None = Fraction(25)  # None: pictures at uneven times
    suffix: str = "mp4"
    before: float = 0.0
    behind: float = 0.0
    video_from: float = 0.0
    audio_from: float = 0.0
    clock_from: float = 0.0  # the container's own


NTSC = Fraction(30_000, 1001)
CASES = {
    "23.976 fps": Made(Fraction(24_000, 1001)),
    "25 fps": Made(),
    "29.97 fps": Made(NTSC),
    "60 fps": Made(Fraction(60)),
    "a variable rate": Made(None),
    "audio 0.5 s late": Made(audio_from=0.5),
    "video 0.3 s late": Made(video_from=0.3),
    "a clock that starts at 7 s": Made(NTSC, "mkv", audio_from=0.5, clock_from=7.0),
    "a stretch": Made(before=13.37, behind=4.0),
    "a stretch to the end": Made(NTSC, before=13.37),
    "a stretch at a variable rate": Made(None, "mkv", before=11.11, behind=4.0),
    "a stretch of audio 0.5 s late": Made(before=1.3, behind=4.0, audio_from=0.5),
    "a stretch of video 0.3 s late": Made(before=1.3, behind=4.0, video_from=0.3, suffix="mov"),
    "a stretch of a transport stream": Made(NTSC, "mts", before=9.7, behind=4.0),
}


def write(path: Path, made: Made) -> np.ndarray:
    """Write a file -> which of its pictures are bright, (T,)."""
    total, at = made.before + LENGTH + made.behind, made.before + AT
    if made.fps:
        times = np.arange(made.video_from, total, float(1 / made.fps))
    else:
        gaps = np.random.default_rng(5).uniform(0.01, 0.07, int(total / 0.01))
        times = np.cumsum(gaps)[np.cumsum(gaps) < total]
        times = np.concatenate([[0.0], times])
    bright = abs(times - at) < EVENT_S / 2
    images = [np.full((32, 48, 3), 235 if light else 16, np.uint8) for light in bright]
    moments = np.arange(made.audio_from, total, 1 / RATE)
    click = np.sin(2 * np.pi * 440 * moments) * np.where(
        abs(moments - at) < EVENT_S / 2, 0.9, 0.001
    )
    write_film(
        path,
        images,
        times + made.clock_from,
        click[None],
        sound_from=made.audio_from + made.clock_from,
        audio_codec="pcm_s16le" if made.suffix in ("mkv", "mov") else "aac",
        fps=made.fps or 25,
        codec_options={"g": "40", "bf": "2"},
    )
    return bright


@pytest.fixture(scope="module", params=CASES)
def planted(request, tmp_path_factory) -> tuple[Clip, Transcript | None, Any]:
    """The clip of a corpus of one file, as `ingest` lists it, its transcript and its labels."""
    made, tmp_path = CASES[request.param], tmp_path_factory.mktemp("timebase")
    for name in ("media", "labels", "transcripts", "frames", "moments"):
        (tmp_path / name).mkdir()
    bright = write(tmp_path / f"media/film.{made.suffix}", made)
    start, end = made.before, made.before + LENGTH if made.behind else ""
    cut = bool(made.before or made.behind)
    (tmp_path / "clips.csv").write_text(
        "clip,subject,split,media,start,end\n"
        + (f"clip,x,,film,{start},{end}\n" if cut else "film,x,,,,\n")
    )
    name = "clip" if cut else "film"
    rows = (f"{i / 25},{float(i / 25 >= AT)},0" for i in range(round(25 * LENGTH)))
    (tmp_path / f"labels/{name}.csv").write_text("time,valence,arousal\n" + "\n".join(rows))
    rows = (f"{i},{int(light)}" for i, light in enumerate(bright))
    (tmp_path / "frames/film.csv").write_text("frame,light\n" + "\n".join(rows))
    rows = (f"{40 * i},{int(abs(i / 25 - AT) < EVENT_S / 2)}" for i in range(round(25 * LENGTH)))
    (tmp_path / f"moments/{name}.csv").write_text("ms,light\n" + "\n".join(rows))
    when = start + AT
    (tmp_path / "transcripts/film.csv").write_text(
        f"word,start,end\nbefore,{when - 1},{when - 0.9}\nnow,{when - 0.05},{when + 0.05}\n"
    )
    corpus = folder(path=str(tmp_path))
    (candidate,), rejected = corpus.listing()
    assert rejected == []
    labels = corpus.labels(candidate.id, {"valence": (-1, 1)})["valence"]
    memory = Memory(tmp_path / "digests.json", tmp_path / "probed.json")
    files = Files.of([candidate], PLAYERS, memory)
    return files.clip(candidate), files.transcript(candidate), labels


def on_grid(rows: Track, clip: Clip, how: Any) -> tuple[np.ndarray, np.ndarray]:
    """The grid of a clip (T,) in s, and the first column of rows on it (T,), NaN where masked."""
    times = grid(clip.info.duration, STEP)
    return times, onto(rows, times, STEP, how, 0.2).values[:, 0]


def centre(times: np.ndarray, values: np.ndarray) -> float:
    """The moment around which values rise from their floor, s."""
    height = np.nan_to_num(values - np.nanmin(values))
    height[height < height.max() / 2] = 0
    return float((times * height).sum() / height.sum())


def test_a_flash_is_on_the_grid_when_it_was_shown(planted):
    clip, *_ = planted
    shown = [(f.time, float(f.image.mean())) for f in seen(clip) if f.image is not None]
    times, light = np.array(shown).T
    assert 0 <= times[0] < 0.4 and LENGTH - 0.1 < times[-1] < LENGTH
    assert centre(*on_grid(track(light[:, None], times), clip, "mean")) == NEAR


def test_a_click_is_on_the_grid_when_it_was_made(planted):
    clip, *_ = planted
    rows = build("audio", "logmel", PARAMS["audio"]["voice"]["options"])(heard(clip))
    assert 0 <= rows.times[0] < 0.6 and LENGTH - 0.3 < rows.times[-1] < LENGTH + 0.1  # AAC pads
    assert centre(*on_grid(rows, clip, "mean")) == NEAR


def test_a_word_is_on_the_grid_when_it_was_said(planted):
    clip, transcript, _ = planted
    words = words_of(build("transcripts", "sidecar", {}), clip, transcript, None)
    assert words is not None and [w.text for w in words] == ["before", "now"]
    rows = track([[float(w.text == "now")] for w in words], [(w.start + w.end) / 2 for w in words])
    assert centre(*on_grid(rows, clip, "nearest")) == NEAR


@pytest.mark.parametrize(
    "folder, options",
    [
        ("frames", {"files": "{media}.csv", "frame": "frame", "first_frame": 0}),
        ("moments", {"time": "ms", "unit": "ms"}),
    ],
)
def test_a_number_of_a_table_is_on_the_grid_when_its_row_was(planted, folder, options):
    clip, *_ = planted
    media = Path(clip.media)
    table = build("signals", "table", {"path": str(media.parents[1] / folder), **options})
    rows = table(clip.id, media, clip.start, clip.end, clip.info.duration)
    assert rows.mask.all() and rows.values.sum() >= 1
    assert centre(*on_grid(rows, clip, "mean")) == NEAR


def test_labels_step_up_on_the_grid_when_the_annotator_did(planted):
    clip, _, labels = planted
    times, valence = on_grid(labels, clip, "mean")
    assert times[np.argmax(valence > 0.5)] - STEP / 2 == NEAR
