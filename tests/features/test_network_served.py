"""Rows of networks in the process of a card, with the processor for a card, are the same."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from torch import nn

from features.card import CARDS
from features.crops import Face
from features.extractor import build
from features.media import frames
from features.weights import WeightsError
from stages.work.card import processes
from tests.features import test_extractors as extractors

pytestmark = pytest.mark.slow  # it starts processes
MTCNN = extractors.CHOSEN["faces"]["options"] | {"device": "cpu"}
VGGISH = extractors.OPTIONS["audio", "vggish"]
ON_A_DEVICE = [(kind, name) for kind, name in extractors.NEURAL if name != "minilm"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the one process of a card answers."""
    with processes("cpu", 1):
        yield os.environ[CARDS]


def written_out(face: Face) -> list[bytes]:
    parts = (face.time, face.state, face.confidence, face.faces, face.box, face.landmarks)
    return [*(np.asarray(part).tobytes() for part in parts), bytes(face.crop or b"")]


def weights_here() -> int:
    gc.collect()
    return sum(type(x) is nn.Parameter for x in gc.get_objects())


# -------------------------------------------------------------- the same rows --


@pytest.mark.parametrize("kind, name", ON_A_DEVICE)
def test_rows_from_a_cards_process_are_the_same(kind, name, film, address, monkeypatch):
    signal = extractors.signal(kind, film)
    monkeypatch.delenv(CARDS)
    expected = extractors.another(kind, name)(signal)
    before = weights_here()
    monkeypatch.setenv(CARDS, address)
    there = extractors.another(kind, name)
    assert extractors.same(there(signal), expected) and expected.mask.any()
    assert weights_here() == before


def test_faces_from_a_cards_process_are_the_same(real, address, monkeypatch):
    shown = list(islice(frames(real / "talker_cfr.mp4"), 40))
    monkeypatch.delenv(CARDS)
    expected = list(build("faces", "mtcnn", MTCNN)(shown))
    before = weights_here()
    monkeypatch.setenv(CARDS, address)
    found = list(build("faces", "mtcnn", MTCNN)(shown))
    assert [written_out(face) for face in found] == [written_out(face) for face in expected]
    assert any(face.crop for face in found) and weights_here() == before


def test_words_from_a_cards_process_are_the_same(address, monkeypatch):
    pytest.importorskip("faster_whisper", reason="an optional package")
    from tests.features import test_whisper as whisper

    monkeypatch.delenv(CARDS)
    expected = whisper.whisper()(whisper.source(whisper.TWO))
    monkeypatch.setenv(CARDS, address)
    assert whisper.whisper()(whisper.source(whisper.TWO)) == expected != []


@pytest.mark.parametrize("kind, name", [("audio", "vggish"), ("visual", "hf_vision")])
def test_weights_that_are_not_there_are_named_as_ever(address, monkeypatch, kind, name, tmp_path):
    monkeypatch.setenv(CARDS, address)
    extractors.test_weights_that_are_not_there_are_not_made_up(kind, name, tmp_path)


def test_an_error_keeps_its_kind_and_says_where_it_arose(address, monkeypatch, tmp_path):
    monkeypatch.setenv(CARDS, address)
    (tmp_path / "w.pt").write_bytes(b"nonsense")
    with pytest.raises(WeightsError, match=r"w\.pt cannot be read") as caught:
        build("audio", "vggish", VGGISH | {"weights": str(tmp_path / "w.pt")})
    assert "weights.py" in str(caught.value.__cause__)
