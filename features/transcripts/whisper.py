"""Speech recognition by Whisper, through faster-whisper, an optional package.

Radford et al. 2022, https://arxiv.org/abs/2212.04356. Each passage of speech is transcribed by
itself, with beam search and no chance in it; where nobody speaks the model does not run, since it
would hallucinate.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from features.media.sounds import Sound, SoundSource
from features.nearest import unknown
from features.network import DEVICES, check_positive, place
from features.pretrained import files, folder, reading
from features.transcripts.formats.timing import in_order
from features.transcripts.formats.voice import RATE, Silero, passages
from features.weights import WeightsError
from features.words import Word, Words

PACKAGE = "pip install 'faster-whisper>=1.2'"


def build(
    *,
    model: str,
    language: str | None,
    beam: int,
    speech: float,
    pause_ms: int,
    no_speech: float,
    log_probability: float,
    compression: float,
    compute_type: str,
    device: str,
) -> Whisper:
    """A Whisper model in CTranslate2's format.

    model            a folder, or the id of a model in the local cache; nothing is downloaded.
                     `ct2-transformers-converter` makes one of transformers' folders
    language         a code such as en; null: the one that the clip's first passage sounds like
    beam             how many transcripts it follows at a time
    speech           probability from which a moment counts as speech
    pause_ms         without speech, after which a passage ends
    no_speech        what the model takes for silence with a higher probability is left out,
    log_probability  unless the mean over its tokens is above this
    compression      text that a zip makes smaller by more than this factor repeats itself and is
                     left out
    compute_type     of CTranslate2: float32, int8, float16 (GPU), ...; device  auto, cpu or cuda

    Raises LookupError where faster-whisper is not installed, FileNotFoundError, WeightsError.
    """
    check_positive("whisper", beam=beam, pause_ms=pause_ms)
    for name, share in {"speech": speech, "no_speech": no_speech}.items():
        if not 0 < share <= 1:
            raise ValueError(f"whisper: {name} must be above 0 and at most 1, got {share}")
    where = folder(
        model, "tokenizer of Whisper", weights=("model.bin",), get="Systran/faster-whisper-small"
    )
    recogniser = _loaded(where, place(device, DEVICES).device.type, compute_type)
    languages = recogniser.supported_languages
    if language is not None and language not in languages:
        raise ValueError(unknown(f"language of the model in {where}", language, languages))
    options = {
        "language": language,
        "beam_size": beam,
        "no_speech_threshold": no_speech,
        "log_prob_threshold": log_probability,
    }
    return Whisper(recogniser, options, Silero(speech, pause_ms), compression, files(where))


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


class Whisper:
    """A speech recogniser: the sound of a clip, whatever transcript there is -> its words by start.

    [] where nobody speaks; None where there is no sound.
    """

    libraries = ("ctranslate2", "tokenizers", "onnxruntime")  # they work under faster-whisper
    paths = ("model",)

    def __init__(
        self,
        model: Any,
        options: dict,
        voice: Silero,
        compression: float,
        weights: list[Path],
    ):
        self._model, self._options, self._voice = model, options, voice
        self._compression, self.weights = compression, weights

    def __call__(self, sound: SoundSource, *_: object) -> Words | None:
        pieces = iter(sound(RATE))
        first = next(pieces, None)
        if first is None:
            return None
        words: Words = []
        options = dict(self._options)
        for passage in passages(chain([first], pieces), self._voice):
            segments, info = self._model.transcribe(
                passage.samples,
                temperature=0.0,
                compression_ratio_threshold=None,  # another try, by chance, is what it would give
                condition_on_previous_text=False,
                word_timestamps=True,
                **options,
            )
            options["language"] = info.language
            for segment in segments:
                if segment.compression_ratio <= self._compression:
                    words += [word_of(w, passage) for w in segment.words if w.word.strip()]
        return in_order(words)


def word_of(word: Any, passage: Sound) -> Word:
    """The Word for one of a passage, at its time in the clip, within the passage."""
    end = len(passage.samples) / RATE
    start, stop = (passage.time + min(max(float(t), 0.0), end) for t in (word.start, word.end))
    return Word(word.word.strip(), start, max(start, stop), False)
