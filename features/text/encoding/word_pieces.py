"""Tokenizers that can tell which word a piece is of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoTokenizer

from features.pretrained import reading

PROBE = ("so", "we", "went", "there")


def tokenizer(where: Path) -> Any:
    """The tokenizer in a folder. Raises ValueError unless it can tell the words of its pieces."""
    with reading("tokenizer", where):
        found = AutoTokenizer.from_pretrained(
            where, local_files_only=True, trust_remote_code=False, add_prefix_space=True
        )
    if not found.is_fast:
        raise ValueError(
            f"the tokenizer in {where} cannot tell which word a piece is of; "
            "bert_words needs one with a tokenizer.json"
        )
    found.padding_side = found.truncation_side = "right"  # words keep their places in any padding
    return found


def word_prefix(tokenizer: Any, where: Path) -> str:
    """What to put before each word, so that words one by one are tokenized as they are in a text.

    Tokenizers that work on bytes tell by the space before it that a word begins, which only those
    of some models add by themselves. Raises ValueError if neither way is right.
    """
    for before in ("", " "):
        words = [before + word for word in PROBE]
        alone = tokenizer(words, is_split_into_words=True, add_special_tokens=False)["input_ids"]
        if alone == tokenizer(before + " ".join(PROBE), add_special_tokens=False)["input_ids"]:
            return before
    raise ValueError(
        f"the tokenizer in {where} reads words one by one otherwise than in a text, so that their "
        "embeddings would be others; bert_words cannot use it"
    )
