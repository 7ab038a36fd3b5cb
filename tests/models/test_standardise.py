from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from models.aligned import AlignedClip
from models.fusion import build
from models.head import Head
from models.moments import Moments
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
    return AlignedClip(tokens, masks, torch.zeros(length, 2), torch.ones(length, 2).bool())


def of(rows: Tensor) -> Moments:
    moments = Moments(rows.shape[1])
    moments.add(rows)
    return moments


def test_a_scale_by_hand():
    scale = Scale(2)
    scale.set(of(torch.tensor([[1.0, 10.0], [3.0, 30.0]])))
    assert scale(torch.tensor([[3.0, 10.0]])).tolist() == [[1, -1]]


@pytest.mark.parametrize("value", [0.0, 0.1, -80.0, 1e-9])
def test_a_constant_feature_is_centred_and_not_scaled(value):
    scale = Scale(1)
    scale.set(of(torch.full((1001, 1), value)))
    assert scale(torch.tensor([[value + 1]])).item() == pytest.approx(1, abs=1e-4)


def test_a_feature_that_only_shows_rounding_is_not_scaled():
    x = torch.full((101, 1), -80.0)
    x[7] = torch.nextafter(x[7], torch.zeros(1))
    scale = Scale(1)
    scale.set(of(x))
    assert scale(x).abs().max() < 1e-4


def test_a_small_feature_is_scaled_like_any_other():
    scale = Scale(1)
    x = 1e-9 * torch.randn(1001, 1)
    scale.set(of(x))
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


class Given(Head):
    """A head that gives back its features."""

    def __init__(self, targets: int) -> None:
        super().__init__({"audio": 2}, 3, targets)

    def fuse(self, streams):
        return streams["audio"][..., : self.targets]


def given(model: Standardised, *values: float) -> torch.Tensor:
    """Its predictions where its head gives these, (3, 2) -> (1, 3, Y)."""
    x = torch.tensor(values).view(1, 3, 2)
    return model({"audio": x}, {"audio": torch.ones(1, 3, dtype=torch.bool)})


def test_predictions_are_in_the_range_of_each_target():
    """3 + 2 head in [1, 5], and 50 + 50 head in [0, 100]."""
    model = Standardised(Given(2), [(1.0, 5.0), (0.0, 100.0)])
    out = given(model, -1, -1, 0, 0.5, 1, 1)
    assert out[0].tolist() == [[1, 0], [3, 75], [5, 100]]


def test_in_minus_one_to_one_the_head_is_left_as_it_is():
    tiny = torch.finfo(torch.float32).tiny
    values = (0.0, -0.0, tiny, -1.0, 1 / 3, -7.5)
    expected = torch.tensor(values).view(1, 3, 2).view(torch.int32)
    for ranges in (None, [(-1.0, 1.0)] * 2):
        out = given(Standardised(Given(2), ranges), *values)
        assert torch.equal(out.view(torch.int32), expected)  # -0.0 is not 0.0 here


def test_the_ranges_are_saved_with_the_weights():
    made, twin = Standardised(Given(1), [(1.0, 5.0)]), Standardised(Given(1))
    assert {k: v.tolist() for k, v in made.state_dict().items() if k in ("middle", "reach")} == {
        "middle": [3], "reach": [2],
    }  # fmt: skip
    twin.load_state_dict(made.state_dict())
    assert given(twin, *[0.5] * 6).flatten().tolist() == [4, 4, 4]


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ([(1.0, 5.0)], "2 targets need as many ranges, got 1"),
        ([(1.0, 5.0), (5.0, 1.0)], r"a low and a higher number, got \[5\.0, 1\.0\]"),
        ([(1.0, 5.0), (1.0, 1.0)], "a low and a higher number"),
        ([(1.0, 5.0), (0.0, float("inf"))], "a low and a higher number"),
        ([(1.0, 5.0), (0.0, float("nan"))], "a low and a higher number"),
    ],
)
def test_a_range_that_cannot_be_is_named(ranges, message):
    with pytest.raises(ValueError, match=message):
        Standardised(Given(2), ranges)
