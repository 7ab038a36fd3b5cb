"""Any model of sentence-transformers over utterances, or over windows that slide along the words.

Reimers & Gurevych 2019, https://arxiv.org/abs/1908.10084.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from features.forward import Forward
from features.network import CPU, Place, check_positive, place
from features.pretrained import files
from features.text.encoding.passages import utterances, windows
from features.text.encoding.row_times import row_times
from features.text.encoding.sentence_model import loaded, too_long
from features.track import Track, track
from features.words import Word

OVER = ("windows", "utterances")
Passages = Callable[[Sequence[Word]], list[Word]]


def build(
    *, model: str, over: str, words: int, every: int, pause_s: float, device: str, batch: int
) -> Sentences:
    """A sentence model. D = its width.

    model    a folder with a model of sentence-transformers; nothing is downloaded
    over     windows: `words` words around every `every`th word, which has the row (1 and 1: each
             word by itself); utterances: what is said without a pause or the end of a sentence,
             in parts of at most `words` words
    pause_s  between two words, from which on an utterance ends
    device   auto, cpu or cuda; batch  texts at a time
    """
    check_positive("sentences", words=words, every=every, batch=batch)
    if over not in OVER:
        raise ValueError(f"sentences: over must be one of {', '.join(OVER)}, got {over!r}")
    passages = partial(windows, most=words, every=every)
    if over == "utterances":
        passages = partial(utterances, most=words, pause_s=pause_s)
    forward = Forward(Encoder, model, where=place(device), lower="batch")
    return Sentences(forward, Path(model), passages, batch)


class Encoder:
    """A sentence model: texts, so many of them at a time -> {values: (N, D)}, of unit length.

    Or {long: the indices of those that have more tokens than it reads}, if there are any. Its
    facts: dim, which is D, and how many tokens it reads.
    """

    def __init__(self, where: Place, folder: str):
        self._where, self._model = where, loaded(Path(folder), CPU)
        dim = int(self._model.get_embedding_dimension() or 0)
        self.facts = {"dim": dim, "tokens": self._model.max_seq_length}

    @cached_property
    def _encode(self) -> Any:
        self._model.forward = self._where.precise(self._model.forward)
        return self._model.to(self._where.device).encode

    @torch.inference_mode()
    def __call__(self, texts: list[str], batch: int) -> dict[str, Any]:
        if long := too_long(self._model, texts):
            return {"long": long}
        values = self._encode(
            texts, batch_size=batch, show_progress_bar=False, normalize_embeddings=True
        )
        return {"values": torch.from_numpy(values)}


class Sentences:
    """Sentence embeddings of passages, of unit length.

    Words -> Track (T, D), one row a window, at its middle word's time, or one an utterance,
    half-way between its first word's start and its last word's end. Of rows at the same time the
    first said stays.
    """

    libraries = ("transformers", "tokenizers", "safetensors")
    paths = ("model",)

    def __init__(self, forward: Forward, where: Path, passages: Passages, batch: int):
        self._forward, self._passages, self._batch = forward, passages, batch
        self.dim = int(forward.facts["dim"])
        self.weights = files(where)

    def __call__(self, words: Sequence[Word], /) -> Track:
        passages = self._passages(words)
        times, index = row_times(passages)
        if not len(times):
            return track(np.zeros((0, self.dim)), np.zeros(0))
        found = self._forward([passages[i].text for i in index], self._batch)
        if "long" in found:
            raise ValueError(
                f"sentences: what is said around {times[found['long'][0]]:.2f} s has more than the "
                f"{self._forward.facts['tokens']} tokens that the model reads; take fewer words"
            )
        return track(found["values"].numpy(), times)
