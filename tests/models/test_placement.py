"""Where heads run: what a name stands for, and what is said of one that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
import torch

from models import placement as placement_module
from models.placement import DEVICES, PRECISIONS, Placement, placement, prepare

CARD = torch.cuda.is_available()


def has_bfloat16() -> bool:
    """Whether the processor has instructions for bfloat16."""
    try:
        return placement("cpu", "bfloat16").precision == "bfloat16"
    except ValueError:
        return False


@pytest.mark.parametrize(("device", "precision"), list(product(DEVICES, PRECISIONS)))
def test_every_name_is_a_placement_or_says_what_is_lacking(device, precision):
    lacking = ""
    if device == "cuda" and not CARD:
        lacking = "^device is cuda, but torch sees no card here; take cpu, or auto$"
    elif precision == "bfloat16" and not (CARD and device != "cpu") and not has_bfloat16():
        lacking = "^precision is bfloat16, but this machine's processor has no .*; take single$"
    if lacking:
        with pytest.raises(ValueError, match=lacking):
            placement(device, precision)
    else:
        chosen = "cuda" if CARD and device != "cpu" else "cpu"
        assert placement(device, precision) == Placement(chosen, precision)


def test_single_precision_on_the_processor_is_everywhere():
    assert placement("cpu", "single") == Placement("cpu", "single")


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [
        ("cdua", "single", "no device named 'cdua'.*Did you mean 'cuda'"),
        ("cuda:0", "single", "no device named 'cuda:0'.*Did you mean 'cuda'"),
        ("gpu", "single", "no device named 'gpu'.*auto, cpu, cuda"),
        ("cpu", "bfloat", "no precision named 'bfloat'.*Did you mean 'bfloat16'"),
        ("cpu", "float16", "no precision named 'float16'.*Did you mean 'bfloat16'"),
        ("cpu", "double", "no precision named 'double'.*single, bfloat16"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(device, precision, message):
    with pytest.raises(LookupError, match=message):
        placement(device, precision)


@pytest.mark.skipif(CARD, reason="there is a card")
def test_a_card_that_is_not_there_is_said_before_the_precision():
    with pytest.raises(ValueError, match="torch sees no card here"):
        placement("cuda", "bfloat16")
    assert placement("auto", "single") == Placement("cpu", "single")


@pytest.fixture
def _as_before() -> Iterator[None]:
    mode = torch.get_deterministic_debug_mode()
    yield
    torch.set_deterministic_debug_mode(mode)


def test_what_gives_other_bits_each_time_is_refused_once_a_process_is_prepared(_as_before):
    torch.set_deterministic_debug_mode("default")
    prepare(Placement("cpu", "single"))
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.is_deterministic_algorithms_warn_only_enabled()


def test_a_processor_without_instructions_for_bfloat16_is_refused(monkeypatch):
    monkeypatch.setattr(placement_module, "has_bfloat16", lambda device: False)
    with pytest.raises(ValueError, match=r"processor has no instructions for it.*take single"):
        placement("cpu", "bfloat16")
    with pytest.raises(ValueError, match="no instructions"):
        prepare(Placement("cpu", "bfloat16"))
    assert placement("cpu", "single") == Placement("cpu", "single")
