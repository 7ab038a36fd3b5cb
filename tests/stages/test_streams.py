"""What params.yaml says about streams either fits together or is named before anything is made."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from models.head import TAKEN
from stages.code import misnamed
from stages.params import ParamsError
from stages.streams import NAME, TORCHS, known_streams, misnamed_streams, streams
from tests.repo import PARAMS
from tests.stages.sections import choose

HOG = {"reads": "x", "extractor": "hog", "options": {}, "shards": 1}


def rule(of: str) -> dict[str, Any]:
    return {"of": of, "how": "mean", "largest_gap_s": 0.2}


def params(**sections: Any) -> dict[str, Any]:
    """params.yaml as it is, with these entries more (or, None, fewer) in its sections."""
    found = deepcopy(PARAMS)
    for section, more in sections.items():
        merged = {**found[section], **more}
        found[section] = {name: values for name, values in merged.items() if values is not None}
    return found


def run_over(*names: str, head: str = "concat") -> dict[str, Any]:
    """The section train with one more run, of a head."""
    runs = {**PARAMS["train"]["runs"][head], "more": {"modalities": [*names], "options": {}}}
    return {"heads": ["single", "concat"], "runs": {**PARAMS["train"]["runs"], head: runs}}


def test_params_as_they_are_have_nothing_misnamed():
    assert list(misnamed(PARAMS)) == []


def test_any_number_of_streams_of_a_kind_may_be_named():
    more = params(visual={"scene-2": HOG}, align={"scene-2": rule("visual")})
    more["train"] = {**more["train"], **run_over("face", "scene-2", "words")}
    assert list(misnamed(more)) == []


def test_two_streams_of_one_name_in_different_kinds_are_named():
    twice = params(audio={"face": PARAMS["audio"]["voice"]})
    assert "two streams are called 'face', under visual and under audio" in misnamed(twice)


def test_a_stream_that_is_aligned_and_not_there_is_named_with_the_nearest():
    (said,) = misnamed(params(align={"voicee": rule("audio")}))
    assert said.startswith("no stream (align in params.yaml) named 'voicee'")
    assert said.endswith("Did you mean 'voice'?")


def test_a_stream_without_a_line_under_align_is_named_with_the_line():
    (said,) = misnamed(params(visual={"scene": HOG}))
    assert said == (
        "stream 'scene' (visual) is not aligned: give it a line under align in params.yaml, "
        "scene: {of: visual, how: mean, largest_gap_s: 0.2}"
    )


@pytest.mark.parametrize("of", ["text", "faces", None])
def test_a_stream_aligned_as_another_kind_is_named(of):
    (said,) = misnamed(params(align={"voice": rule(of)}))
    assert said == f"align.voice.of in params.yaml must be audio, where it is, got {of!r}"


@pytest.mark.parametrize("aligned", [["face"], "face", 3])
def test_an_align_that_names_no_streams_is_told_what_it_must_be(aligned):
    assert list(misnamed_streams({**PARAMS, "align": aligned})) == [
        "align in params.yaml must be a stream's name: {of, how, largest_gap_s}"
    ]


def test_a_line_of_align_that_is_no_mapping_is_named():
    (said,) = misnamed(params(align={"voice": "mean"}))
    assert said == "align.voice.of in params.yaml must be audio, where it is, got None"


def test_a_run_over_a_stream_that_is_not_there_is_named_with_the_nearest():
    (said,) = misnamed(params(train=run_over("face", "vioce")))
    assert said.startswith("no stream (train.runs.concat.more.modalities) named 'vioce'")
    assert said.endswith("Did you mean 'voice'?")


def test_a_run_of_a_head_that_is_not_trained_may_name_any():
    assert list(misnamed(params(train=run_over("vioce", head="jca")))) == []


@pytest.mark.parametrize("name", ["a.b", "a/b", "../a", "; touch x", "a b", "1a", "-a", "", 7])
def test_a_name_that_cannot_be_a_folder_and_a_torch_module_is_refused(name):
    refused = params(visual={name: HOG}, align={name: rule("visual")})
    said = f"a stream cannot be called {name!r} (visual in params.yaml): letters, digits, - and _, "
    assert any(text.startswith(said) for text in misnamed(refused))


@pytest.mark.parametrize("kind", ["audio", "signals"])
@pytest.mark.parametrize("name", ["faces", "transcripts", "sync"])
def test_a_stream_whose_clips_would_be_rejected_in_a_stage_s_name_is_refused(kind, name):
    streams = {kind: {name: HOG}, "align": {name: rule(kind)}}
    assert any(
        said.startswith(f"a stream cannot be called {name!r} ({kind} in params.yaml): a stage is")
        for said in misnamed(params(**streams))
    )


def test_an_extractor_that_is_not_there_is_named_with_its_stream_and_the_nearest():
    wrong = params(signals={"au": {**HOG, "extractor": "tabel"}}, align={"au": rule("signals")})
    (said,) = misnamed(wrong)
    assert said.startswith(
        "no module in features/signals (signals.au.extractor in params.yaml) named 'tabel'"
    )
    assert said.endswith("Did you mean 'table'?")


def test_streams_come_in_the_order_of_params_with_their_rules(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    choose(align={"words": {**rule("text"), "how": "nearest"}, "au": rule("signals")})
    found = streams()
    assert [(name, stream.of, stream.rule.how) for name, stream in found.items()] == [
        ("words", "text", "nearest"),
        ("au", "signals", "mean"),
    ]
    with pytest.raises(
        LookupError, match=r"no stream \(in train\.runs\.jca\) named 'word'.*'words"
    ):
        known_streams(["au", "word"], "train.runs.jca")


@pytest.mark.parametrize(
    ("aligned", "said"),
    [
        ({}, "align must name a stream or more"),
        ({"au": rule("signal")}, r"align\.au\.of: .*got 'signal'"),
        ({"au": {"of": "signals", "how": "mean"}}, r"align\.au\.largest_gap_s is missing"),
        ({"au": {**rule("text"), "hows": 1}}, r"align\.au\.hows is not a known key.*'how'"),
    ],
)
def test_a_rule_that_is_none_is_named_with_its_stream(tmp_path, monkeypatch, aligned, said):
    monkeypatch.chdir(tmp_path)
    choose(align=aligned)
    with pytest.raises(ParamsError, match=said):
        streams()


def test_names_that_torch_keeps_for_itself_are_all_known():
    assert {name for name in TAKEN if NAME.fullmatch(name)} == TORCHS
