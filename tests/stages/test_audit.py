"""The audit: what it names, what it lets pass, what it leaves behind."""

from __future__ import annotations

import json
import re
import wave
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from features.crops import keep, no_face
from features.manifest import Assignment, Clip, Info, write
from features.shards import Record, write_folder
from features.track import State
from stages import paths, sync
from stages.atomic import write_lines
from stages.audit import stage as audit
from stages.audit.corpus import Member
from stages.audit.distribution import histogram
from stages.audit.facts import longest
from stages.audit.features import Spread
from stages.audit.limits import Coverage
from stages.audit.stage import AuditError
from stages.audit.turned_away import reasons
from stages.paths import AUDIT, CLIPS, REJECTED, SYNC
from stages.streams import KINDS as KINDS_OF_STREAMS
from tests import talking

T, STEP_S = 80, 0.1
WIDTHS = {"face": 7, "voice": 5, "words": 3}
KINDS = {"face": "visual", "voice": "audio", "words": "text"}
PAIR = {"valence": [-1, 1], "arousal": [-1, 1]}
PLANE = ["valence", "arousal"]
RULE = {"how": "mean", "largest_gap_s": 0.2}
FILM = Info(T * STEP_S, 25.0, 112, 112, talking.RATE, 1)
WORDS = Info(T * STEP_S, None, None, None, None, None)
NONE = dict.fromkeys(("train", "val", "test"))
LIMITS: dict[str, Any] = {
    "max_leaks": 0,
    "max_shared_subjects": 0,
    "max_rejected_share": 0.0,
    "max_faceless_share": 0.0,
    "max_silent_share": 0.0,
    "min_coverage": dict.fromkeys(("visual", "audio", "text", "signals"), 0.5),
    "min_labelled": {"train": 0.5, "val": 0.5, "test": 0.5},
    "max_av_offset_s": 0.3,
    "av_confidence": 0.95,
    "max_late_share": 0.0,
    "outlier_spreads": 8.0,
    "max_outlier_share": 0.0,
    "max_dead_share": 0.0,
}
OFF = {key: None for key in LIMITS if key not in ("av_confidence", "outlier_spreads")}
OFF |= {"min_coverage": dict.fromkeys(LIMITS["min_coverage"]), "min_labelled": NONE}
SURE = ([0.02], [0.9], [0.99999])  # seconds that the sound is late, agreement, confidence
SPLITS = {"a": "train", "b": "train", "c": "train", "d": "val", "e": "test"}


def limits(**changes: Any) -> audit.Params:
    return audit.Params(**{**LIMITS, **changes})


def clip(name: str, split: str, **changes: Any) -> Member:
    same = {"media": f"{name}.wav", "sha256": f"digest of {name}", "info": FILM, "subject": name}
    return Member(id=name, split=split, **{**same, **changes})


def rows(
    name: str,
    widths: dict[str, int] = WIDTHS,
    targets: Mapping[str, Sequence[float]] = PAIR,
    **states: State | np.ndarray,
) -> dict[str, np.ndarray]:
    """A clip's columns; `face=State.NO_FACE`, `valence=State.UNLABELLED` and the like throughout.

    Labels lie in the middle 0.9 of their ranges.
    """
    rng = np.random.default_rng(sum(name.encode()))
    columns: dict[str, np.ndarray] = {}
    for stream, width in widths.items():
        state = np.broadcast_to(states.get(stream, State.OK), T).astype(np.uint8)
        values = rng.uniform(-0.9, 0.9, (T, width)).astype(np.float32)
        values[state != State.OK] = np.nan
        columns |= {stream: values, f"{stream}.state": state}
    of = [np.broadcast_to(states.get(t, states.get("labels", State.OK)), T) for t in targets]
    state = np.stack(of, axis=1).astype(np.uint8)  # (T, Y)
    low, high = np.array(list(targets.values()), float).T
    values = (low + high) / 2 + (high - low) / 2 * rng.uniform(-0.9, 0.9, (T, len(targets)))
    labels = np.where(state == State.OK, values, np.nan).astype(np.float32)
    return {**columns, "labels": labels, "labels.state": state}


def lay(
    clips: list[Member],
    grids: dict[str, dict[str, np.ndarray]],
    lags: dict[str, Any],
    kinds: dict[str, str] = KINDS,
    targets: Mapping[str, Sequence[float]] = PAIR,
    plane: list[str] | None = PLANE,
) -> None:
    """A corpus in the working folder; rows of clips that `grids` does not name are all well."""
    lay_manifest(clips)
    ids = sorted(c.id for c in clips)
    whole = {i: grids.get(i, rows(i)) for i in ids}
    times = {"times": (np.arange(T) + 0.5) * STEP_S}
    grid = {i: {**times, **{k: x[k] for k in ("labels", "labels.state")}} for i, x in whole.items()}
    ranges = [[name, *limits] for name, limits in targets.items()]
    meta = {"kind": "grid", "step_s": STEP_S, "labels": RULE, "targets": ranges}
    lay_shards(paths.GRID, {**meta, "made_from": {}}, grid)
    for stream, kind in kinds.items():
        on = {i: {"values": x[stream], "state": x[f"{stream}.state"]} for i, x in whole.items()}
        made = {"kind": kind, "extractor": stream}
        about = {"kind": "aligned", "step_s": STEP_S, "rule": RULE, "made_from": made}
        lay_shards(paths.aligned(stream), about, on)
    lay_shards(SYNC, {"kind": "sync"}, {i: offset(lags.get(i, SURE)) for i in ids})
    align = {stream: {"of": kind, **RULE} for stream, kind in kinds.items()}
    YAML().dump({"targets": targets, "plane": plane, "align": align}, Path("params.yaml"))


def lay_manifest(clips: list[Member]) -> None:
    apart = {"subject", "split"}
    write(CLIPS, [Clip(**c.model_dump(exclude=apart)) for c in clips])
    write(paths.SPLITS, [Assignment(**c.model_dump(include={"id", *apart})) for c in clips])
    write_lines(REJECTED, [])


def lay_shards(folder: Path, meta: dict[str, Any], columns: dict[str, Any]) -> None:
    each = {i: Record(i, "0", of) for i, of in columns.items()}
    write_folder(folder, 2, meta, each, lambda wanted: (each[i] for i in wanted))


def offset(lag: tuple[list[float], list[float], list[float]]) -> dict[str, np.ndarray]:
    return {k: np.array(x, float) for k, x in zip(sync.COLUMNS, lag, strict=True)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.delenv("CLIP_STORE", raising=False)
    return tmp_path


@pytest.fixture
def clean(folder: Path) -> list[Member]:
    """Five clips with nothing wrong; the working folder."""
    clips = [clip(name, split) for name, split in SPLITS.items()]
    lay(clips, {}, {})
    return clips


def said(**changes: Any) -> str:
    """What the audit says of a corpus that does not pass."""
    with pytest.raises(AuditError) as caught:
        audit.run(limits(**changes))
    return "\n".join([str(caught.value), *caught.value.__notes__])


def metrics() -> dict[str, Any]:
    return json.loads((AUDIT / "metrics.json").read_text())


def page() -> str:
    return (AUDIT / "index.html").read_text()


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(talking.RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


# ------------------------------------------------------------- what it names --


def test_a_leak_a_silent_a_late_and_a_faceless_clip_are_all_named(folder: Path):
    """From the sound and the crops on: `sync` looks at what was planted, nothing is told it."""
    splits = {"fine": "train", "late": "train", "same": "train", "twin": "test"}
    splits |= {"silent": "val", "faceless": "val"}
    same = {"same": {"sha256": "s"}, "twin": {"sha256": "s", "subject": "same"}}
    clips = [clip(name, split, **same.get(name, {})) for name, split in splits.items()]
    for name in splits:
        write_wav(folder / f"{name}.wav", talking.loud(0.4 * (name == "late")) * (name != "silent"))
    silent, faceless = rows("silent", voice=State.SILENCE), rows("faceless", face=State.NO_FACE)
    lay(clips, {"silent": silent, "faceless": faceless}, {})
    gone = (no_face(f.time, State.NO_FACE) for f in talking.faces())
    seen = {n: keep(n, "0", gone if n == "faceless" else talking.faces()) for n in sorted(splits)}
    write_folder(sync.FACES, 1, {"kind": "faces"}, seen, lambda ids: (seen[i] for i in ids))
    options = {"furthest_s": 1.0}
    sync.run(sync.Params(reads="clips.jsonl", extractor="mouth", options=options, shards=1))

    told = said(min_coverage=OFF["min_coverage"])

    assert "limits broken: 5; look at data/audit/index.html" in told
    assert (
        "files on several sides: 1, at most 0 (audit.max_leaks): same (train) is twin (test)"
        in told
    )
    assert (
        "subjects on several sides: 1, at most 0 (audit.max_shared_subjects): same (test, train)"
        in told
    )
    assert re.search(r"\(audit.max_late_share\): late \(\+0\.4\d s\)$", told, re.M)
    assert re.search(r"\(audit.max_silent_share\): silent$", told, re.M)
    assert re.search(r"\(audit.max_faceless_share\): faceless$", told, re.M)
    assert {metrics()[k] for k in ("leaks", "without_face", "without_sound", "late")} == {1}
    assert all(line in page() for line in ("late (+0.4", "same (train) is twin (test)", "no sound"))
    assert not (AUDIT / "passed.json").exists()


def test_a_corpus_with_nothing_wrong_passes(clean: list[Member]):
    audit.run(limits())
    assert (AUDIT / "passed.json").read_bytes() == b'{"passed": true}\n'
    assert "No limit is broken" in page()


def test_that_it_passed_is_the_same_bytes_whatever_it_found(clean: list[Member]):
    audit.run(limits())
    before, numbers = (AUDIT / "passed.json").read_bytes(), metrics()
    lay(clean[:4], {}, {})
    audit.run(limits(max_leaks=3, min_labelled=NONE))
    assert (AUDIT / "passed.json").read_bytes() == before
    assert metrics() != numbers


def test_an_earlier_pass_does_not_outlive_a_corpus_that_got_worse(clean: list[Member]):
    audit.run(limits())
    lay(clean, {"a": rows("a", face=State.NO_FACE)}, {})
    assert "share of clips without any face: 0.2, at most 0 (audit.max_faceless_share): a" in said()
    assert not (AUDIT / "passed.json").exists()
    assert metrics()["without_face"] == 1


def test_clips_turned_away_are_named_and_grouped_by_reason(clean: list[Member]):
    away = [("x", "line 3 of 'x.csv' is empty"), ("y", "line 71 of 'y.csv' is empty"), ("z", "cut")]
    lines = [json.dumps({"clip": n, "file": n, "reason": why}) for n, why in away]
    write_lines(REJECTED, lines)
    told = said(max_rejected_share=0.3)
    assert (
        "share of clips turned away: 0.375, at most 0.3 (audit.max_rejected_share): x, y, z" in told
    )
    grouped = reasons([json.loads(line) for line in lines])
    assert {k: [r["clip"] for r in v] for k, v in grouped.items()} == {
        "line … of … is empty": ["x", "y"],
        "cut": ["z"],
    }


def test_a_split_without_labels_or_with_a_face_too_seldom_is_named(clean: list[Member]):
    some = np.where(np.arange(T) < 20, State.OK, State.NO_FACE)
    lay(clean, {"d": rows("d", face=some), "e": rows("e", labels=State.UNLABELLED)}, {})
    told = said()
    assert (
        "share of val with face: 0.25, at least 0.5 (audit.min_coverage.visual): d (0.25)" in told
    )
    assert "share of test with arousal: 0, at least 0.5 (audit.min_labelled.test): e" in told
    assert metrics()["longest_without_face_s"] == 6.0


def test_a_clip_unlike_the_others_and_a_dead_dimension_are_named(folder: Path):
    clips = [clip(name, "train") for name in "abcdefghij"]
    grids = {c.id: rows(c.id) for c in clips}
    for columns in grids.values():
        columns["words"][:, 1] = 0.25
    grids["b"]["voice"][:, 3] += 100
    lay(clips, grids, {})
    told = said()
    assert re.search(r"unlike others in voice: 0.1, .*: b \(dimension 3, \d+\.\d spreads\)", told)
    assert (
        "dimensions of words that never change: 0.333, at most 0 (audit.max_dead_share): 1" in told
    )
    assert (metrics()["dead_dimensions"], metrics()["outliers"]) == (1, 1)


def test_a_message_names_eight_and_counts_the_rest(folder: Path):
    clips = [clip(f"{n:02}", "train") for n in range(11)]
    lay(clips, {c.id: rows(c.id, voice=State.SILENCE) for c in clips}, {})
    told = said(min_coverage=OFF["min_coverage"])
    assert "share of clips without any sound: 1, at most 0" in told
    assert "06, 07 and 3 more" in told and "08" not in told
    assert "08, 09, 10" in page()


def test_each_target_is_held_to_the_least_share_of_labels(clean: list[Member]):
    half = np.where(np.arange(T) % 2, State.OK, State.UNLABELLED)
    lay(clean, {"d": rows("d", valence=half), "e": rows("e", arousal=State.UNLABELLED)}, {})
    told = said(min_labelled={**LIMITS["min_labelled"], "val": 0.75})
    assert "limits broken: 2;" in told
    assert "share of val with valence: 0.5, at least 0.75 (audit.min_labelled.val)" in told
    assert "share of test with arousal: 0, at least 0.5 (audit.min_labelled.test): e" in told
    shares = metrics()["labelled"]
    assert (shares["val"], shares["test"]) == (
        {"valence": 0.5, "arousal": 1.0},
        {"valence": 1.0, "arousal": 0.0},
    )


def test_each_stream_of_a_kind_is_held_to_the_least_coverage(folder: Path):
    kinds = {"au": "signals", "heart": "signals"}
    widths, some = {"au": 17, "heart": 2}, np.where(np.arange(T) < 20, State.OK, State.MISSING)
    clips = [clip(name, split) for name, split in SPLITS.items()]
    grids = {c.id: rows(c.id, widths, heart=some if c.id == "d" else State.OK) for c in clips}
    lay(clips, grids, {}, kinds)
    told = said(min_coverage={**LIMITS["min_coverage"], "signals": 0.3})
    assert "limits broken: 1;" in told
    assert "share of val with heart: 0.25, at least 0.3 (audit.min_coverage.signals)" in told
    assert "25 % (missing 75 %)" in page()


def test_a_clip_is_faceless_only_if_no_visual_stream_has_a_value(folder: Path):
    kinds, widths = {"face": "visual", "edges": "visual"}, {"face": 7, "edges": 5}
    early = np.where(np.arange(T) < 20, State.OK, State.NO_FACE)
    late = np.where(np.arange(T) >= 50, State.OK, State.BLURRED)
    clips = [clip(name, "train") for name in "abc"]
    grids = {c.id: rows(c.id, widths) for c in clips}
    grids["a"] = rows("a", widths, face=State.NO_FACE)
    grids["b"] = rows("b", widths, face=early, edges=late)
    lay(clips, grids, {}, kinds)
    free = {"min_labelled": NONE, "min_coverage": OFF["min_coverage"]}
    audit.run(limits(**free))
    assert (metrics()["without_face"], metrics()["longest_without_face_s"]) == (0, 3.0)
    grids["a"] = rows("a", widths, face=State.NO_FACE, edges=State.NO_FACE)
    lay(clips, grids, {}, kinds)
    assert "(audit.max_faceless_share): a" in said(**free)


# ---------------------------------------------------------- what it lets pass --


def test_signals_alone_and_one_target_are_enough(folder: Path):
    """With picture and sound of which nothing is made, faces and silence are nothing to look at."""
    sentiment = {"sentiment": [-3, 3]}
    clips = [clip(name, split) for name, split in SPLITS.items()]
    grids = {c.id: rows(c.id, {"au": 17}, sentiment) for c in clips}
    lay(clips, grids, {}, {"au": "signals"}, sentiment, None)
    audit.run(limits())
    assert metrics()["coverage"] == {"au": 1.0} and metrics()["without_face"] == 0
    assert metrics()["labelled"] == {s: {"sentiment": 1.0} for s in ("train", "val", "test")}
    assert re.search("without any face</th>.{,80}not checked.{,40}none to look at", page())
    assert "train, % of 240 steps with sentiment" in page()
    assert "labelled in both" not in page() and "valence" not in page()


def test_a_sound_may_be_late_where_no_stream_is_made_of_it(folder: Path):
    clips = [clip(name, "train") for name in "abcd"]
    grids = {c.id: rows(c.id, {"au": 17}) for c in clips}
    lay(clips, grids, {"b": ([0.5], [0.9], [0.99999])}, {"au": "signals"})
    assert "or early (-): 0.25, at most 0 (audit.max_late_share): b (+0.50 s)" in said(
        min_labelled=NONE
    )


def test_what_a_clip_never_had_is_not_lost(folder: Path):
    """A text-only clip has no face and no voice to lose, a film without words no text."""
    clips = [clip(name, "train") for name in "abc"]
    clips.append(clip("words", "train", media=None, info=WORDS, sha256=clips[0].sha256))
    grids = {
        "words": rows("words", face=State.ABSENT, voice=State.ABSENT),
        "b": rows("b", words=State.ABSENT),
    }
    lay(clips, grids, {"words": ([], [], [])})
    audit.run(limits(min_labelled=NONE))
    assert metrics()["coverage"] == {"face": 1.0, "voice": 1.0, "words": 1.0}
    assert metrics()["without_face"] == metrics()["without_sound"] == 0
    assert metrics()["longest_without_face_s"] == 0
    assert sync.late(None, clips[-1]) is None  # and nobody looks for faces that go with a sound


def test_a_film_whose_every_row_is_missing_is_not_taken_for_text(clean: list[Member]):
    lay(clean, {"c": rows("c", face=State.ABSENT)}, {})
    assert "(audit.max_faceless_share): c" in said()


def test_a_stream_that_no_clip_has_is_nothing_to_check(folder: Path):
    clips = [clip(name, "train") for name in "abc"]
    lay(clips, {c.id: rows(c.id, words=State.ABSENT) for c in clips}, {})
    audit.run(limits(min_labelled=NONE))
    assert metrics()["coverage"] == {"face": 1.0, "voice": 1.0}


def test_a_side_without_a_clip_has_no_label_either(folder: Path):
    lay([clip(name, "train") for name in "abc"], {}, {})
    assert "share of val with valence: 0, at least 0.5 (audit.min_labelled.val)" in said()


def test_a_stream_that_one_side_alone_lacks_is_not_covered_there(clean: list[Member]):
    lay(clean, {"d": rows("d", words=State.ABSENT)}, {})
    assert "share of val with words: 0, at least 0.5 (audit.min_coverage.text)" in said()


def test_an_offset_that_may_be_chance_is_not_held_against_a_clip(clean: list[Member]):
    lay(clean, {}, {"a": ([0.4], [0.5], [0.98])})  # 0.95 among five: 0.9898 each
    audit.run(limits())
    lay(clean, {}, {"a": ([-0.4], [0.5], [0.99])})
    assert "(audit.max_late_share): a (-0.40 s)" in said()


def test_copies_on_one_side_are_shown_but_are_no_leak(folder: Path):
    lay([clip(n, "train", sha256="s") for n in "abc"], {}, {})
    audit.run(limits(min_labelled=NONE))
    assert (metrics()["leaks"], metrics()["copies"]) == (0, 1)
    assert "a (train), b (train), c (train)" in page()


def test_stretches_of_one_file_leak_across_sides_but_are_no_copies(folder: Path):
    two = [clip("a", "train", sha256="s", end=4.0), clip("b", "test", sha256="s", start=4.0)]
    lay(two, {}, {})
    assert "(audit.max_leaks): a (train) is b (test)" in said()
    assert metrics()["copies"] == 0


def test_limits_of_none_are_not_checked(folder: Path):
    clips = [clip(n, s, sha256="s", subject="s") for n, s in SPLITS.items()]
    bad = rows("a", face=State.NO_FACE, voice=State.SILENCE, labels=State.UNLABELLED)
    lay(clips, {c.id: bad for c in clips}, {"a": ([0.9], [0.9], [1.0])})
    write_lines(REJECTED, ['{"clip": "x", "file": "x", "reason": "cut"}'])
    audit.run(audit.Params(**{**LIMITS, **OFF}))
    assert (AUDIT / "passed.json").exists()
    assert "not checked" in page() and "kept" not in page()


# ------------------------------------------------------------------- the page --


def test_the_page_asks_nothing_of_any_network_and_runs_no_script(clean: list[Member]):
    audit.run(limits())
    assert not re.search(r"http|//|<script|<link|<img|@import|url\(", page())


def test_names_on_the_page_are_text_not_markup(folder: Path):
    name = "<img src=x onerror=alert(1)> & 'co'"
    lay([clip(name, "train", subject="<b>", sha256="s"), clip("b", "val", sha256="s")], {}, {})
    said()
    assert "<img" not in page() and "<b>" not in page()
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &#x27;co&#x27;" in page()


def test_tables_can_be_scrolled_by_keyboard_and_have_names(clean: list[Member]):
    audit.run(limits())
    tables = re.findall(r"<div class=\"wide\"([^>]*)><table>", page())
    assert len(tables) >= 5
    assert all('tabindex="0"' in t and re.search(r'aria-label="\w', t) for t in tables)


def test_the_plane_shows_steps_labelled_in_both_and_a_histogram_those_of_each(folder: Path):
    three = {"valence": [-1, 1], "arousal": [0, 1], "dominance": [1, 5]}
    odd = np.where(np.arange(T) % 2, State.OK, State.UNLABELLED)
    clips = [clip(name, split) for name, split in SPLITS.items()]
    grids = {c.id: rows(c.id, targets=three, arousal=odd) for c in clips}
    lay(clips, grids, {}, targets=three)
    audit.run(limits())
    assert "val, % of 40 steps labelled in both" in page() and "arousal from 0 to 1" in page()
    assert "val, % of 80 steps with valence" in page()
    assert "val, % of 80 steps with dominance" in page()
    lay(clips, {c.id: rows(c.id, targets=three) for c in clips}, {}, targets=three)
    audit.run(limits())
    assert "val, % of 80 steps labelled in both" in page()
    assert "steps with valence" not in page() and "steps with dominance" in page()
    lay(clips, grids, {}, targets=three, plane=None)
    audit.run(limits())
    assert "labelled in both" not in page() and "val, % of 40 steps with arousal" in page()


# ------------------------------------------------------------------ its parts --


def test_a_histogram_has_a_bar_for_each_tenth_of_the_range():
    drawn = histogram(np.array([-3.0, -2.9, 0.1, 3.0]), "sentiment", (-3.0, 3.0), "a & b")
    bars = re.findall(r'<rect x="(\d+)" y="[\d.]+" width="26" height="([\d.]+)"', drawn)
    assert bars == [("0", "110.0"), ("130", "55.0"), ("234", "55.0")]
    assert re.findall(r'class="sum">(\d+)<', drawn) == ["50", "25", "25"]
    assert re.findall(r">(-?\d)</text>", drawn)[-3:] == ["-3", "0", "3"]
    assert "<figcaption>a &amp; b</figcaption>" in drawn


def test_there_is_a_least_coverage_for_every_kind_of_stream():
    assert set(Coverage.model_fields) == set(KINDS_OF_STREAMS)


@pytest.mark.parametrize(
    ("there", "stretch"),
    [("11111", (0, 0)), ("00000", (0, 2.5)), ("10110", (0.5, 1.0)), ("10100", (1.5, 2.5))],
)
def test_the_longest_stretch_is_the_first_of_equals_and_may_reach_the_end(there, stretch):
    assert longest(np.array([c == "1" for c in there]), 0.5) == stretch


MEANS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 60.0)


def test_spreads_are_counted_from_the_median_clip():
    spread = Spread()
    for name, mean in zip("abcdefghijk", MEANS, strict=True):
        spread.add(name, np.array([[mean, 5.0], [mean, 5.0]]))
    found = spread.outliers(8)  # off by 5, 4, ... 0 ... 4, 55: the median is 3
    assert [(o.clip, o.dimension) for o in found] == [("k", 0)]
    assert found[0].spreads == pytest.approx(55 / (3 * 1.4826))
    assert spread.dead() == [1] and spread.width == 2


def test_a_spread_is_no_less_than_what_happens_within_a_clip():
    spread = Spread()
    for name, mean in zip("abcdefghijk", MEANS, strict=True):
        spread.add(name, np.array([[mean - 11.0], [mean + 11.0]]))
    assert spread.outliers(4.9)[0].spreads == pytest.approx(55 / 11)


def test_who_alone_differs_at_all_is_unlike_the_others_but_rounding_is_no_difference():
    spread = Spread()
    for name, mean in zip("abcdefghijk", MEANS, strict=True):
        alone, rounded = 0.5 * (name == "b"), 4.0 + 1e-9 * mean  # by which k is 12 spreads off
        spread.add(name, np.array([[0.0, alone, rounded]]))
    (found,) = spread.outliers(8)
    assert (found.clip, found.dimension) == ("b", 1)
    assert found.spreads == pytest.approx(1e6)  # a millionth of 0.5 is the least that counts


def test_among_a_few_clips_none_is_unlike_the_others():
    spread = Spread()
    for name, mean in zip("abcdefghi", MEANS[2:], strict=True):
        spread.add(name, np.array([[mean]]))
    spread.add("nothing", np.zeros((0, 1)))
    assert spread.outliers(8) == []
