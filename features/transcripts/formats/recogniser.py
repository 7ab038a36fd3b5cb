"""Whisper's network with its search, through faster-whisper: the part of it that wants a card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor

from features.nearest import unknown
from features.network import Place
from features.pretrained import reading
from features.weights import WeightsError

PACKAGE = "pip install 'faster-whisper>=1.2'"


class Recogniser:
    """The model: speech (N,) and options -> {language, segments: [{compression_ratio, words}]}.

    A word is its text, start and end, s. Its facts: the languages that it knows.
    """

    def __init__(self, where: Place, root: str, compute_type: str):
        self._model = _loaded(Path(root), where.device.type, compute_type)
        self.facts = {"languages": list(self._model.supported_languages)}

    def __call__(self, samples: Tensor, options: dict[str, Any]) -> dict[str, Any]:
        segments, info = self._model.transcribe(
            samples.numpy(),
            temperature=0.0,
            compression_ratio_threshold=None,  # another try, by chance, is what it would give
            condition_on_previous_text=False,
            word_timestamps=True,
            **options,
        )
        found = [
            {
                "compression_ratio": float(segment.compression_ratio),
                "words": [[w.word, float(w.start), float(w.end)] for w in segment.words],
            }
            for segment in segments
        ]
        return {"language": info.language, "segments": found}


def _loaded(where: Path, device: str, compute_type: str) -> Any:
    """The model in a folder, on one core, so that its sums have one order."""
    try:
        import ctranslate2
        from faster_whisper import WhisperModel
    except ModuleNotFoundError as error:
        raise LookupError(f"whisper needs a package that is not installed: {PACKAGE}") from error
    known = sorted(ctranslate2.get_supported_compute_types(device))
    if compute_type not in known:
        raise ValueError(unknown(f"compute_type on {device}", compute_type, known))
    with reading("model", where):
        model = WhisperModel(
            str(where),
            device=device,
            compute_type=compute_type,
            cpu_threads=1,
            local_files_only=True,
        )
    bands = model.feature_extractor.mel_filters.shape[0]
    if model.model.n_mels != bands:
        raise WeightsError(
            f"the model in {where} hears {model.model.n_mels} mel bands, not {bands}; does it lack "
            "its preprocessor_config.json?"
        )
    if model.hf_tokenizer.token_to_id("<|startoftranscript|>") is None:
        raise WeightsError(f"the tokenizer in {where} is not one of Whisper's")
    return model
