"""JMT against its equations, written out once more: one clip at a time, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from models.fusion import build
from models.fusion.jmt import JMT
from tests.models.spelled import Clip, Weights, agree, linear, r1, softmax, unit

T, Y, WIDTH = 5, 3, 19
WIDTHS = {"visual": 11, "audio": 19, "text": 17, "au": 23}  # audio has the head's own width
SIX = "visual<audio audio<visual joint<visual visual<joint joint<audio audio<joint"


def attention(x: Tensor, s: Tensor, w: Weights, at: str) -> Tensor:
    query, key, value = (
        linear(x, w, f"{at}.W_q"),
        linear(s, w, f"{at}.W_k"),
        linear(s, w, f"{at}.W_v"),
    )
    rows = []
    for q in query:
        weights = softmax(torch.stack([q @ k / WIDTH**0.5 for k in key]))
        rows.append(sum(weights[i] * value[i] for i in range(len(value))))
    return linear(torch.stack(rows), w, f"{at}.W_o")


def layer_norm(x: Tensor, w: Weights, at: str) -> Tensor:
    mean = x.mean(dim=1, keepdim=True)
    var = (x - mean).square().mean(dim=1, keepdim=True)
    return (x - mean) / (var + 1e-5).sqrt() * w[f"{at}.weight"] + w[f"{at}.bias"]


def encoder(x: Tensor, w: Weights, at: str) -> Tensor:
    x = layer_norm(x + attention(x, x, w, f"{at}.attend"), w, f"{at}.norm_1")
    hidden = linear(x, w, f"{at}.W_1").clamp(min=0)
    return layer_norm(x + linear(hidden, w, f"{at}.W_2"), w, f"{at}.norm_2")


def jmt(w: Weights, clip: Clip, pairs: list[str], fusion: str) -> Tensor:
    f = {
        m: unit(linear(rows, w, f"project.each.{m}") if m != "audio" else rows)
        for m, rows in clip.items()
    }
    if any("joint" in pair for pair in pairs):
        f["joint"] = linear(torch.cat(list(f.values()), dim=1), w, "W_joint")
    e = {s: encoder(x, w, f"encode.{s}") for s, x in f.items()}
    attended = []
    for pair in pairs:
        query, source = pair.split("<")
        attended.append(attention(e[query], e[source], w, f"attend.{query}"))
    if fusion == "fc":
        return r1(linear(torch.cat(attended, dim=1), w, "W_f"), w, Y)
    rows = []
    for t in range(T):
        tokens = encoder(torch.stack([h[t] for h in attended]), w, "encode_f")
        rows.append(attention(tokens, tokens, w, "attend_f")[-1])
    return r1(torch.stack(rows), w, Y)


@pytest.mark.parametrize("fusion", ["self_attention", "fc"])
@pytest.mark.parametrize(
    ("count", "joint", "pairs"),
    [
        (2, True, SIX),
        (2, False, "visual<audio audio<visual"),
        (
            3,
            True,
            "visual<audio audio<visual visual<text text<visual audio<text text<audio "
            "joint<visual visual<joint joint<audio audio<joint joint<text text<joint",
        ),
        (
            4,
            True,
            "visual<audio audio<visual visual<text text<visual visual<au au<visual audio<text "
            "text<audio audio<au au<audio text<au au<text joint<visual visual<joint joint<audio "
            "audio<joint joint<text text<joint joint<au au<joint",
        ),
    ],
)
def test_it_computes_its_equations(count, joint, pairs, fusion):
    def spell(w: Weights, clip: Clip) -> Tensor:
        return jmt(w, clip, pairs.split(), fusion)

    widths = dict(list(WIDTHS.items())[:count])
    agree("jmt", spell, widths, T, Y, width=WIDTH, joint=joint, fusion=fusion)


@pytest.mark.parametrize(("joint", "fusion"), [(True, "self_attention"), (False, "fc")])
def test_fusion_is_as_published_unless_it_is_named(joint, fusion):
    head = build("jmt", WIDTHS, T, width=WIDTH, joint=joint)
    assert isinstance(head, JMT)
    assert head.fusion == fusion


def test_an_unknown_fusion_is_named():
    with pytest.raises(ValueError, match=r"no fusion of jmt named 'fcc'.* Did you mean 'fc'\?"):
        build("jmt", WIDTHS, T, width=WIDTH, fusion="fcc")


def test_a_modality_cannot_be_called_joint():
    with pytest.raises(ValueError, match="no modality of jmt can be called 'joint'"):
        build("jmt", {"visual": 3, "joint": 5}, T, width=WIDTH)
