"""An extractor is made again from what its rows say made them, and what has changed is said."""

from __future__ import annotations

from typing import Any

import pytest

from features.extractor import UnknownNameError
from features.fingerprint import identity, modules
from features.remade import OtherWeightsError, remade
from tests.features.test_fingerprint import LOGMEL
from tests.features.written import weights


@pytest.fixture
def kept() -> dict[str, Any]:
    return identity("audio", "logmel", LOGMEL)


def test_nothing_has_changed_at_once(kept):
    extractor, changes = remade(kept, {})
    assert extractor.dim == 2 * LOGMEL["n_mels"] and changes == []


def test_todays_options_are_not_asked(kept):
    assert remade(kept, {"n_mels": 32, "cells": 8})[0].dim == 2 * LOGMEL["n_mels"]


def test_code_and_libraries_that_changed_are_named(kept):
    kept["code"] = "0"
    kept["versions"] |= {"librosa": "0.0", "lost": "1"}
    del kept["versions"]["numpy"]
    changes = "\n".join(remade(kept, {})[1])
    assert "audio/logmel: its code was another\n" in changes
    assert "audio/logmel: librosa was 0.0, is " in changes
    assert "audio/logmel: lost was 1, is missing" in changes
    assert "audio/logmel: numpy was missing, is " in changes


def test_files_that_changed_are_named_where_they_are_known(kept):
    files = modules("audio", "logmel")
    assert remade(kept | {"files": files}, {})[1] == []
    then = files | {"features/audio/logmel.py": "0", "features/audio/gone.py": "1"}
    del then["features/track.py"]
    (change,) = remade(kept | {"code": "0", "files": then}, {})[1]
    named = "features/audio/gone.py, features/audio/logmel.py, features/track.py"
    assert change == f"audio/logmel: its code was another ({named})"


def test_weights_may_lie_elsewhere_but_must_be_the_same(tmp_path):
    options = {"weights": str(weights("facenet")), "batch": 3, "device": "cpu"}
    kept = identity("visual", "facenet", options)
    assert "weights" not in kept["options"]
    moved = tmp_path / "facenet.safetensors"
    moved.symlink_to(weights("facenet"))
    assert remade(kept, {"weights": str(moved)})[1] == []
    kept["weights"] = {moved.name: "0123456789abcdef"}
    with pytest.raises(OtherWeightsError, match=rf"\(weights: {moved}\): .* was 0123456789ab, is "):
        remade(kept, {"weights": str(moved)})


def test_weights_that_nobody_points_at(tmp_path):
    kept = identity(
        "visual", "facenet", {"weights": str(weights("facenet")), "batch": 3, "device": "cpu"}
    )
    with pytest.raises(UnknownNameError, match="visual/facenet needs the option 'weights'"):
        remade(kept, {})
    with pytest.raises(FileNotFoundError, match=r"no weights file lost.pt; get it with"):
        remade(kept, {"weights": "lost.pt"})


def test_an_extractor_that_is_gone(kept):
    with pytest.raises(UnknownNameError, match=r"no audio extractor named 'logmell'.*'logmel'"):
        remade({**kept, "extractor": "logmell"}, {})
