from __future__ import annotations

import math
from dataclasses import MISSING, asdict, fields
from typing import Any

import pytest
import torch
from torch import nn

from models.recipe import OPTIMISERS, SCHEDULES, Recipe, Schedule, make_optimiser


def recipe(**changes: Any) -> Recipe:
    plain: dict[str, Any] = dict(
        steps=7, hop=5, batch=4, epochs=4, patience=3, optimiser="adamw", lr=0.1,
        weight_decay=0.0, schedule="constant", loss="ccc_flat", clip_norm=None,
        target_weights=None,
    )  # fmt: skip
    return Recipe(**{**plain, **changes})


def rates(chosen: Recipe, scores: list[float]) -> list[float]:
    """The learning rate of the first epoch and after each validation CCC."""
    weight = nn.Parameter(torch.zeros(1))
    optimiser = make_optimiser(chosen, [weight])
    schedule, rates = Schedule(chosen, optimiser), [chosen.lr]
    for score in scores:
        weight.grad = torch.ones(1)
        optimiser.step()
        schedule.step(score)
        rates.append(optimiser.param_groups[0]["lr"])
    return rates


def test_it_has_no_defaults():
    assert all(f.default is MISSING and f.default_factory is MISSING for f in fields(Recipe))


def test_a_constant_rate_stays():
    assert rates(recipe(), [0.1] * 4) == pytest.approx([0.1] * 5)


def test_a_cosine_rate_ends_at_nothing():
    expected = [0.05 * (1 + math.cos(math.pi * k / 4)) for k in range(5)]
    assert rates(recipe(schedule="cosine"), [0.1] * 4) == pytest.approx(expected)


def test_a_plateau_is_six_epochs_without_a_better_score():
    found = rates(recipe(schedule="plateau"), [0.1, 0.2, *[0.2] * 6])
    assert found == pytest.approx([0.1] * 8 + [0.01])


@pytest.mark.parametrize("weights", [None, {}, {"valence": 0.7, "arousal": 3}])
def test_it_can_be_written_down_and_read_back(weights):
    chosen = recipe(target_weights=weights)
    assert asdict(chosen)["target_weights"] == weights
    assert Recipe(**asdict(chosen)) == chosen


@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_optimiser_lowers_a_loss(name):
    weight = nn.Parameter(torch.tensor([1.0]))
    optimiser = make_optimiser(recipe(optimiser=name), [weight])
    for _ in range(3):
        optimiser.zero_grad()
        weight.square().sum().backward()
        optimiser.step()
    assert abs(weight.item()) < 1


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("kind", SCHEDULES)
def test_every_optimiser_takes_every_schedule(name, kind):
    assert len(rates(recipe(optimiser=name, schedule=kind), [0.1, 0.2])) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimiser": "adamww"}, "no optimiser named 'adamww'; .* Did you mean 'adamw'"),
        ({"schedule": "cosinus"}, "no schedule named 'cosinus'; .* Did you mean 'cosine'"),
        ({"loss": "ccc"}, "no loss named 'ccc'; there are: ccc_flat, ccc_sequence"),
        ({"epochs": 0}, "epochs must be 1 or more, got 0"),
        ({"hop": 8}, "hop must be 1 to steps=7, got 8"),
        ({"lr": 0.0}, "lr must be above 0"),
        ({"lr": math.nan}, "lr must be above 0"),
        ({"weight_decay": -1.0}, "weight_decay not below"),
        ({"clip_norm": 0.0}, "clip_norm must be above 0"),
        ({"target_weights": {"valence": 1, "arousal": 0}}, "weight of arousal .* above 0, got 0;"),
        ({"target_weights": {"arousal": -0.1}}, "weight of arousal under target_weights .* -0.1"),
        ({"target_weights": {"arousal": math.nan}}, "weight of arousal .* got nan"),
        ({"target_weights": {"arousal": math.inf}}, "weight of arousal .* got inf"),
        ({"steps": 1, "hop": 1, "loss": "ccc_sequence"}, "windows of 2 steps or more"),
    ],
)
def test_a_value_that_cannot_be_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        recipe(**changes)
