"""A Whisper model of English that the tests write and convert: it hears the same words everywhere.

Its token at each place depends on the place alone: what attention and the layers would add is
nothing, and the place is as good as the token that is wanted there.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import torch
from ctranslate2.converters import TransformersConverter
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    PreTrainedTokenizerFast,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

from features.pretrained import quiet
from tests.features import written

END = "<|endoftext|>"
MARKS = [END, "<|startoftranscript|>", *(f"<|{code}|>" for code in _LANGUAGE_CODES)]
MARKS += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
MARKS += ["<|nospeech|>", "<|notimestamps|>"]
SPACE = "\u0120"  # as tokens spell it
SAID = " Well, so it was"


def tokenizer() -> PreTrainedTokenizerFast:
    """Bytes, also with a space before them; Whisper's marks; and a mark for each 20 ms."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs = [(SPACE, letter) for letter in letters if letter != SPACE]
    pieces = letters + ["".join(pair) for pair in pairs]
    made = Tokenizer(models.BPE(vocab={piece: i for i, piece in enumerate(pieces)}, merges=pairs))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(MARKS)
    made.add_tokens([AddedToken(f"<|{i / 50:.2f}|>", special=False) for i in range(1501)])
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token=END, eos_token=END)


@cache
def model(said: str = SAID, start: str = "<|0.00|>") -> Path:
    """A folder in CTranslate2's format; `start` is what it answers to the start of a passage."""
    root = written.root() / f"whisper{abs(hash((said, start)))}"
    with torch.random.fork_rng(), quiet():
        torch.manual_seed(5)
        read = tokenizer()
        read.save_pretrained(root / "hf")
        WhisperFeatureExtractor().save_pretrained(root / "hf")
        network(read, said, start).save_pretrained(root / "hf")
        copied = ["tokenizer.json", "preprocessor_config.json"]
        TransformersConverter(str(root / "hf"), copy_files=copied).convert(str(root / "ct2"))
    shutil.rmtree(root / "hf")
    return root / "ct2"


def network(read: Any, said: str, start: str) -> WhisperForConditionalGeneration:
    number = read.convert_tokens_to_ids
    options = {"decoder_start_token_id": number(MARKS[1])}
    options |= dict.fromkeys(("suppress_tokens", "begin_suppress_tokens"))
    options |= dict.fromkeys(("pad_token_id", "bos_token_id", "eos_token_id"), number(END))
    for half in ("encoder", "decoder"):
        options |= {f"{half}_layers": 1, f"{half}_attention_heads": 2, f"{half}_ffn_dim": 8}
    made = WhisperForConditionalGeneration(
        WhisperConfig(vocab_size=len(read), d_model=32, **options)
    ).eval()
    decoder = made.model.decoder
    for layer in decoder.layers:
        for part in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            part.weight.data.zero_(), part.bias.data.zero_()
    tokens = decoder.embed_tokens.weight.data.normal_()  # (V, 32)
    tokens -= tokens.mean(1, keepdim=True)
    tokens /= tokens.std(1, keepdim=True)  # or the longest would be the answer everywhere
    text = read.encode(said, add_special_tokens=False)
    answers = [number(start), *text, number("<|2.00|>"), number(END)]
    places = decoder.embed_positions.weight.data
    places[:] = 30 * tokens[number(END)]
    places[: len(answers)] = 30 * tokens[answers]
    decoder.layer_norm.weight.data.fill_(2)
    return made
