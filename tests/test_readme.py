"""What the README lists is what there is."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest
from ruamel.yaml import YAML

from features.extractor import available, build
from features.visual.r2plus1d import PLACES
from models import fusion
from stages._params import Extraction
from stages._plans import plans
from stages.train import Params
from tests.repo import PARAMS, ROOT

PLAIN = {"modalities": ["visual", "audio"], "options": {}}
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(header: str) -> list[list[str]]:
    """The cells of each row of the table under that header line."""
    lines = README.split(header, 1)[1].splitlines()[2:]
    body = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


def test_every_head_is_listed():
    listed = [
        name for row in rows("| head | what it is |") for name in re.findall(r"`(\w+)`", row[0])
    ]
    assert sorted(listed) == fusion.available()


EXTRACTORS = rows("| stage | extractor | rows | D | rows/s | weights | their licence |")
DIMS = {  # of extractors whose width is no constant of their class
    "r2plus1d": lambda: {512, 512 * PLACES},
    "hog": lambda: {build("visual", "hog", PARAMS["visual"]["options"]).dim},
    "logmel": lambda: {build("audio", "logmel", PARAMS["audio"]["options"]).dim},
    "minilm": lambda: {build("text", "minilm", PARAMS["text"]["options"]).dim},
    "egemaps": lambda: {import_module("features.audio.egemaps").Smile().dim},
}


@pytest.mark.parametrize("kind", ["faces", "visual", "audio", "transcripts", "text"])
def test_every_extractor_is_listed(kind: str):
    assert sorted(row[1].strip("`") for row in EXTRACTORS if row[0] == kind) == available(kind)


@pytest.mark.parametrize("row", [r for r in EXTRACTORS if r[0] in ("visual", "audio", "text")])
def test_extractors_are_as_wide_as_listed(row: list[str]):
    kind, name = row[0], row[1].strip("`")
    if name == "egemaps":
        pytest.importorskip("opensmile", reason="an optional package")
    module = import_module(f"features.{kind}.{name}")
    own = [x for x in vars(module).values() if getattr(x, "__module__", "") == module.__name__]
    fixed = {x.dim for x in own if isinstance(getattr(x, "dim", None), int)}
    dims = DIMS[name]() if name in DIMS else fixed
    assert {int(number) for number in re.findall(r"\d+", row[3])} == dims
    assert dims or row[3] == "the model's"


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)))
)
def test_every_make_target_it_names_exists(name: str):
    assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_extractors_it_configures_have_these_options():
    block = README.split("```yaml\nvisual: {", 1)[1].split("```", 1)[0]
    for kind, values in YAML(typ="safe").load("visual: {" + block).items():
        chosen = Extraction(**values)
        factory = import_module(f"features.{kind}.{chosen.extractor}").build
        assert inspect.signature(factory).parameters.keys() == chosen.options.keys(), kind


def test_the_papers_recipes_are_recipes():
    block = README.split("### The papers' recipes", 1)[1].split("```yaml", 1)[1].split("```", 1)[0]
    published = YAML(typ="safe").load(block)
    assert published.keys() == set(fusion.available()) - {"single", "concat"}
    demo = PARAMS["train"]["recipe"]
    heads = {name: {name: {**PLAIN, "recipe": values}} for name, values in published.items()}
    chosen = Params(kinds=list(heads), seeds=[1], recipe=demo, heads=heads)
    for name, runs in chosen.heads.items():
        (plan,) = plans(runs, chosen.recipe, name)
        head = fusion.build(
            name, {"visual": 5, "audio": 3}, plan.recipe.steps, len(plan.targets[0])
        )
        assert head.steps == published[name]["steps"]


def test_the_command_that_trains_every_head_names_every_head():
    (listed,) = re.findall(r"-S 'train.kinds=\[(.*)\]'", README)
    assert sorted(listed.split(",")) == fusion.available() == sorted(PARAMS["train"]["heads"])
