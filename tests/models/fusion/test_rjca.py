"""JCA-DCN, RJCA and DCA against their equations, written out once more, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.clip_encoders import ClipEncoders
from models.fusion import build
from tests.models.spelled import Clip, Weights, agree, dcn, gated, linear, r1, recursed, rl, softmax
from tests.models.spelled import unit as l2

T, Y, WIDTH = 5, 3, 14
WIDTHS = {"visual": 11, "audio": 13, "text": 17, "au": 19}
CHANNELS_OF_MAP = 3
MAP = {**WIDTHS, "visual": 49 * CHANNELS_OF_MAP}


def spatial(visual: Tensor, audio: Tensor, w: Weights, layout: str) -> Tensor:
    """Audio-guided spatial attention over the rows of one clip."""
    steps = []
    for frame, guide in zip(visual, audio, strict=True):
        positions = frame.reshape(49, CHANNELS_OF_MAP)
        if layout == "corrected":
            positions = torch.stack([frame[p::49] for p in range(49)])
        g = linear(linear(guide, w, "encode.attend.W_s").clamp(min=0), w, "encode.attend.W_g")
        scores = []
        for p in range(49):
            u = linear(positions[p], w, "encode.attend.W_p").clamp(min=0)
            evidence = torch.tanh(linear(u, w, "encode.attend.W_V") + g[p])
            scores.append(linear(evidence, w, "encode.attend.w_h")[0])
        alpha = softmax(torch.stack(scores))
        attended = torch.stack([alpha[p] * positions[p] for p in range(49)]).sum(dim=0)
        steps.append(linear(attended, w, "encode.attend.W_f"))
    return torch.stack(steps)


def encoded(w: Weights, clip: Clip, recurrent: bool, layout: str | None) -> Clip:
    def recurred(m: str, x: Tensor) -> Tensor:
        return rl(x, w, f"encode.recur.{m}") if recurrent else x

    streams = {m: l2(x) for m, x in clip.items()}
    audio = recurred("audio", streams["audio"])
    if layout:
        streams["visual"] = spatial(streams["visual"], audio, w, layout)
    return {m: audio if m == "audio" else recurred(m, x) for m, x in streams.items()}


def jca_dcn(w: Weights, clip: Clip, layout: str | None) -> Tensor:
    fused = dcn(encoded(w, clip, False, layout), w, "attend")
    return r1(rl(torch.cat(list(fused.values()), dim=1), w, "join"), w, Y)


def rjca(w: Weights, clip: Clip, layout: str | None, recursions: int, tied: bool) -> Tensor:
    last = recursed(encoded(w, clip, True, layout), w, recursions, tied)[-1]
    return r1(rl(torch.cat(list(last.values()), dim=1), w, "join"), w, Y)


def dca(w: Weights, clip: Clip, layout: str | None, recursions: int, tied: bool) -> Tensor:
    first, *_, last = recursed(encoded(w, clip, True, layout), w, recursions, tied)
    chosen = [gated(last[m], [first[m], last[m]], w, f"gate.{m}") for m in clip]
    return r1(rl(torch.cat(chosen, dim=1), w, "join"), w, Y)


def compare(name, spell, count, layout, **options):
    widths = dict(list((MAP if layout else WIDTHS).items())[:count])
    chosen = {"spatial": True, "layout": layout} if layout else {}

    def one(w: Weights, clip: Clip) -> Tensor:
        return spell(w, clip, layout, **options)

    agree(name, one, widths, T, Y, width=WIDTH, **chosen, **options)


@pytest.mark.parametrize("layout", [None, "published", "corrected"])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_jca_dcn_computes_its_equations(count, layout):
    compare("jca_dcn", jca_dcn, count, layout)


@pytest.mark.parametrize(("name", "spell"), [("rjca", rjca), ("dca", dca)])
@pytest.mark.parametrize(
    ("count", "layout", "recursions", "tied"),
    [
        (2, None, 1, False),
        (2, "published", 2, False),
        (3, "corrected", 2, True),
        (3, None, 4, False),
        (4, "published", 2, False),
    ],
)
def test_they_compute_their_equations(name, spell, count, layout, recursions, tied):
    compare(name, spell, count, layout, recursions=recursions, tied=tied)


@pytest.mark.parametrize("name", ["jca_dcn", "rjca", "dca"])
class TestSpatialAttention:
    def test_needs_a_map(self, name):
        with pytest.raises(ValueError, match="reads C x 49 visual features, got 11"):
            build(name, WIDTHS, T, width=WIDTH, spatial=True)

    @pytest.mark.parametrize(
        ("spatial", "message"),
        [
            (
                True,
                r"needs visual and audio, got \['face', 'text'\]; it lacks visual and audio. .*",
            ),
            (["face", "voice"], r"needs face and voice, got .*; it lacks voice\. name the pair"),
        ],
    )
    def test_names_the_modality_that_it_lacks(self, name, spatial, message):
        with pytest.raises(ValueError, match=message):
            build(name, {"face": 49, "text": 5}, T, width=WIDTH, spatial=spatial)

    @pytest.mark.parametrize("spatial", ["face", ["face"], ["face", "face"], ["a", "b", "c"]])
    def test_is_of_two_modalities(self, name, spatial):
        with pytest.raises(ValueError, match="true, false, or two modalities"):
            build(name, {"face": 49, "text": 5}, T, width=WIDTH, spatial=spatial)

    def test_is_the_same_under_any_names(self, name):
        called = {"visual": "face", "audio": "voice", "text": "words", "au": "au"}
        theirs = build(name, MAP, T, width=WIDTH, spatial=True).eval()
        widths = {called[m]: d for m, d in MAP.items()}
        ours = build(name, widths, T, width=WIDTH, spatial=["face", "voice"]).eval()
        weights = theirs.state_dict().values()
        ours.load_state_dict(dict(zip(ours.state_dict(), weights, strict=True)))
        tokens = {m: torch.randn(2, T, d) for m, d in MAP.items()}
        masks = {m: torch.rand(2, T) < 0.8 for m in MAP}
        renamed = [{called[m]: x for m, x in part.items()} for part in (tokens, masks)]
        assert torch.equal(ours(*renamed), theirs(tokens, masks))

    def test_knows_its_layouts(self, name):
        with pytest.raises(ValueError, match="Did you mean 'corrected'"):
            build(name, MAP, T, width=WIDTH, spatial=True, layout="correct")

    def test_keeps_the_order_of_the_modalities(self, name):
        widths = dict(reversed(MAP.items()))
        encode = ClipEncoders(widths, None if name == "jca_dcn" else WIDTH, True, "published")
        encoded = encode({m: torch.randn(2, T, d) for m, d in widths.items()})
        assert list(encoded) == list(encode.widths) == ["au", "text", "audio", "visual"]


@pytest.mark.parametrize("name", ["jca_dcn", "rjca", "dca"])
@pytest.mark.parametrize("width", [0, 1, 13])
def test_a_width_that_two_directions_cannot_share_is_refused(name, width):
    with pytest.raises(ValueError, match=f"needs an even width, got {width}"):
        build(name, WIDTHS, T, width=width)


def test_every_linear_layer_starts_without_bias_and_the_lstm_with():
    weights = build("dca", MAP, T, width=WIDTH, spatial=True).state_dict()
    for name, w in weights.items():
        assert w.any() != (name.endswith(".bias")), name


def test_a_gate_chooses_between_its_encoding_and_all_of_the_attention():
    head = build("dca", WIDTHS, T, width=WIDTH, recursions=4).eval()
    tokens = {m: torch.randn(2, T, d) for m, d in WIDTHS.items()}
    masks = {m: torch.ones(2, T, dtype=torch.bool) for m in WIDTHS}
    assert {w.shape for w in head.explain(tokens, masks).values()} == {(2, T, 2)}
