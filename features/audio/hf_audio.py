"""Embeddings by wav2vec 2.0, HuBERT, WavLM, ... of transformers, averaged around each row.

Baevski et al. 2020, https://arxiv.org/abs/2006.11477; Hsu et al. 2021,
https://arxiv.org/abs/2106.07447; Chen et al. 2022, https://arxiv.org/abs/2110.13900.
"""

from __future__ import annotations

from features.audio.framing.frame_means import FrameMeans, Lengths
from features.audio.framing.speech import SpeechTransformer
from features.pretrained import folder


def build(
    *,
    model: str,
    layer: int | str,
    window_ms: float,
    hop_ms: float,
    chunk_s: float,
    context_s: float,
    floor_db: float,
    device: str,
) -> HfAudio:
    """A speech transformer. D = its width.

    model      a folder, or the id of a model in the local cache; nothing is downloaded
    layer      0: what goes into the first layer, 1: what comes out of it, ...; or last_four: the
               mean of the last four
    window_ms  the frames around a row that it averages; hop_ms  from one row to the next
    chunk_s    sound that goes through the model at a time, with context_s more on both sides
    floor_db   a row whose loudest 10 ms are below it (dB of full scale) is State.SILENCE
    device     auto, cpu or cuda
    """
    lengths = Lengths("hf_audio", window_ms, hop_ms, chunk_s, context_s)
    encoder = SpeechTransformer(folder(model, "feature extractor"), layer, device)
    return HfAudio(encoder, lengths, floor_db)


class HfAudio(FrameMeans):
    """The frames of a speech transformer, averaged over a window around each row.

    Sound -> Track (T, D), one row every hop.
    """

    libraries = ("tokenizers", "safetensors")
    paths = ("model",)

    def __init__(self, encoder: SpeechTransformer, lengths: Lengths, floor_db: float):
        super().__init__(encoder, lengths, floor_db)
        self.weights = encoder.weights
