"""The contract of every head in the folder, and the folder as a registry of names."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

import models
from models.fusion import HEADS, available, build, head_class
from models.head import Head
from models.shapes import ShapeError

B, T, Y = 5, 7, 2
WIDTHS = {"visual": 11, "audio": 13, "text": 17, "au": 47}
SMALL = {
    "channels": {"visual": [31, 19], "audio": [23], "text": [37, 29], "au": [53]},
    "width": 38,  # an LSTM of two directions halves it
    "hidden": {"cross_attention": [41, 43], "jca": 41},
}
CASES = [
    (name, count)
    for name in available()
    for count in range(head_class(name).fewest, (head_class(name).most or len(WIDTHS)) + 1)
]
Batch = tuple[dict[str, Tensor], dict[str, Tensor]]


def small(name: str, count: int, **options: object) -> Head:
    """The head, small enough to be tried often, over the first `count` modalities."""
    known = inspect.signature(head_class(name)).parameters
    for option in SMALL.keys() & known.keys() - options.keys():
        value = SMALL[option]
        options[option] = value[name] if option == "hidden" else value
    return build(name, dict(list(WIDTHS.items())[:count]), T, Y, **options)


def some_batch(dtype: torch.dtype = torch.float32) -> Batch:
    tokens = {m: torch.randn(B, T, d, dtype=dtype) for m, d in WIDTHS.items()}
    masks = {m: torch.rand(B, T) < 0.7 for m in WIDTHS}
    return tokens, masks


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def head(request) -> Head:
    return small(*request.param)


@pytest.fixture
def batch() -> Batch:
    return some_batch()


class TestEveryHead:
    def test_gives_each_target_at_each_step(self, head, batch):
        assert head(*batch).shape == (B, T, Y)

    @pytest.mark.parametrize("training", [True, False])
    @pytest.mark.parametrize("garbage", [1e6, float("nan"), float("inf")])
    def test_rows_without_data_change_nothing(self, head, batch, training, garbage):
        tokens, masks = batch
        head.train(training)
        changed = {m: x.masked_fill(~masks[m][..., None], garbage) for m, x in tokens.items()}
        torch.manual_seed(1)  # the same dropout twice
        before = head(tokens, masks)
        torch.manual_seed(1)
        assert torch.equal(head(changed, masks), before)

    def test_garbage_in_rows_without_data_reaches_no_gradient(self, head, batch):
        tokens, masks = batch
        tokens = {m: x.masked_fill(~masks[m][..., None], torch.nan) for m, x in tokens.items()}
        head(tokens, masks).square().sum().backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in head.parameters())

    def test_rows_with_data_do_change_it(self, head, batch):
        tokens, masks = batch
        head.eval()
        before = head(tokens, masks)
        for m in head.widths:
            other = {**tokens, m: tokens[m] + masks[m][..., None]}
            assert not torch.equal(head(other, masks), before)

    def test_a_missing_modality_is_finite_and_unread(self, head, batch):
        tokens, masks = batch
        for m in head.widths:
            head.zero_grad()
            lacking = {**masks, m: torch.zeros_like(masks[m])}
            out = head.train()(tokens, lacking)
            out.square().sum().backward()
            assert out.isfinite().all()
            assert max(p.grad.abs().max() for p in head.parameters() if p.grad is not None) < 1e4

    def test_nothing_at_all_is_finite(self, head, batch):
        tokens, masks = batch
        out = head.eval()(tokens, {m: torch.zeros_like(x) for m, x in masks.items()})
        assert out.isfinite().all()

    def test_every_weight_and_every_modality_learns(self, head):
        tokens, masks = some_batch(torch.float64)
        tokens = {m: x.requires_grad_() for m, x in tokens.items()}
        (head.double()(tokens, masks) - torch.randn(B, T, Y)).square().sum().backward()
        learners = {**dict(head.named_parameters()), **{m: tokens[m] for m in head.widths}}
        slopes = {k: 0.0 if x.grad is None else x.grad.abs().max() for k, x in learners.items()}
        floor = 1e-10 * max(slopes.values())  # where slopes cancel, about 1e-16 is left
        assert [name for name, slope in slopes.items() if slope <= floor] == []

    def test_a_window_does_not_depend_on_its_batch(self, head, batch):
        tokens, masks = batch
        alone = [{m: x[2:3] for m, x in part.items()} for part in (tokens, masks)]
        torch.testing.assert_close(head.eval()(tokens, masks)[2:3], head(*alone))

    def test_the_order_of_the_batch_does_not_matter(self, head, batch):
        tokens, masks = batch
        reordered = dict(reversed(tokens.items()))
        assert torch.equal(head.eval()(tokens, masks), head(reordered, masks))

    def test_a_modality_it_was_not_built_for_is_not_read(self, head, batch):
        tokens, masks = batch
        own = [{m: part[m] for m in head.widths} for part in (tokens, masks)]
        assert torch.equal(head.eval()(tokens, masks), head(*own))

    def test_gate_weights_sum_to_one(self, head, batch):
        weights = head.eval().explain(*batch)
        assert set(weights) in (set(), set(head.widths))
        for w in weights.values():
            assert w.shape[:2] == (B, T)
            torch.testing.assert_close(w.sum(dim=2), torch.ones(B, T))

    def test_a_wrong_width_is_named(self, head, batch):
        tokens, masks = batch
        first = next(iter(head.widths))
        tokens[first] = torch.randn(B, T, 41)
        with pytest.raises(ShapeError, match=rf"tokens\['{first}'\] must be \(B, T=7, D=11\), got"):
            head(tokens, masks)

    def test_a_wrong_number_of_steps_is_named(self, head, batch):
        tokens, masks = ({m: x[:, :-1] for m, x in part.items()} for part in batch)
        with pytest.raises(ShapeError, match=r"must be \(B, T=7, D=11\), got \(5, 6, 11\)"):
            head(tokens, masks)

    def test_a_wrong_mask_is_named(self, head, batch):
        tokens, masks = batch
        with pytest.raises(ShapeError, match=r"masks\['visual'\] must be \(B=5, T=7\), got"):
            head(tokens, {**masks, "visual": masks["visual"][:-1]})
        with pytest.raises(TypeError, match=r"masks\['visual'\] must be bool"):
            head(tokens, {**masks, "visual": masks["visual"].float()})

    def test_an_absent_modality_is_named(self, head, batch):
        tokens, masks = batch
        del tokens["visual"]
        with pytest.raises(KeyError, match="tokens or masks lack visual"):
            head(tokens, masks)

    def test_its_weights_can_be_saved_and_loaded(self, head, batch):
        twin = small(next(n for n in available() if head_class(n) is type(head)), len(head.widths))
        twin.load_state_dict(head.state_dict())
        assert torch.equal(head.eval()(*batch), twin.eval()(*batch))


class TestTheFolder:
    def test_is_the_registry(self):
        published = "cross_attention jca jca_dcn rjca dca rjcma grjca hgrjca jmt".split()
        assert {"single", "concat", *published} <= set(available())
        assert list(HEADS) == available()

    def test_builds_by_either_spelling(self):
        channels = {"visual": [3], "audio": [5]}
        head = HEADS["concat"](widths={"visual": 2, "audio": 7}, steps=T, channels=channels)
        assert (head.widths, head.steps, head.targets) == ({"visual": 2, "audio": 7}, T, 2)

    def test_names_the_nearest_head(self):
        with pytest.raises(
            ValueError,
            match=r"no fusion head named 'grjcaa'; there are: .*concat.* Did you mean 'grjca'\?",
        ):
            build("grjcaa", WIDTHS, T)

    @pytest.mark.parametrize("name", ["", ".", "../head", "__init__", "grjca.py"])
    def test_reads_no_file_that_is_not_a_head(self, name):
        with pytest.raises(ValueError, match="no fusion head named"):
            build(name, WIDTHS, T)

    def test_names_the_nearest_option(self):
        with pytest.raises(
            ValueError, match=r"no option of grjca named 'recursion'.* Did you mean 'recursions'\?"
        ):
            build("grjca", WIDTHS, T, recursion=2)

    @pytest.mark.parametrize(
        ("name", "count", "message"),
        [
            ("single", 2, r"single reads 1 modality, got .*; heads that fuse 2: concat, cross_att"),
            ("concat", 1, r"concat fuses 2 or more modalities, got .*; heads that fuse 1: single$"),
            ("grjca", 1, r"grjca fuses 2 or more modalities \(published: visual, audio\), got"),
        ],
    )
    def test_names_a_wrong_number_of_modalities(self, name, count, message):
        with pytest.raises(ValueError, match=message):
            small(name, count)

    def test_rjcma_refuses_a_fourth_and_names_the_heads_that_take_it(self):
        with pytest.raises(ValueError) as caught:
            small("rjcma", 4)
        assert str(caught.value) == (
            "rjcma fuses 2 to 3 modalities (published: visual, audio, text), got ['visual', "
            "'audio', 'text', 'au']; heads that fuse 4: concat, cross_attention, dca, grjca, "
            "hgrjca, jca, jca_dcn, jmt, rjca"
        )
        with pytest.raises(ValueError, match="RJCMA fuses 2 to 3 modalities"):
            head_class("rjcma")(WIDTHS, T, Y)

    @pytest.mark.parametrize("name", ["", "a.b", ".", "type", "values", "train", "half", "copy"])
    def test_names_a_modality_that_torch_cannot_keep_weights_under(self, name):
        for head in available():
            widths = {name: 11, "audio": 13}
            widths = {name: 11} if head == "single" else widths
            with pytest.raises(ValueError, match=f"no modality can be called {name!r}: torch"):
                build(head, widths, T)

    @pytest.mark.parametrize("name", ["steps", "targets", "face-2", "a b", "W", "joint_", "é"])
    def test_takes_any_other_name(self, name, batch):
        widths = {name: 11, "audio": 13}
        tokens, masks = ({name: x["visual"], "audio": x["audio"]} for x in batch)
        for head in available():
            options = {"channels": {name: [31], "audio": [23]}, "width": 38}
            known = inspect.signature(head_class(head)).parameters
            options = {k: v for k, v in options.items() if k in known}
            fused = widths if head != "single" else {name: 11}
            assert build(head, fused, T, Y, **options)(tokens, masks).shape == (B, T, Y)

    def test_is_listed_in_the_readme_with_how_many_modalities_each_fuses(self):
        page = (Path(models.__file__).parent / "README.md").read_text(encoding="utf-8")
        rows = page.split("| head | modalities of its paper | fewest | most |", 1)[1].split("\n\n")[
            0
        ]
        cells = [[c.strip() for c in row.strip("|").split("|")] for row in rows.splitlines()[2:]]
        listed = {name: row for names, *row in cells for name in re.findall(r"`(\w+)`", names)}
        assert sorted(listed) == available()
        for name, row in listed.items():
            head = head_class(name)
            paper = ", ".join(head.published) or "none: a baseline"
            assert row == [paper, str(head.fewest), str(head.most or "any")], name

    @pytest.mark.parametrize("sizes", [{"steps": 0}, {"targets": 0}, {"widths": {"visual": 0}}])
    def test_names_a_size_that_cannot_be(self, sizes):
        with pytest.raises(ValueError, match="must be 1 or more, got 0"):
            build("single", **{"widths": {"visual": 3}, "steps": T, **sizes})

    def test_imports_only_the_head_that_is_built(self):
        program = (
            "import sys; from models.fusion import build;"
            "build('single', {'visual': 2}, 3);"
            "print(sorted(m for m in sys.modules if m.startswith('models.fusion.')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "['models.fusion.single']"
