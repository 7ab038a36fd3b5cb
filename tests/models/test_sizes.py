"""The heads at their published sizes have the numbers of weights that the authors' modules train.

Counted from the authors' code, without the weights that it builds and never uses.
"""

from __future__ import annotations

import pytest
import torch

from models.fusion import build

FRAMES = {"visual": 512, "audio": 128, "text": 768}
CLIPS = {"visual": 512, "audio": 512}
MAP = {"visual": 49 * 512, "audio": 512}
KEY_BIAS = 512  # of each attention: theirs has one, and it does nothing
BIAS = 256  # of each regressor's first layer: theirs has one, and the batch norm takes it away


@pytest.mark.parametrize(
    ("name", "widths", "steps", "targets", "options", "weights"),
    [
        ("cross_attention", {"audio": 1024, "visual": 1024}, 8, 1, {}, 1_704_961),
        ("jca", CLIPS, 8, 1, {}, 181_889),
        ("jca_dcn", MAP, 16, 2, {"spatial": True}, 8_586_323),
        ("rjca", MAP, 16, 2, {"spatial": True, "recursions": 1}, 15_947_859),
        ("rjca", MAP, 16, 2, {"spatial": True}, 18_572_915),
        ("dca", MAP, 16, 2, {"spatial": True}, 18_574_967),
        ("rjcma", FRAMES, 300, 1, {"project_joint": False}, 11_682_537 - BIAS),
        ("jmt", CLIPS, 16, 2, {}, 11_170_818 - 8 * KEY_BIAS),
        ("jmt", CLIPS, 16, 2, {"fusion": "fc"}, 11_820_034 - 6 * KEY_BIAS),
        ("jmt", CLIPS, 16, 2, {"joint": False}, 5_913_602 - 4 * KEY_BIAS),
    ],
    ids=str,
)
def test_the_published_head_has_the_published_number_of_weights(
    name, widths, steps, targets, options, weights
):
    with torch.device("meta"):
        head = build(name, widths, steps, targets, **options)
    assert sum(p.numel() for p in head.parameters()) == weights


def test_the_published_hierarchy_has_the_published_number_of_weights():
    """Two recursions and two levels of gates at 300 steps, without the encoders."""
    with torch.device("meta"):
        head = build("hgrjca", {"visual": 512, "audio": 128}, 300)
    parts = [*head.recurse.parameters(), *head.gate.parameters()]  # pyright: ignore
    assert sum(p.numel() for p in parts) == 1_119_870
