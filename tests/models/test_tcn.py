from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from models.tcn import Level, TCNEncoder, TCNEncoders, published

B, T, D = 2, 13, 11


def test_each_modality_keeps_its_own_width():
    encode = TCNEncoders(
        {"visual": D, "audio": 7}, {"visual": [3, 5], "audio": [17]}, 5, 0.1, unit=False
    )
    out = encode({"visual": torch.randn(B, T, D), "audio": torch.randn(B, T, 7)})
    assert encode.widths == {"visual": 5, "audio": 17}
    assert out["visual"].shape == (B, T, 5)
    assert out["audio"].shape == (B, T, 17)


def test_the_published_widths_are_used_unless_others_are_given():
    encode = TCNEncoders({"visual": D, "audio": 7, "text": 5}, None, 5, 0.1, unit=False)
    assert encode.widths == {"visual": 256, "audio": 128, "text": 128}


def test_a_modality_without_widths_is_named():
    with pytest.raises(ValueError, match=r"no TCN widths for pose; channels has \['visual'\]"):
        TCNEncoders({"visual": D, "pose": 3}, {"visual": [5]}, 5, 0.1, unit=False)


def test_without_widths_the_published_ones_are_told():
    message = (
        r"no TCN widths for face, au; channels is not given\. The published ones .*: "
        r"visual \[512, 512, 256, 256\], audio \[128, 128, 128, 128\], text \[256, 256, 128, 128\]"
    )
    with pytest.raises(ValueError, match=message):
        TCNEncoders({"face": D, "audio": 7, "au": 5}, None, 5, 0.1, unit=False)


def test_published_widths_are_those_of_a_modalitys_kind():
    kinds = {"face": "visual", "clip": "visual", "voice": "audio", "au": "signals"}
    found = published(kinds)
    assert list(found) == ["face", "clip", "voice"]
    assert found["face"] == found["clip"] == (512, 512, 256, 256)
    assert found["voice"] == (128,) * 4
    encode = TCNEncoders(dict.fromkeys(found, D), found, 5, 0.1, unit=False)
    assert encode.widths == {"face": 256, "clip": 256, "voice": 128}


def test_a_tcn_without_levels_is_refused():
    with pytest.raises(ValueError, match="one width or more"):
        TCNEncoder(D, [])


def test_steps_can_be_scaled_to_length_one():
    widths, channels = {"audio": D}, {"audio": [17]}
    plain = TCNEncoders(widths, channels, 5, 0.1, unit=False).eval()
    unit = TCNEncoders(widths, channels, 5, 0.1, unit=True).eval()
    unit.load_state_dict(plain.state_dict())
    x = {"audio": torch.randn(B, T, D)}
    expected = plain(x)["audio"] / plain(x)["audio"].norm(dim=2, keepdim=True)
    torch.testing.assert_close(unit(x)["audio"], expected)


@pytest.mark.parametrize("step", range(T))
def test_no_step_sees_the_future_and_each_sees_itself(step):
    encode = TCNEncoder(D, [7, 5]).eval()
    x = torch.randn(1, T, D)
    before = encode(x)
    x[:, step] += 1
    changed = (encode(x) != before).any(dim=2)[0]  # (T,)
    assert not changed[:step].any()
    assert changed[step]


def test_the_published_receptive_field_is_121_steps():
    encode = TCNEncoder(1, [1, 1, 1, 1]).double().eval()
    for p in encode.parameters():
        nn.init.constant_(p, 0.5)  # positive everywhere, so that no leaky slope hides a step
    x = torch.ones(1, 200, 1, dtype=torch.float64, requires_grad=True)
    encode(x)[0, -1].backward()
    assert x.grad is not None
    assert (x.grad[0, :, 0] != 0).nonzero().flatten().tolist() == list(range(200 - 121, 200))


def test_weight_norm_starts_at_the_weight_it_found():
    level = Level(D, 7, 5, 1, 0.1)
    state = level.first.conv.state_dict()
    length, direction = (state[f"parametrizations.weight.original{i}"] for i in (0, 1))
    torch.testing.assert_close(direction.flatten(1).norm(dim=1), length.flatten())
    torch.testing.assert_close(level.first.conv.weight, direction)


def test_a_level_is_two_convolutions_and_a_residual():
    level = Level(D, 7, 3, 2, 0.1).eval()
    x = torch.randn(B, D, T)
    hidden = x
    for conv in (level.first.conv, level.second.conv):
        hidden = F.leaky_relu(conv(F.pad(hidden, (4, 0))), 0.01)
    torch.testing.assert_close(level(x), F.leaky_relu(hidden + level.around(x), 0.01))


def test_a_level_of_equal_widths_has_no_convolution_around():
    assert isinstance(Level(7, 7, 5, 1, 0.1).around, nn.Identity)
