from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from models.aligned import AlignedClip
from models.fusion import build
from models.head import Head
from models.placement import placement
from models.prediction import predict
from models.recipe import Recipe
from models.shapes import ShapeError
from models.split import validated
from models.standardise import Standardised
from models.targets import Ranges
from models.training import Training

STEPS, Y = 7, 2
TARGETS = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}
WIDTHS = {"visual": 5, "audio": 11}
CHANNELS = {"visual": [13], "audio": [17]}


def recipe(**changes: Any) -> Recipe:
    plain: dict[str, Any] = dict(
        steps=STEPS, hop=5, batch=8, epochs=3, patience=3, optimiser="adamw", lr=1e-2,
        weight_decay=1e-4, schedule="cosine", loss="ccc_flat", clip_norm=1.0,
        target_weights=None,
    )  # fmt: skip
    return Recipe(**{**plain, **changes})


def planted(clips: int, seed: int, length: int = 31) -> dict[str, AlignedClip]:
    """Valence in the first visual feature, arousal in the second audio feature, plus distraction.

    Scales and offsets are as different as real extractors', a fifth of the rows is masked, some
    steps have no label, and clips differ in length.
    """
    source = torch.Generator().manual_seed(seed)

    def one(length: int) -> AlignedClip:
        tokens = {m: torch.randn(length, d, generator=source) for m, d in WIDTHS.items()}
        labels = torch.tanh(torch.stack([tokens["visual"][:, 0], tokens["audio"][:, 1]], dim=1))
        masks = {m: torch.rand(length, generator=source) < 0.8 for m in WIDTHS}
        tokens = {"visual": tokens["visual"] / 100, "audio": 20 * tokens["audio"] - 80}
        tokens = {m: x.masked_fill(~masks[m][:, None], torch.nan) for m, x in tokens.items()}
        labelled = (torch.rand(length, generator=source) < 0.9)[:, None].repeat(1, 2)
        return AlignedClip(tokens, masks, labels.masked_fill(~labelled, -5), labelled)

    return {f"clip {i}": one(length + i) for i in range(clips)}


def lacking(clip: AlignedClip, target: int, steps: slice = slice(None)) -> AlignedClip:
    """The clip without labels of one target at these steps."""
    labels, mask = clip.labels.clone(), clip.label_mask.clone()
    labels[steps, target], mask[steps, target] = torch.nan, False
    return replace(clip, labels=labels, label_mask=mask)


def grjca() -> Head:
    return build("grjca", WIDTHS, STEPS, Y, channels=CHANNELS)


def concat() -> Head:
    return build("concat", WIDTHS, STEPS, Y, channels=CHANNELS)


def fit(
    make_head: Any, train: Any, val: Any, chosen: Recipe, seed: int, targets: Ranges = TARGETS
) -> Training:
    """Trained to the end."""
    training = Training(make_head, train, val, targets, chosen, seed)
    assert list(training.epochs()) == training.history
    return training


def train(make_head: Any = grjca, seed: int = 0, **changes: Any) -> Training:
    return fit(make_head, planted(3, 1), planted(2, 2), recipe(**changes), seed)


@pytest.mark.parametrize("loss", ["ccc_flat", "ccc_sequence"])
def test_a_planted_signal_is_found_in_unseen_clips(loss):
    chosen = recipe(epochs=12, patience=12, loss=loss)
    result = fit(concat, planted(20, 1), planted(10, 2), chosen, seed=0)
    assert min(result.best.ccc) > 0.75
    assert result.history[0].loss > result.history[-1].loss


@pytest.mark.parametrize("loss", ["ccc_flat", "ccc_sequence"])
def test_a_target_labelled_in_half_of_the_clips_is_found_and_scored_where_it_is(loss):
    def halved(clips: dict[str, AlignedClip]) -> dict[str, AlignedClip]:
        return {n: lacking(c, 1) if i % 2 else c for i, (n, c) in enumerate(clips.items())}

    chosen, val = recipe(epochs=12, patience=12, loss=loss), planted(10, 2)
    result = fit(concat, halved(planted(20, 1)), halved(val), chosen, seed=0)
    assert min(result.best.ccc) > 0.7
    model = result.trained()
    half = {name: c for i, (name, c) in enumerate(val.items()) if not i % 2}
    both = validated(model, val, recipe())[0][0], validated(model, half, recipe())[0][1]
    assert validated(model, halved(val), recipe())[0] == both == result.best.ccc


def test_a_target_is_found_in_a_range_of_its_own():
    """Valence in [1, 5], arousal in [0, 100]: predictions and scores are in these."""

    def mapped(clips: dict[str, AlignedClip]) -> dict[str, AlignedClip]:
        to, by = torch.tensor([3.0, 50]), torch.tensor([2.0, 50])
        return {name: replace(c, labels=to + by * c.labels) for name, c in clips.items()}

    ranges = {"valence": (1.0, 5.0), "arousal": (0.0, 100.0)}
    chosen = recipe(epochs=10, patience=10)
    result = fit(concat, mapped(planted(20, 1)), mapped(planted(10, 2)), chosen, 0, ranges)
    assert min(result.best.ccc) > 0.7
    clip = planted(1, 3)["clip 0"]
    values = predict(result.trained(), clip, STEPS, 5, 8)
    assert ((values > torch.tensor([1.0, 0])) & (values < torch.tensor([5.0, 100]))).all()
    assert (values[:, 0].mean() - 3).abs() < 1 and (values[:, 1].mean() - 50).abs() < 25


@pytest.mark.parametrize("columns", [[0], [1, 0, 1]])
def test_any_number_of_targets_is_trained(columns):
    def chosen(clips: dict[str, AlignedClip]) -> dict[str, AlignedClip]:
        return {
            name: replace(c, labels=c.labels[:, columns], label_mask=c.label_mask[:, columns])
            for name, c in clips.items()
        }

    def make() -> Head:
        return build("concat", WIDTHS, STEPS, len(columns), channels=CHANNELS)

    ranges = {f"target {k}": (-1.0, 1.0) for k in range(len(columns))}
    result = fit(make, chosen(planted(3, 1)), chosen(planted(2, 2)), recipe(), 0, ranges)
    assert len(result.best.ccc) == len(columns)


def test_a_heavier_target_weighs_more_in_the_loss():
    """A head of one weight cannot learn two targets that differ in sign."""
    for heavy, sign in (("valence", 1), ("arousal", -1)):
        weights = {heavy: 9.0, "none of its targets": 5.0}
        chosen = recipe(epochs=6, patience=6, lr=0.3, schedule="constant", target_weights=weights)
        result = fit(Opposed, opposed(3), opposed(2), chosen, 0)
        assert result.model.head.weight.item() * sign > 0  # pyright: ignore


def test_weights_of_one_give_the_bits_of_none():
    ones = train(target_weights={"valence": 1.0, "arousal": 1.0})
    assert ones.history == train().history == train(target_weights={}).history


def opposed(clips: int) -> dict[str, AlignedClip]:
    """Arousal is the opposite of valence, which is the first visual feature."""
    made = {}
    for name, c in planted(clips, clips).items():
        labels = c.labels[:, :1] * torch.tensor([1.0, -1.0])
        made[name] = replace(c, labels=labels.masked_fill(~c.label_mask, torch.nan))
    return made


class Opposed(Head):
    """A head that predicts both targets as one weight times a feature."""

    def __init__(self) -> None:
        super().__init__(WIDTHS, STEPS, Y)
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        return self.weight * streams["visual"][..., :1].expand(-1, -1, Y)


def test_noise_is_not_found_in_unseen_clips():
    """The labels of other clips: were validation to leak into training, this would score too."""

    def shuffled(clips: dict[str, AlignedClip]) -> dict[str, AlignedClip]:
        return {
            name: replace(c, labels=c.labels.roll(11, 0), label_mask=c.label_mask.roll(11, 0))
            for name, c in clips.items()
        }

    chosen = recipe(epochs=6, patience=6)
    result = fit(concat, shuffled(planted(20, 1)), shuffled(planted(10, 2)), chosen, seed=0)
    assert result.best.ccc_mean < 0.25


def test_one_seed_gives_the_same_bits():
    first, second = train(), train()
    assert first.history == second.history
    assert first.weights.keys() == second.weights.keys()
    assert all(torch.equal(first.weights[k], second.weights[k]) for k in first.weights)


def test_what_ran_before_does_not_matter():
    first = train()
    torch.randn(101)
    assert train().history == first.history


def test_another_seed_gives_other_weights():
    first, second = train(seed=0), train(seed=1)
    assert any(not torch.equal(first.weights[k], second.weights[k]) for k in first.weights)


def test_the_best_epoch_is_kept_and_its_score_can_be_had_again():
    result = train(epochs=8, patience=8, lr=0.1, schedule="constant")
    model = result.trained()
    assert result.best.ccc_mean == max(row.ccc_mean for row in result.history)
    assert result.best is not result.history[-1]
    assert validated(model, planted(2, 2), recipe())[0] == result.best.ccc
    assert all(torch.equal(x, result.weights[k]) for k, x in model.state_dict().items())
    assert not model.training


def test_training_stops_when_patience_ends():
    result = train(epochs=60, patience=2, lr=0.1, schedule="constant")
    assert len(result.history) == result.best.epoch + 2 < 60


def test_every_epoch_is_in_the_history():
    history = train().history
    assert [row.epoch for row in history] == [1, 2, 3]
    assert [row.lr for row in history] == pytest.approx([1e-2, 0.75e-2, 0.25e-2])


def test_the_history_holds_gate_activity():
    assert all(row.gate_activity == {} for row in train(concat).history)
    for row in train().history:
        assert list(row.gate_activity) == ["visual", "audio"]
        assert all(0 < share < 1 for share in row.gate_activity.values())


class Gated(Head):
    """A head whose gate leaves its own encoding a weight of 1/5 in step 0 and of 1 after it."""

    def __init__(self) -> None:
        super().__init__(WIDTHS, STEPS, Y)
        self.weight = torch.nn.Parameter(torch.ones(1))

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        return self.weight * streams["visual"][..., :Y]

    def gates(self, streams: dict[str, Tensor]) -> dict[str, Tensor]:
        own = torch.ones(len(streams["audio"]), STEPS)  # (B, T)
        own[:, 0] = 0.2
        return {"audio": torch.stack([own, 1 - own], dim=-1)}  # (B, T, 2)


def test_gate_activity_is_the_weight_of_all_but_the_own_encoding():
    clips = planted(2, 1, length=STEPS - 1)  # 6 and 7 steps, each one window
    model = Standardised(Gated())
    assert validated(model, clips, recipe())[1] == pytest.approx({"audio": 2 * 0.8 / (6 + 7)})


@pytest.mark.parametrize("schedule", ["constant", "cosine", "plateau"])
@pytest.mark.parametrize("optimiser", ["adamw", "sgd"])
@pytest.mark.parametrize("epochs", [1, 2, 4])
def test_a_resumed_training_ends_in_the_same_bits(schedule, optimiser, epochs, tmp_path):
    """Through a file, as weights_only reads it, and with other random numbers drawn between."""

    def make() -> Training:
        chosen = recipe(epochs=4, patience=4, schedule=schedule, optimiser=optimiser)
        return Training(grjca, planted(3, 1), planted(2, 2), TARGETS, chosen, seed=0)

    straight = make()
    list(straight.epochs())

    stopped = make()
    running = stopped.epochs()
    for _ in range(epochs):
        next(running)
    torch.save(stopped.state(), tmp_path / "state.pt")

    resumed = make()
    torch.randn(101)
    resumed.resume(torch.load(tmp_path / "state.pt", weights_only=True))
    list(resumed.epochs())
    assert resumed.history == straight.history
    assert resumed.weights.keys() == straight.weights.keys()
    assert all(torch.equal(resumed.weights[k], x) for k, x in straight.weights.items())


@pytest.mark.parametrize("make_head", [grjca, concat])
def test_a_training_resumed_after_any_batch_ends_in_the_same_bits(make_head):
    def make() -> Training:
        chosen = recipe(epochs=3, schedule="plateau")
        return Training(make_head, planted(3, 1), planted(2, 2), TARGETS, chosen, seed=0)

    straight, states = make(), []

    def told(done: int, batches: int) -> None:
        states.append(io.BytesIO())
        torch.save(straight.state(), states[-1])

    list(straight.epochs(told))
    batches = -(-len(straight._data) // 8)
    assert len(states) == 3 * batches > 6
    for number, state in enumerate(states):
        resumed, learnt = make(), []
        torch.randn(101)
        state.seek(0)
        resumed.resume(torch.load(state, weights_only=True))
        list(resumed.epochs(lambda done, batches, learnt=learnt: learnt.append(done)))
        assert len(learnt) == len(states) - number - 1
        assert resumed.history == straight.history
        assert all(torch.equal(resumed.weights[k], x) for k, x in straight.weights.items())


# ------------------------------------------------------------------ bfloat16 --


def in_half(make_head: Any = concat, seed: int = 0, **changes: Any) -> Training:
    """Trained in bfloat16; skipped where the processor has no instructions for it."""
    try:
        placement("cpu", "bfloat16")
    except ValueError as error:
        pytest.skip(str(error))
    clips = planted(20, 1), planted(10, 2)
    chosen = recipe(**{"epochs": 12, "patience": 12, **changes})
    training = Training(make_head, *clips, TARGETS, chosen, seed, precision="bfloat16")
    list(training.epochs())
    return training


def test_in_bfloat16_a_planted_signal_is_found_in_unseen_clips():
    half = in_half()
    single = fit(concat, planted(20, 1), planted(10, 2), half.recipe, seed=0)
    assert min(half.best.ccc) > 0.75 and min(single.best.ccc) > 0.75
    assert half.best.ccc == pytest.approx(single.best.ccc, abs=0.05)
    assert half.history[0].loss != single.history[0].loss


def test_in_bfloat16_weights_and_optimiser_stay_single():
    training = in_half(grjca, epochs=1)
    state = training.state()
    kept = [*state["model"].values(), *state["weights"].values()]
    kept += [x for each in state["optimiser"]["state"].values() for x in each.values()]
    assert {x.dtype for x in kept if x.is_floating_point()} == {torch.float32}
    clip = planted(1, 3)["clip 0"]
    assert predict(training.trained(), clip, STEPS, 5, 8).dtype == torch.float32


def test_in_bfloat16_one_seed_gives_the_same_bits_and_another_does_not():
    first, second, other = (in_half(grjca, seed=seed, epochs=2) for seed in (0, 0, 1))
    assert first.history == second.history != other.history
    assert all(torch.equal(x, second.weights[k]) for k, x in first.weights.items())


def test_predictions_in_bfloat16_are_those_in_single_but_for_the_rounding():
    trained = in_half(grjca, epochs=4)
    each = {}
    for precision in ("single", "bfloat16"):
        model = Standardised(grjca(), list(TARGETS.values()), precision)
        model.load_state_dict(trained.weights)
        clips = planted(5, 3).values()
        each[precision] = torch.cat([predict(model.eval(), c, STEPS, 5, 8) for c in clips])
    apart = (each["single"] - each["bfloat16"]).abs().max()
    assert 0 < apart < 0.02


def test_a_label_per_clip_is_a_grid_of_one_step():
    def make() -> Head:
        return build("grjca", WIDTHS, 1, Y, channels=CHANNELS)

    single = (planted(1, seed, length=1)["clip 0"] for seed in range(19))
    clips = dict(zip("abcdefg", (c for c in single if c.label_mask.all()), strict=False))
    assert len(clips) == 7  # in batches of three, one would be left over for the batch norms
    result = fit(make, clips, clips, recipe(steps=1, hop=1, batch=3), 0)
    assert len(result.history) == 3


def test_clips_without_labels_do_no_harm():
    blank = planted(1, 5)["clip 0"]
    blank = {"blank": replace(blank, label_mask=torch.zeros_like(blank.label_mask))}
    result = fit(concat, {**planted(3, 1), **blank}, {**blank, **planted(2, 2)}, recipe(), 0)
    assert len(result.history) == 3


class Recorder(Head):
    """A head that records the first row of each window it was trained on."""

    def __init__(self) -> None:
        super().__init__(WIDTHS, STEPS, Y)
        self.read: list[float] = []
        self.weight = torch.nn.Parameter(torch.ones(1))

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        if self.training:
            self.read += streams["visual"][:, 0, 0].tolist()
        return self.weight * streams["visual"][..., :Y]


def test_every_epoch_reads_all_windows_in_an_order_that_the_seed_decides():
    heads = [Recorder(), Recorder(), Recorder()]
    for seed, head in zip([0, 0, 1], heads, strict=True):
        train(lambda head=head: head, seed=seed, epochs=2)
    first, again, other = (head.read for head in heads)
    half = len(first) // 2
    assert first == again
    assert first != other
    assert first[:half] != first[half:]
    assert sorted(first[:half]) == sorted(first[half:]) == sorted(other[:half])


class Broken(Head):
    """A head whose output is NaN in train mode, or in eval mode."""

    def __init__(self, when_training: bool) -> None:
        super().__init__(WIDTHS, STEPS, Y)
        self.when_training = when_training
        self.weight = torch.nn.Parameter(torch.ones(1))

    def fuse(self, streams: dict[str, Tensor]) -> Tensor:
        out = self.weight * streams["visual"][..., :Y]
        return out * torch.nan if self.training == self.when_training else out


def test_a_loss_that_is_not_finite_is_named_with_its_place():
    message = r"epoch 1: the loss is nan in batch 1 of 3, first in clip 'clip \d'; lr 0\.01"
    with pytest.raises(FloatingPointError, match=message):
        train(lambda: Broken(when_training=True))


def test_predictions_that_are_not_finite_are_named_with_their_clip():
    with pytest.raises(FloatingPointError, match="predictions for clip 'clip 0' are not finite"):
        train(lambda: Broken(when_training=False))


@pytest.mark.parametrize("split", ["training", "validation"])
class TestASplitThatCannotWork:
    def run(self, split: str, clips: dict[str, AlignedClip]) -> Training:
        good = planted(3, 1)
        pair = (clips, good) if split == "training" else (good, clips)
        return fit(grjca, *pair, recipe(), 0)

    def test_empty(self, split):
        with pytest.raises(ValueError, match=f"the {split} split has no clip"):
            self.run(split, {})

    def test_unlabelled(self, split):
        clips = {
            name: replace(c, label_mask=torch.zeros_like(c.label_mask))
            for name, c in planted(2, 2).items()
        }
        with pytest.raises(
            ValueError, match=f"the {split} split has no valid label of valence in 2"
        ):
            self.run(split, clips)

    def test_without_a_label_of_one_target(self, split):
        clips = {name: lacking(c, 1) for name, c in planted(2, 2).items()}
        with pytest.raises(ValueError, match=f"the {split} split has no valid label of arousal in"):
            self.run(split, clips)

    def test_labels_beyond_the_range(self, split):
        clips = planted(2, 2)
        clips["clip 1"].label_mask[4:6, 1] = True
        clips["clip 1"].labels[4:6, 1] = torch.tensor([-1.25, 3.5])
        clips["clip 0"].labels[0, 0] = 1 + 1e-6  # rounding
        message = (
            rf"{split} clip 'clip 1': 2 of \d+ labels of arousal are outside its range "
            rf"\[-1, 1\], first -1\.25"
        )
        with pytest.raises(ValueError, match=message):
            self.run(split, clips)

    def test_constant_labels(self, split):
        clips = planted(2, 2)
        for c in clips.values():
            c.labels[:, 1] = 0.25
        with pytest.raises(ValueError, match=f"the {split} split's arousal is 0.25 in all"):
            self.run(split, clips)

    def test_a_modality_that_is_not_there(self, split):
        clips = {
            name: replace(
                c, **{part: {"visual": getattr(c, part)["visual"]} for part in ("tokens", "masks")}
            )
            for name, c in planted(2, 2).items()
        }
        with pytest.raises(KeyError, match=f"{split} clip 'clip 0' lacks audio"):
            self.run(split, clips)

    def test_another_width(self, split):
        clips = planted(2, 2)
        odd = clips["clip 1"]
        odd = replace(odd, tokens={**odd.tokens, "audio": odd.tokens["audio"][:, :-1]})
        message = f"{split} clip 'clip 1': audio is 10 wide, expected 11"
        with pytest.raises(ShapeError, match=message):
            self.run(split, {**clips, "clip 1": odd})
