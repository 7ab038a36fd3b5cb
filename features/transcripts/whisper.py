"""Speech recognition by Whisper, through faster-whisper, an optional package.

Radford et al. 2022, https://arxiv.org/abs/2212.04356. Each passage of speech is transcribed by
itself, with beam search and no chance in it; where nobody speaks the model does not run, since it
would hallucinate.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import torch

from features.forward import Forward
from features.media.sounds import Sound, SoundSource
from features.nearest import unknown
from features.network import DEVICES, check_positive, place
from features.pretrained import files, folder
from features.transcripts.formats.recogniser import Recogniser
from features.transcripts.formats.sounds import told_apart
from features.transcripts.formats.voice import RATE, Silero, passages
from features.words import Word, Words, spoken


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
    keep_sounds: bool = False,
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
    keep_sounds      what is no speech - [BLANK_AUDIO], (laughs) - counts as words, too

    Raises LookupError where faster-whisper is not installed, FileNotFoundError, WeightsError.
    """
    check_positive("whisper", beam=beam, pause_ms=pause_ms)
    for name, share in {"speech": speech, "no_speech": no_speech}.items():
        if not 0 < share <= 1:
            raise ValueError(f"whisper: {name} must be above 0 and at most 1, got {share}")
    where = folder(
        model, "tokenizer of Whisper", weights=("model.bin",), get="Systran/faster-whisper-small"
    )
    run = place(device, DEVICES)
    recogniser = Forward(Recogniser, str(where), compute_type, where=run, lower="beam")
    languages = recogniser.facts["languages"]
    if language is not None and language not in languages:
        raise ValueError(unknown(f"language of the model in {where}", language, languages))
    options = {
        "language": language,
        "beam_size": beam,
        "no_speech_threshold": no_speech,
        "log_prob_threshold": log_probability,
    }
    voice = Silero(speech, pause_ms)
    return Whisper(recogniser, options, voice, compression, keep_sounds, files(where))


class Whisper:
    """A speech recogniser: the sound of a clip, whatever transcript there is -> its words by start.

    [] where nobody speaks; None where there is no sound.
    """

    libraries = ("ctranslate2", "tokenizers", "onnxruntime")  # they work under faster-whisper
    paths = ("model",)

    def __init__(
        self,
        recogniser: Forward,
        options: dict,
        voice: Silero,
        compression: float,
        keep_sounds: bool,
        weights: list[Path],
    ):
        self._recogniser, self._options, self._voice = recogniser, options, voice
        self._compression, self._keep_sounds, self.weights = compression, keep_sounds, weights

    def __call__(self, sound: SoundSource, *_: object) -> Words | None:
        words = self.hear(sound)
        return None if words is None else spoken(words)

    def hear(self, sound: SoundSource) -> Words | None:
        """The same, with the sounds that the model writes down."""
        pieces = iter(sound(RATE))
        first = next(pieces, None)
        if first is None:
            return None
        words: Words = []
        options = dict(self._options)
        for passage in passages(chain([first], pieces), self._voice):
            found = self._recogniser(torch.from_numpy(passage.samples), options)
            options["language"] = found["language"]
            for segment in found["segments"]:
                if segment["compression_ratio"] <= self._compression:
                    words += [word_of(w, passage) for w in segment["words"] if w[0].strip()]
        return told_apart(words, aligned=False, keep=self._keep_sounds)


def word_of(word: Sequence[Any], passage: Sound) -> Word:
    """The Word for text, start and end (s) of one in a passage, at its time in the clip."""
    text, *times = word
    end = len(passage.samples) / RATE
    start, stop = (passage.time + min(max(t, 0.0), end) for t in times)
    return Word(text.strip(), start, max(start, stop), False)
