"""In which language people speak, and whether a text model knows it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from features.language import FEWEST, foreign, language, languages
from features.splitting import words_in
from features.words import spread
from tests.features import written

SAID = {
    "en": "I really enjoyed it because the actors were great and the story was touching",
    "de": "ich war gar nicht so froh damit und bin dann doch lieber nach Hause gegangen",
    "fr": "je ne sais pas trop quoi dire mais c'était quand même une très belle journée",
    "sv": "det var en mycket bra dag och vi gick hem till mamma efter att vi hade ätit",
    "no": "jeg vet ikke hva jeg skal si men det var en veldig fin dag ute på fjorden",
    "zh": "我今天很高兴因为天气非常好我们一起去公园",
    "ja": "今日はとても天気がいいので公園に行きました",
    "th": "วันนี้อากาศดีมากเราไปเที่ยวสวนสาธารณะกับเพื่อนแล้วก็กลับบ้านตอนเย็น",
}


def words(text):
    """It is said twice, since a sentence is too few words."""
    return spread(words_in(text) * 2, 0.0, 5.0)


def model(tmp_path, head):
    """Something with weights beside a card that begins like this."""
    (tmp_path / "README.md").write_text(head + "# A model\n")
    return SimpleNamespace(weights=[tmp_path / "model.safetensors", tmp_path / "vocab.txt"])


@pytest.mark.parametrize("code", SAID)
def test_a_language_is_told_from_a_sentence(code):
    assert language(words(SAID[code])) == code


def test_a_few_words_are_in_no_language():
    assert language(words(SAID["en"])[: FEWEST - 1]) is None
    assert language([]) is None


def test_what_is_in_every_language_is_in_none():
    assert language(words("hm mm aha ha ha ha oh oh ah eh " * 2)) is None
    assert language(words("1 2 3 4 5 6 7 8 9 10 11 12")) is None


def test_a_transcript_in_another_language_than_the_model_is_told(tmp_path):
    english = model(tmp_path, "---\nlanguage: en\n---\n")
    assert foreign(words(SAID["en"]), english) is None
    assert foreign(words(SAID["de"]), english) == "de"
    assert foreign(words("non"), english) is None


@pytest.mark.parametrize(
    "head, known",
    [
        ("---\nlanguage: en\n---\n", {"en"}),
        ("---\nlanguage: [EN, de, nb]\n---\n", {"en", "de", "no"}),
        ("---\nlanguage: [en, no]\n---\n", {"en", "no"}),  # which YAML takes for false
        ("---\nlanguage:\n- multilingual\n---\n", set()),
        ("---\nlicense: mit\n---\n", set()),
        ("", set()),
    ],
)
def test_a_models_languages_are_those_of_its_card(tmp_path, head, known):
    made = model(tmp_path, head)
    assert languages(made) == known
    if not known:
        assert foreign(words(SAID["zh"]), made) is None


def test_a_model_without_a_card_says_no_language(tmp_path):
    assert languages(SimpleNamespace(weights=[tmp_path / "model.safetensors"])) == set()


def test_an_extractor_without_weights_knows_no_language():
    assert foreign(words(SAID["zh"]), SimpleNamespace()) is None


@pytest.mark.parametrize("card", ["---\nlanguage: [en\n---\n", "---\n- en\n---\n"])
def test_a_card_that_cannot_be_read_says_no_language(tmp_path, card):
    assert languages(model(tmp_path, card)) == set()


def test_a_card_that_is_no_text_says_no_language(tmp_path):
    made = model(tmp_path, "")
    (tmp_path / "README.md").write_bytes(b"---\nlanguage: fr\n---\nfran\xe7ais\n")
    assert languages(made) == set()


def test_the_default_model_is_english():
    assert languages(SimpleNamespace(weights=[written.minilm() / "model.safetensors"])) == {"en"}
