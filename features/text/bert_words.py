"""Contextual word embeddings from an encoder of transformers.

Devlin et al. 2019, https://arxiv.org/abs/1810.04805; the sum of the last four layers and the mean
over a word's pieces as in RJCMA and GRJCA.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from features.forward import Forward
from features.network import batches, check_positive, place
from features.pretrained import files, folder
from features.text.encoding.chunks import Span, chunks
from features.text.encoding.last_layers import LastLayers
from features.text.encoding.row_times import row_times
from features.text.encoding.word_pieces import tokenizer, word_prefix
from features.track import State, Track, track
from features.words import Word


def build(*, model: str, layers: int, tokens: int, device: str, batch: int) -> BertWords:
    """A text encoder: BERT, RoBERTa, DeBERTa, XLM-R, ... D = its width.

    model   a folder, or the id of a model in the local cache; nothing is downloaded
    layers  how many of the last layers are added up (4 in the papers)
    tokens  word pieces that the encoder reads at a time, with special tokens (256 in the papers)
    device  auto, cpu or cuda; batch  chunks of the transcript at a time
    """
    check_positive("bert_words", layers=layers, tokens=tokens, batch=batch)
    where = folder(model, "tokenizer")
    forward = Forward(LastLayers, str(where), layers, where=place(device), lower="batch")
    return BertWords(forward, where, layers, tokens, batch)


class BertWords:
    """Contextual embeddings: words -> Track (T, D), one row a word, at the middle of its time.

    Of words that share their middle the first said has the row. A word of which the tokenizer
    keeps nothing is State.NO_SPEECH.
    """

    libraries = ("tokenizers", "safetensors")
    paths = ("model",)

    def __init__(self, forward: Forward, where: Path, layers: int, tokens: int, batch: int):
        self._forward, self._batch = forward, batch
        self._tokens, self._tokenizer = tokens, tokenizer(where)
        self._prefix = word_prefix(self._tokenizer, where)
        self.dim = int(forward.facts["dim"])
        self._most = tokens - self._tokenizer.num_special_tokens_to_add()
        limit = min(self._tokenizer.model_max_length, forward.facts["positions"])
        if not (self._most > 0 and tokens <= limit):
            raise ValueError(
                f"bert_words: the model in {where} reads up to {limit} tokens, got {tokens}"
            )
        if layers > (count := forward.facts["layers"]):
            raise ValueError(f"bert_words: the model in {where} has {count} layers, not {layers}")
        self.weights = files(where)

    def __call__(self, words: Sequence[Word], /) -> Track:
        times, index = row_times(words)
        if not len(times):
            return track(np.zeros((0, self.dim)), np.zeros(0))
        values = self._values([self._prefix + word.text for word in words])[index]
        return track(values, times, np.where(np.isnan(values[:, 0]), State.NO_SPEECH, State.OK))

    def _values(self, texts: list[str]) -> np.ndarray:
        """The words of a transcript -> (words, D); NaN where a word has no pieces."""
        alone = self._tokenizer(
            texts, is_split_into_words=True, add_special_tokens=False, verbose=False
        )
        owners = [word for word in alone.word_ids() if word is not None]
        pieces = np.bincount(owners, minlength=len(texts)).tolist()
        values = np.full((len(texts), self.dim), np.nan, np.float32)
        for part in batches(chunks(pieces, self._most), self._batch):
            self._embed(texts, part, values)
        return values

    def _embed(self, texts: list[str], part: list[tuple[Span, Span]], values: np.ndarray) -> None:
        """Fill in the rows of the words that some chunks keep."""
        x = self._tokenizer(
            [texts[a:b] for (a, b), _ in part],
            is_split_into_words=True,
            truncation=True,
            max_length=self._tokens,
            padding=True,
            return_tensors="pt",
        )
        total = self._forward(dict(x)).numpy()  # (chunks, L, D)
        for i, ((begin, _), (first, last)) in enumerate(part):
            owners = np.array([-1 if word is None else begin + word for word in x.word_ids(i)])
            for word in range(first, last):
                if (mine := owners == word).any():
                    values[word] = total[i, mine].mean(axis=0)
