"""What one process sends is what the other gets, layout of tensors included."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest
import torch

from features.wire import Channel

PICTURES = torch.arange(2 * 5 * 7 * 3, dtype=torch.uint8).reshape(2, 5, 7, 3)
TENSORS = {
    "a batch": torch.arange(30.0).reshape(2, 3, 5),
    "channels innermost": PICTURES.permute(0, 3, 1, 2).float(),
    "bytes": PICTURES,
    "one number": torch.tensor(3.5),
    "none": torch.zeros(0, 11),
    "truth": torch.tensor([True, False, True]),
    "half": torch.randn(2, 3).bfloat16().T,
    "whole numbers": torch.arange(-2, 3),
    "a part": torch.arange(77.0).reshape(7, 11)[1:4, ::2],
    "repeated": torch.tensor([[1.0], [2.0]]).expand(2, 3),
}


@pytest.fixture
def sides() -> Iterator[tuple[Channel, Channel]]:
    here, there = map(Channel, socket.socketpair(socket.AF_UNIX))
    yield here, there
    here.close()
    there.close()


@pytest.mark.parametrize("x", TENSORS.values(), ids=TENSORS.keys())
def test_a_tensor_arrives_as_it_was(sides, x):
    here, there = sides
    here.send({"x": [x]})
    (found,) = there.receive()["x"]
    assert found.dtype == x.dtype and torch.equal(found, x)


def test_a_tensor_keeps_its_layout(sides):
    here, there = sides
    x = TENSORS["channels innermost"]
    here.send(x)
    assert there.receive().stride() == x.stride()
    assert x.is_contiguous(memory_format=torch.channels_last)


def test_what_json_has_arrives_as_json_has_it(sides):
    here, there = sides
    value = {"word": "\u4f60\u597d", "times": [0.1, -1e-300], "none": None, "yes": True, "in": {}}
    here.send(value)
    assert there.receive() == value
    there.send((1, 2))
    assert here.receive() == [1, 2]


def test_messages_may_grow_and_shrink_and_go_both_ways(sides):
    here, there = sides
    for size in (3, 1_000_003, 5, 3_000_001):
        sent = torch.arange(size)
        here.send([sent, sent + 1])
        one, other = there.receive()
        assert torch.equal(one, sent) and torch.equal(other, sent + 1)
        there.send(one + other)
        assert torch.equal(here.receive(), 2 * sent + 1)


def test_what_has_arrived_stays_as_it_was(sides):
    here, there = sides
    found = []
    for number in range(3):
        here.send(torch.full((5, 7), float(number)))
        found.append(there.receive())
    assert [float(x.sum()) for x in found] == [0, 35, 70]


def test_a_header_of_any_length_arrives(sides):
    here, there = sides
    text = "so it was " * 300_000  # more than a socket holds
    sending = Thread(target=here.send, args=(text,))
    sending.start()
    assert there.receive() == text
    sending.join()


def test_a_side_that_has_gone_is_no_answer(sides):
    here, there = sides
    there.close()
    with pytest.raises(EOFError, match="closed"):
        here.receive()
    with pytest.raises(BrokenPipeError):
        here.send(torch.zeros(7))
