"""Training and prediction of every head on a card.

Tolerances are shares of the largest number, of single precision unless another is named: training
multiplies rounding from step to step, so that of weights after an epoch is wider. Not measured on a
card yet.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial

import pytest
import torch
from torch import nn

from models.dropout import Dropout
from models.fusion import available, build, head_class
from models.head import Head
from models.placement import placement, prepare
from models.prediction import predict
from models.standardise import Standardised
from models.training import Training
from tests.models.test_fusion import SMALL
from tests.models.test_training import STEPS, TARGETS, WIDTHS, Y, planted, recipe

DEVICE = "cuda"
ONE_EPOCH, PREDICTED, BFLOAT16 = 1e-3, 1e-4, 0.05
HEADS = [name for name in available() if head_class(name).fuses(len(WIDTHS))]


def small(name: str, dropping: bool = False) -> Head:
    """A head, small enough to be trained in a test, over two modalities.

    Without dropout, whose random numbers are others on each device, unless it is asked for.
    """
    known = inspect.signature(head_class(name)).parameters
    options = {option: SMALL[option] for option in SMALL.keys() & known.keys()}
    if "hidden" in options:
        options["hidden"] = SMALL["hidden"][name]
    head = build(name, WIDTHS, STEPS, Y, **options)
    for part in head.modules() if not dropping else ():
        if isinstance(part, Dropout):
            part.threshold = 2**16
        elif isinstance(part, nn.LSTM):
            part.dropout = 0.0
    return head


def trained(
    name: str, device: str, epochs: int = 1, precision: str = "single", dropping: bool = False
) -> Training:
    prepare(placement(device, precision))
    chosen = recipe(epochs=epochs, patience=epochs)
    make, data = partial(small, name, dropping), (planted(3, 1), planted(2, 2))
    training = Training(make, *data, TARGETS, chosen, 0, device, precision)
    assert len(list(training.epochs())) == epochs
    return training


def close(one: torch.Tensor, two: torch.Tensor, share: float) -> bool:
    return bool((one.cpu() - two.cpu()).abs().max() <= share * two.abs().max().clamp_min(1e-3))


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """What `prepare` changes, as other tests have it."""
    before = torch.are_deterministic_algorithms_enabled()
    yield
    torch.use_deterministic_algorithms(before)


@pytest.mark.parametrize("dropping", [True, False], ids=["with dropout", "without"])
@pytest.mark.parametrize("name", HEADS)
def test_two_trainings_give_the_same_bits(name, dropping):
    one, other = (trained(name, DEVICE, 3, dropping=dropping) for _ in range(2))
    assert one.history == other.history
    assert one.weights.keys() == other.weights.keys()
    assert all(torch.equal(x, other.weights[key]) for key, x in one.weights.items())


@pytest.mark.parametrize("name", HEADS)
def test_an_epoch_ends_where_it_does_on_the_processor_but_for_rounding(name):
    there, here = trained(name, DEVICE), trained(name, "cpu")
    assert there.history[0].loss == pytest.approx(here.history[0].loss, rel=ONE_EPOCH)
    assert there.history[0].ccc == pytest.approx(here.history[0].ccc, abs=10 * ONE_EPOCH)


# cuDNN keeps the state of the dropout inside an LSTM to itself, so these end in other last bits
INSIDE_CUDNN = ("rjca", "dca")


@pytest.mark.parametrize("name", [name for name in HEADS if name not in INSIDE_CUDNN])
def test_a_training_goes_on_from_its_state_as_if_it_had_not_stopped(name):
    whole = trained(name, DEVICE, 2, dropping=True)
    prepare(placement(DEVICE, "single"))
    make, data = partial(small, name, dropping=True), (planted(3, 1), planted(2, 2))
    chosen = recipe(epochs=2, patience=2)
    first = Training(make, *data, TARGETS, chosen, 0, DEVICE)
    next(first.epochs())
    state = first.state()
    second = Training(make, *data, TARGETS, chosen, 0, DEVICE)
    second.resume(state)
    assert len(list(second.epochs())) == 1 and second.history == whole.history


@pytest.mark.parametrize("name", HEADS)
def test_predictions_are_those_of_the_processor_but_for_rounding(name):
    model, clip = trained(name, "cpu").trained(), planted(1, 5)["clip 0"]
    here = predict(model, clip, STEPS, 5, 3)
    there = predict(model.to(DEVICE), clip, STEPS, 5, 3)
    assert close(there, here, PREDICTED)
    assert torch.equal(predict(model, clip, STEPS, 5, 3), there)


@pytest.mark.parametrize("name", HEADS)
def test_bfloat16_is_near_to_single_precision_and_repeats_itself(name):
    if not torch.cuda.is_bf16_supported(including_emulation=False):
        pytest.skip("this card has no instructions for bfloat16")
    clip = planted(1, 5)["clip 0"]
    single = trained(name, "cpu").trained()
    half = Standardised(small(name), list(TARGETS.values()), "bfloat16")
    half.load_state_dict(single.state_dict())
    found = predict(half.to(DEVICE).eval(), clip, STEPS, 5, 3)
    assert close(found, predict(single, clip, STEPS, 5, 3), BFLOAT16)
    one, other = (trained(name, DEVICE, 2, "bfloat16") for _ in range(2))
    assert one.history == other.history
