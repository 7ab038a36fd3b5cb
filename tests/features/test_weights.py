from __future__ import annotations

import json
import shutil

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from torch import nn

from features.network import Convolutions, Place, folded, place
from features.pretrained import files, folder
from features.pretrained import load as load_folder
from features.weights import WeightsError, load
from tests.features import written

CPU = Place(torch.device("cpu"))


def small():
    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(5, 2))


def numbers(seed=3):
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.rand(x.shape, generator=generator) if x.is_floating_point() else x
        for name, x in small().state_dict().items()
    }


def holds(network, given):
    return all(torch.equal(x, given[name]) for name, x in network.state_dict().items())


def test_a_network_gets_every_number_from_its_file(tmp_path):
    save_file(numbers(), tmp_path / "w.safetensors")
    network, file = load(small, str(tmp_path / "w.safetensors"), "")
    assert holds(network, numbers()) and file == tmp_path / "w.safetensors"
    assert not network.training and not any(x.requires_grad for x in network.parameters())


@pytest.mark.parametrize("wrapped", ["state_dict", "model", "model_state_dict", None])
@pytest.mark.parametrize("prefix", ["", "module.", "audio_model.resnet."])
def test_it_is_found_inside_what_training_scripts_keep(tmp_path, wrapped, prefix):
    held = {f"{prefix}{name}": x for name, x in numbers().items()}
    held |= {"somewhere_else.0.weight": torch.zeros(5)} if prefix else {}
    torch.save({wrapped: held, "epoch": 7} if wrapped else held, tmp_path / "w.pt")
    network, _ = load(small, str(tmp_path / "w.pt"), "")
    assert holds(network, numbers())


def test_what_is_kept_in_half_precision_is_used_in_single(tmp_path):
    save_file({n: x.half() for n, x in numbers().items()}, tmp_path / "w.safetensors")
    network, _ = load(small, str(tmp_path / "w.safetensors"), "")
    assert {x.dtype for x in network.parameters()} == {torch.float32}


def test_a_file_that_is_not_there_is_answered_with_how_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no weights file .*x\.pt; get it with: fetch .*x"):
        load(small, str(tmp_path / "x.pt"), "fetch {file}")


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda x: x.pop("3.weight"), r"missing: 3\.weight$"),
        (lambda x: x.update({"4.weight": torch.zeros(1)}), r"not of this network: 4\.weight$"),
        (
            lambda x: x.update({"3.weight": torch.zeros(7, 5)}),
            r"of another shape: 3\.weight is \(7, 5\), not \(2, 5\)$",
        ),
        (lambda x: x.clear(), r"missing: 0\.weight, 0\.bias, 1\.weight and 5 more$"),
    ],
)
def test_weights_of_another_network_are_named(tmp_path, change, said):
    held = numbers()
    held.pop("1.num_batches_tracked")  # old files lack it
    change(held)
    torch.save(held, tmp_path / "w.pt")
    with pytest.raises(WeightsError, match=said):
        load(small, str(tmp_path / "w.pt"), "")


def under(**parts):
    """A file's tensors: those of each part, under its name as a prefix."""
    return {f"{part}.{name}": x for part, held in parts.items() for name, x in held.items()}


@pytest.mark.parametrize(
    "held, said",
    [
        (under(student=numbers(3), teacher=numbers(5)), r"'student\.' than under 'teacher\.'"),
        (under(teacher=numbers(5), student=numbers(3)), r"'teacher\.' than under 'student\.'"),
        (under(module=numbers(5)) | numbers(3), r"'module\.' than under ''"),
        (under(a=numbers(3), b=numbers(3), c=numbers(5)), r"'a\.' than under 'c\.'"),
    ],
)
def test_of_two_networks_in_a_file_none_is_taken(tmp_path, held, said):
    torch.save(held, tmp_path / "w.pt")
    with pytest.raises(WeightsError, match=f"w.pt holds the network more than once, .*{said}"):
        load(small, str(tmp_path / "w.pt"), "")


def test_of_two_networks_that_lack_something_it_is_named(tmp_path):
    held = under(a=numbers(3), b=numbers(5))
    del held["a.3.bias"], held["b.3.bias"]
    torch.save(held, tmp_path / "w.pt")
    with pytest.raises(WeightsError, match=r"missing: 3\.bias$"):
        load(small, str(tmp_path / "w.pt"), "")


@pytest.mark.parametrize(
    "held",
    [
        under(student=numbers(), teacher=numbers()),
        under(module=numbers()) | numbers(),
        numbers() | under(module=numbers()),
        under(a=numbers()) | {f"a.b.{name}": x for name, x in numbers().items()},
        under(a={name: x + 1 for name, x in numbers().items() if name != "3.bias"}, b=numbers()),
        under(a={name: x[:1] if x.ndim else x for name, x in numbers().items()}, b=numbers()),
        under(a=numbers() | {"1.num_batches_tracked": torch.tensor(7)}, b=numbers()),
    ],
    ids=["twice", "part first", "part last", "nested", "incomplete", "narrower", "longer trained"],
)
def test_a_copy_that_is_the_same_or_does_not_fit_is_no_other_network(tmp_path, held):
    torch.save(held, tmp_path / "w.pt")
    network, _ = load(small, str(tmp_path / "w.pt"), "")
    wanted = numbers()
    assert all(torch.equal(x, wanted[name]) for name, x in network.named_parameters())


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
@pytest.mark.parametrize("held", [b"", b"nonsense", b"\x80\x04nonsense", None])
def test_a_corrupt_file_is_named(tmp_path, name, held):
    if held is None:
        save = torch.save if name == "w.pt" else save_file
        save(numbers(), tmp_path / "whole")
        held = (tmp_path / "whole").read_bytes()[:-40]
    (tmp_path / name).write_bytes(held)
    with pytest.raises(WeightsError, match=f"the weights file {tmp_path}/{name} cannot be read"):
        load(small, str(tmp_path / name), "")


def test_code_in_a_weights_file_does_not_run(tmp_path):
    torch.save(small(), tmp_path / "w.pt")  # a whole module: code, not numbers
    with pytest.raises(WeightsError, match="cannot be read"):
        load(small, str(tmp_path / "w.pt"), "")
    torch.save([1, 2], tmp_path / "w.pt")
    with pytest.raises(WeightsError, match="holds a list, not tensors by their names"):
        load(small, str(tmp_path / "w.pt"), "")


# --------------------------------------------------- folders of transformers --


def copied(tmp_path, name="bert"):
    for file in written.model(name).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    "file, what",
    [
        ("config.json", "configuration"),
        ("model.safetensors", "weights"),
        ("tokenizer.json", "tokenizer"),
    ],
)
def test_what_a_model_folder_lacks_is_named(tmp_path, file, what):
    (copied(tmp_path) / file).unlink()
    with pytest.raises(FileNotFoundError, match=f"{tmp_path} has no {what} .*hf download"):
        folder(str(tmp_path), "tokenizer")


def test_a_model_that_is_nowhere_is_answered_with_how_to_get_it():
    with pytest.raises(FileNotFoundError, match=r"no folder nobody/nothing.*hf download"):
        folder("nobody/nothing", "tokenizer")


def test_a_model_in_the_cache_goes_by_its_id(tmp_path, monkeypatch):
    commit = "0" * 40
    there = tmp_path / "models--lab--bert" / "snapshots" / commit
    shutil.copytree(written.model("bert"), there)
    (tmp_path / "models--lab--bert" / "refs").mkdir()
    (tmp_path / "models--lab--bert" / "refs" / "main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert folder("lab/bert", "tokenizer") == there


def test_weights_of_another_architecture_are_named_not_filled_with_noise(tmp_path):
    copied(tmp_path)
    save_file({"x": torch.zeros(2)}, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=r"missing: embeddings\.LayerNorm"):
        load_folder(tmp_path, CPU)


def configured(where, **settings):
    config = json.loads((where / "config.json").read_text())
    (where / "config.json").write_text(json.dumps(config | settings))


UNUSED = ("pooler.", "masked_spec_embed")


@pytest.mark.parametrize(
    "name, block",
    [
        ("bert", r"encoder\.layer\.4\.attention"),
        ("vit", r"vit\.layers\.4\.attention"),  # with a head: there the encoder has a prefix
        ("wav2vec2", r"encoder\.layers\.4\.attention"),
    ],
)
def test_a_layer_that_the_config_does_not_know_of_is_named(tmp_path, name, block):
    configured(copied(tmp_path, name), num_hidden_layers=4)
    with pytest.raises(WeightsError, match=f"config.json says; not of this model: {block}"):
        load_folder(tmp_path, CPU, UNUSED)


def test_a_tensor_inside_a_layer_that_the_model_does_not_know_of_is_named(tmp_path):
    held = load_file(copied(tmp_path) / "model.safetensors")
    held["encoder.layer.2.adapter.weight"] = torch.ones(3)
    save_file(held, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=r"of this model: encoder\.layer\.2\.adapter\.weight$"):
        load_folder(tmp_path, CPU, UNUSED)


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_heads_and_other_models_beside_a_model_are_left_aside(tmp_path, prefix):
    held = load_file(copied(tmp_path) / "model.safetensors")
    held = {f"{prefix}{name}": x for name, x in held.items()}
    beside = ("cls.predictions.bias", "classifier.0.weight", "decoder.layer.0.dense.weight")
    held |= {name: torch.ones(3) for name in (*beside, f"{prefix}pooler.layer.0.weight")}
    save_file(held, tmp_path / "model.safetensors", {"format": "pt"})
    expected = load_folder(written.model("bert"), CPU, UNUSED).state_dict()
    found = load_folder(tmp_path, CPU, UNUSED).state_dict()
    assert all(torch.equal(x, found[n]) for n, x in expected.items() if not n.startswith("pooler."))


def test_a_part_that_nobody_asks_may_be_larger(tmp_path):
    text = json.loads((copied(tmp_path, "clip") / "config.json").read_text())["text_config"]
    configured(tmp_path, text_config=text | {"num_hidden_layers": 4})
    with pytest.raises(WeightsError, match=r"this model: text_model\.encoder\.layers\.4\."):
        load_folder(tmp_path, CPU)
    load_folder(tmp_path, CPU, unused=("text_model.",))


def test_only_a_part_that_nobody_asks_may_be_missing():
    with pytest.raises(WeightsError, match=r"missing: pooler\.dense\.bias"):
        load_folder(written.model("bert"), CPU)
    load_folder(written.model("bert"), CPU, unused=("pooler.",))


def test_a_corrupt_model_folder_is_named(tmp_path):
    (copied(tmp_path) / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(WeightsError, match=f"the model in {tmp_path} cannot be read"):
        load_folder(tmp_path, CPU)


def test_a_readme_is_no_part_of_a_model(tmp_path):
    (copied(tmp_path) / "README.md").write_text("about it")
    assert {file.name for file in files(tmp_path)} >= {"config.json", "model.safetensors"}
    assert not any(file.suffix == ".md" for file in files(tmp_path))


def test_what_a_download_hides_in_its_folder_is_no_part_of_a_model(tmp_path):
    where = tmp_path / ".cache" / "bert"  # as the cache of the Hub itself lies
    where.mkdir(parents=True)
    before = files(copied(where))
    notes = where / ".cache" / "huggingface" / "download"  # what `hf download --local-dir` leaves
    notes.mkdir(parents=True)
    (notes / "config.json.metadata").write_text("0123abcd\n0123abcd\n1763704000.5\n")  # a date
    assert {file.name for file in before} >= {"config.json", "model.safetensors"}
    assert files(where) == before


# ----------------------------------------------------------------- networks --


def test_folding_norms_into_convolutions_changes_nothing_but_rounding():
    network = small()
    network.load_state_dict(numbers())
    x = torch.rand(7, 3, 3, 3)
    before = network.eval()(x)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in folded(network).modules())
    assert Convolutions(network, CPU)(x) == pytest.approx(before.detach().numpy(), rel=1e-5)


def test_a_gpu_that_is_not_there_is_not_replaced_unasked(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert place("auto") == place("cpu") == CPU
    with pytest.raises(ValueError, match="device is cuda, but torch sees no GPU here"):
        place("cuda")
