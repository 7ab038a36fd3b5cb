from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.aligned import AlignedClip
from models.fusion import build
from models.standardise import Scale, Standardised

B, T = 3, 7
WIDTHS = {"visual": 5, "audio": 11}
CHANNELS = {"visual": [13], "audio": [17]}


def model() -> Standardised:
    return Standardised(build("grjca", WIDTHS, T, channels=CHANNELS))


def clip(length: int, spread: float = 1.0) -> AlignedClip:
    masks = {m: torch.rand(length) < 0.7 for m in WIDTHS}
    tokens = {m: spread * torch.randn(length, d) - 80 for m, d in WIDTHS.items()}
    tokens = {m: x.masked_fill(~masks[m][:, None], torch.nan) for m, x in tokens.items()}
    return AlignedClip(tokens, masks, torch.zeros(length, 2), torch.ones(length, dtype=torch.bool))


def test_a_scale_by_hand():
    scale = Scale(2)
    scale.fit(torch.tensor([[1.0, 10.0], [3.0, 30.0]]))
    assert scale(torch.tensor([[3.0, 10.0]])).tolist() == [[1, -1]]


@pytest.mark.parametrize("value", [0.0, 0.1, -80.0, 1e-9])
def test_a_constant_feature_is_centred_and_not_scaled(value):
    scale = Scale(1)
    scale.fit(torch.full((1001, 1), value))
    assert scale(torch.tensor([[value + 1]])).item() == pytest.approx(1, abs=1e-4)


def test_a_feature_that_only_shows_rounding_is_not_scaled():
    x = torch.full((101, 1), -80.0)
    x[7] = torch.nextafter(x[7], torch.zeros(1))
    scale = Scale(1)
    scale.fit(x)
    assert scale(x).abs().max() < 1e-4


def test_a_small_feature_is_scaled_like_any_other():
    scale = Scale(1)
    x = 1e-9 * torch.randn(1001, 1)
    scale.fit(x)
    assert scale(x).std().item() == pytest.approx(1, abs=0.01)


def test_valid_rows_of_all_clips_become_standard():
    clips = [clip(53), clip(97, spread=10)]
    standard = model()
    standard.fit(clips)
    for m, scale in standard.scale.items():
        rows = scale(torch.cat([c.tokens[m][c.masks[m]] for c in clips]))
        torch.testing.assert_close(rows.mean(dim=0), torch.zeros(WIDTHS[m]), rtol=0, atol=1e-4)
        torch.testing.assert_close(
            rows.std(dim=0, correction=0), torch.ones(WIDTHS[m]), rtol=0, atol=1e-4
        )


def test_the_head_is_given_standard_rows():
    standard = model().eval()
    standard.fit([clip(53)])
    tokens = {m: torch.randn(B, T, d) - 80 for m, d in WIDTHS.items()}
    masks = {m: torch.rand(B, T) < 0.7 for m in WIDTHS}
    scaled = {m: scale(tokens[m]) for m, scale in standard.scale.items()}
    assert torch.equal(standard(tokens, masks), standard.head(scaled, masks))
    for m, weights in standard.explain(tokens, masks).items():
        assert torch.equal(weights, standard.head.explain(scaled, masks)[m])


def test_the_scale_is_saved_with_the_weights():
    standard, twin = model().eval(), model().eval()
    standard.fit([clip(53)])
    twin.load_state_dict(standard.state_dict())
    tokens = {m: torch.randn(B, T, d) - 80 for m, d in WIDTHS.items()}
    masks = {m: torch.ones(B, T, dtype=torch.bool) for m in WIDTHS}
    assert torch.equal(standard(tokens, masks), twin(tokens, masks))


def test_rows_without_data_are_harmless():
    standard = model().eval()
    standard.fit([clip(53)])
    tokens = {m: torch.randn(B, T, d) for m, d in WIDTHS.items()}
    masks = {m: torch.rand(B, T) < 0.7 for m in WIDTHS}
    before = standard(tokens, masks)
    changed = {m: x.masked_fill(~masks[m][..., None], torch.nan) for m, x in tokens.items()}
    assert torch.equal(standard(changed, masks), before)


def test_half_precision_features_are_read():
    standard = model().eval()
    masks = {m: torch.ones(B, T, dtype=torch.bool) for m in WIDTHS}
    tokens = {m: torch.randn(B, T, d).half() for m, d in WIDTHS.items()}
    assert standard(tokens, masks).dtype == torch.float32


def test_a_modality_without_a_valid_row_is_named():
    masked = clip(53)
    nothing = torch.zeros(53, dtype=torch.bool)
    masked = replace(masked, masks={**masked.masks, "audio": nothing})
    with pytest.raises(ValueError, match="audio has no valid row in 1 training clips"):
        model().fit([masked])
