"""What the READMEs and CONTRIBUTING list, name and link is what there is."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from features.extractor import available, build
from features.visual.r2plus1d import PLACES
from models import fusion
from stages.params import Extraction
from stages.train.params import Params
from stages.train.plans import plans
from tests.repo import PARAMS, ROOT

NAMES = ("README.md", "features/README.md", "models/README.md", "flows/README.md")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in (*NAMES, "CONTRIBUTING.md")}
FEATURES, MODELS = PAGES["features/README.md"], PAGES["models/README.md"]
RANGES = {"valence": (-1.0, 1.0), "arousal": (-1.0, 1.0)}
PLAIN = {"modalities": ["visual", "audio"], "options": {}}


def named(pattern: str) -> list[tuple[str, str]]:
    """(page, what the pattern's group found in it), each once."""
    found = {(page, x) for page, text in PAGES.items() for x in re.findall(pattern, text, re.M)}
    assert found
    return sorted(found)


def rows(page: str, header: str) -> list[list[str]]:
    """The cells of each row of the table under that header line."""
    lines = page.split(header, 1)[1].splitlines()[2:]
    body = lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body]


# ---------------------------------------------------------- what pages name --


def test_the_readme_is_two_pages():
    lines = PAGES["README.md"].splitlines()
    assert len(lines) <= 150
    assert max(map(len, lines)) <= 130


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in a link to them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page, link", named(r"\]\((?!https?:)([^)\s]+)\)"))
def test_links_lead_to_what_there_is(page: str, link: str):
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    assert target.exists()
    assert not anchor or anchor in anchors(target)


@pytest.mark.parametrize("page, name", named(r"python -m ([\w.]+\w)"))
def test_every_module_it_runs_exists(page: str, name: str):
    spec = find_spec(name)
    assert spec
    assert spec.submodule_search_locations is None or find_spec(f"{name}.__main__")


@pytest.mark.parametrize("page, name", named(r"(?:^|[`:] ?)make ([a-z-]+)"))
def test_every_make_target_it_names_exists(page: str, name: str):
    assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page, path", named(r"\b((?:features|flows|models|stages|tests)/[\w./]*)"))
def test_every_path_it_names_exists(page: str, path: str):
    assert (ROOT / path.rstrip(".")).exists()


@pytest.mark.parametrize("page, block", named(r"^```python\n([\s\S]*?)^```"))
def test_what_its_snippets_import_exists(page: str, block: str):
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.ImportFrom):
            module = import_module(str(node.module))
            assert all(hasattr(module, alias.name) for alias in node.names)


@pytest.mark.parametrize("page", [name for name, text in PAGES.items() if "± 0.0" in text])
def test_where_scores_stand_it_is_said_what_they_are_worth(page: str):
    text = " ".join(PAGES[page].split()).replace("*", "")
    assert "drawn, synthetic corpus" in text
    assert re.search("say(s)? nothing about real emotion", text)


# --------------------------------------------------------------- extractors --

EXTRACTORS = rows(FEATURES, "| stage | extractor | rows | D | rows/s | weights | their licence |")
DIMS = {  # of extractors whose width is no constant of their class
    "r2plus1d": lambda: {512, 512 * PLACES},
    "hog": lambda: {build("visual", "hog", PARAMS["visual"]["face"]["options"]).dim},
    "logmel": lambda: {build("audio", "logmel", PARAMS["audio"]["voice"]["options"]).dim},
    "minilm": lambda: {build("text", "minilm", PARAMS["text"]["words"]["options"]).dim},
    "egemaps": lambda: {import_module("features.audio.egemaps").Smile().dim},
}


@pytest.mark.parametrize("kind", ["faces", "visual", "audio", "transcripts", "text", "signals"])
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


def test_the_extractors_it_configures_have_these_options():
    block = FEATURES.split("one\nvisual: {", 1)[1].split("```", 1)[0]
    for kind, values in YAML(typ="safe").load("visual: {" + block).items():
        chosen = Extraction(**values)
        factory = import_module(f"features.{kind}.{chosen.extractor}").build
        assert inspect.signature(factory).parameters.keys() == chosen.options.keys(), kind


def test_every_corpus_is_listed_and_configured_with_options_that_it_has():
    listed = [row[0].strip("`") for row in rows(FEATURES, "| `ingest.corpus` | layout |")]
    assert sorted(listed) == available("corpora")
    block = FEATURES.split("```yaml\n# each under ingest.options", 1)[1].split("```", 1)[0]
    for name, options in YAML(typ="safe").load(block).items():
        factory = import_module(f"features.corpora.{name}").build
        assert inspect.signature(factory).parameters.keys() == options.keys(), name


# -------------------------------------------------------------------- heads --


def test_every_head_is_listed():
    table = rows(MODELS, "| head | what it is |")
    listed = [name for row in table for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(listed) == fusion.available()


def test_the_papers_recipes_are_recipes():
    block = MODELS.split("## The papers' recipes", 1)[1].split("```yaml", 1)[1].split("```", 1)[0]
    published = YAML(typ="safe").load(block)
    assert published.keys() == set(fusion.available()) - {"single", "concat"}
    runs = {name: {name: {**PLAIN, "recipe": values}} for name, values in published.items()}
    chosen = Params(**{**PARAMS["train"], "heads": list(runs), "runs": runs})
    for name, its in chosen.runs.items():
        (plan,) = plans(name, its, chosen.recipe, RANGES, {"visual": "visual", "audio": "audio"})
        targets = len(plan.targets(RANGES)[0])
        head = fusion.build(name, {"visual": 5, "audio": 3}, plan.recipe.steps, targets)
        assert head.steps == published[name]["steps"]


def test_the_command_that_trains_every_head_names_every_head():
    (listed,) = re.findall(r"-S 'train.heads=\[(.*)\]'", MODELS)
    assert sorted(listed.split(",")) == fusion.available() == sorted(PARAMS["train"]["runs"])


def test_the_scores_of_the_readme_are_those_of_the_long_table():
    table = PAGES["README.md"].split("CCC  ", 1)[1].split("```", 1)[0].splitlines()[1:]
    long = {
        row[0].strip("`"): row for row in rows(MODELS, "| run | valence | arousal | mean | its")
    }
    for line in table:
        name, *cells = re.split(r"  +", line)
        low, high = re.findall(r"[\d.]+", cells[3])
        assert [*cells[:3], f"{low} to {high}"] == long[name][1:5]
        assert (cells[4] if len(cells) > 4 else "") == long[name][5]
