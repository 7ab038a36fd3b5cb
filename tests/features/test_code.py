"""The digest of code changes with what the code does, and with nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from features import code
from features.code import CodeError, behind, choices, digest, digests, every, file_of, imports
from tests.repo import ROOT

CODE = '''"""What it is."""

import os


class A:
    """A class."""

    limit = 3
    """What limit is."""

    def f(self, x):
        """A function."""
        return x + self.limit  # more
'''
Plant = Callable[[dict[str, str]], None]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Write files, {path: text}, into a tree that counts as ours."""
    monkeypatch.setattr("features.code.ROOT", tmp_path)

    def write(files: dict[str, str]) -> None:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")

    return write


# ------------------------------------------------------------------ what a file does --


@pytest.fixture
def of(plant: Plant) -> Callable[[str], str]:
    """The digest of a module with some text."""

    def digested(text: str) -> str:
        plant({"features/m.py": text})
        return digest("features.m")

    return digested


@pytest.mark.parametrize(
    "old, new",
    [
        ("# more", "# a sum"),
        ('"""What it is."""', '"""Something else."""'),
        ('"""What it is."""', ""),
        ('"""A class."""', '"""Another."""'),
        ('        """A function."""\n', ""),
        ('"""What limit is."""', '"""At most."""'),
        ("x + self.limit", "(x + self.limit)"),
        ("\n\n\n", "\n\n"),
    ],
)
def test_comments_docstrings_and_layout_change_nothing(of, old, new):
    assert old in CODE
    assert of(CODE.replace(old, new)) == of(CODE)


def test_a_comment_anywhere_changes_nothing(of):
    lines = CODE.split("\n")
    quoted = {0, 6, 9, 12}  # lines with a docstring, behind which a comment may stand as well
    before = of(CODE)
    for place in range(len(lines)):
        assert of("\n".join([*lines[:place], "    # a remark", *lines[place:]])) == before
        if lines[place] and place not in quoted:
            assert (
                of("\n".join([*lines[:place], f"{lines[place]}  # é", *lines[place + 1 :]]))
                == before
            )


@pytest.mark.parametrize(
    "old, new",
    [("= 3", "= 4"), ("x + self", "x - self"), ("import os", "import sys"), ("f(", "g(")],
)
def test_code_changes_it(of, old, new):
    assert of(CODE.replace(old, new)) != of(CODE)


@pytest.mark.parametrize(
    "one, other",
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 'a'", "x = b'a'"),
        ("f(a, b)", "f((a, b))"),
        ("x = [a]", "x = (a,)"),
        ("x = f'{a}'", "x = f'{a!r}'"),
        ("x = f'{a}b'", "x = f'{a}' 'c'"),
        ("def f(a, b): pass", "def f(a, *, b): pass"),
        ("def f(a=None): pass", "def f(a): pass"),
        ("if a:\n    b\nc", "if a:\n    b\n    c"),
        ("x = 'a'", "'a'"),
    ],
)
def test_what_does_something_else_has_another_digest(of, one, other):
    assert of(one) != of(other)


def test_an_edit_is_seen_in_the_same_process(plant: Plant, tmp_path: Path):
    plant({"features/m.py": "x = 1\n"})
    first = digest("features.m")
    plant({"features/m.py": "x = 10\n"})
    assert digest("features.m") != first
    plant({"features/m.py": "x = 1\n"})
    os.utime(tmp_path / "features/m.py", ns=(1, 1))
    assert digest("features.m") == first
    plant({"features/m.py": "x = 2\n"})  # as long as before
    os.utime(tmp_path / "features/m.py", ns=(2, 2))
    assert digest("features.m") != first


def test_a_module_that_cannot_be_parsed_is_named_with_the_line(plant: Plant):
    plant({"features/m.py": "import features.broken\n", "features/broken.py": "x = 1\n\ndef f(:\n"})
    with pytest.raises(CodeError, match=r"^features/broken\.py, line 3, is not Python: "):
        digest("features.m")


def test_a_module_that_is_not_there_is_named(plant: Plant, tmp_path: Path):
    plant({"features/m.py": ""})
    for ask in (digest, digests, behind, imports, code.parsed):
        with pytest.raises(CodeError, match=rf"^no module features\.n in {tmp_path}$"):
            ask("features.n")


# ------------------------------------------------------------------ what is behind it --

AUDIO = {
    "features/audio/a.py": "from features.audio._b import x\nimport features.c\nimport numpy",
    "features/audio/_b.py": "from . import _d\nfrom ..e import f",
    "features/audio/_d.py": "from features import g",
    "features/audio/other.py": "",
    "features/c.py": "from features.shards import Record",
    "features/e.py": "import features.audio.a",
    "features/g/__init__.py": "from features.g.h import i",
    "features/g/h.py": "",
    "features/shards/__init__.py": "from features.shards.record import Record",
    "features/shards/record.py": "",
}


def test_every_module_behind_a_module_is_found_and_no_other(plant: Plant, tmp_path: Path):
    plant(AUDIO)
    found = behind("features.audio.a", without=("features.shards",))
    assert [name.removeprefix("features.") for name in found] == [
        "audio._b", "audio._d", "audio.a", "c", "e", "g", "g.h"
    ]  # fmt: skip
    assert found["features.g"] == tmp_path / "features/g/__init__.py"
    assert behind("features.c").keys() == {
        "features.c",
        "features.shards",
        "features.shards.record",
    }


def test_imports_inside_functions_and_of_other_rooms_count(plant: Plant):
    plant(
        {
            "stages/s.py": "def f():\n    from models import m\n    import flows.x",
            "models/m.py": "",
            "flows/x.py": "",
        }
    )
    assert list(behind("stages.s")) == ["models.m", "stages.s"]


def test_what_cannot_change_a_result_may_be_left_out(plant: Plant):
    plant(AUDIO | {"features/shardsmith.py": "", "features/m.py": "import features.shardsmith"})
    shards = digests("features.c").keys() - digests("features.c", without=("features.shards",))
    assert shards == {"features/shards/__init__.py", "features/shards/record.py"}
    assert digest("features.c") != digest("features.c", without=("features.shards",))
    before = digest("features.c", without=("features.shards",))
    plant({"features/shards/record.py": "x = 1"})
    assert digest("features.c", without=("features.shards",)) == before
    assert "features.shardsmith" in behind("features.m", without=("features.shards",))


def test_a_digest_changes_with_any_file_behind_it_and_with_no_other(plant: Plant):
    plant(AUDIO)
    before, files = digest("features.audio.a"), digests("features.audio.a")
    for name, text in AUDIO.items():
        plant({name: f"{text}\nx = 1"})
        assert (digest("features.audio.a") != before) == (name in files)
        plant({name: text})
    assert digest("features.audio.a") == before


def test_a_digest_is_of_several_modules_in_any_order(plant: Plant):
    plant(AUDIO)
    assert digest("features.c", "features.g") == digest("features.g", "features.c")
    assert digest("features.c", "features.g") not in {digest("features.c"), digest("features.g")}
    assert digests("features.c", "features.g") == digests("features.c") | digests("features.g")


def test_a_module_that_moves_is_another(plant: Plant, tmp_path: Path):
    plant({"features/a.py": "x = 1", "features/b.py": "x = 1"})
    assert digest("features.a") != digest("features.b")
    assert digests("features.a")["features/a.py"] == digests("features.b")["features/b.py"]


def test_digests_are_of_paths_from_the_root_and_16_hex_digits(plant: Plant):
    plant(AUDIO)
    found = digests("features.audio.a")
    assert list(found) == sorted(found) and "features/g/__init__.py" in found
    assert all(len(x) == 16 and int(x, 16) >= 0 for x in [*found.values(), digest("features.c")])


# ------------------------------------------------------------------ files that are no Python --


@pytest.mark.parametrize("name", ["page.css", "viewer.js", "words.txt", "net.pt"])
def test_other_files_in_the_folder_of_a_module_count_by_their_bytes(plant: Plant, name: str):
    plant({"stages/report/page.py": "", "stages/other/page.css": ""})
    without = digest("stages.report.page")
    plant({f"stages/report/{name}": "a /* b */"})
    before = digest("stages.report.page")
    assert f"stages/report/{name}" in digests("stages.report.page") and before != without
    plant({f"stages/report/{name}": "a /* c */"})
    assert digest("stages.report.page") != before


@pytest.mark.parametrize("name", ["README.md", "egemaps.lock", "m.pyc", "deeper/page.css"])
def test_notes_locks_and_what_lies_in_other_folders_do_not(plant: Plant, name: str):
    plant({"stages/report/page.py": ""})
    before = digest("stages.report.page")
    plant({f"stages/report/{name}": "a"})
    assert digest("stages.report.page") == before


def test_a_file_that_is_no_python_may_be_no_text(plant: Plant, tmp_path: Path):
    plant({"stages/report/page.py": ""})
    (tmp_path / "stages/report/icon.png").write_bytes(b"\xff\x00")
    assert "stages/report/icon.png" in digests("stages.report.page")


# ------------------------------------------------------------------ names --


def test_the_names_that_a_module_imports_are_those_it_says(plant: Plant):
    plant(
        {
            "features/a/b.py": "import os.path\nfrom . import c\nfrom ..d import e as f",
            "features/g.py": "import numpy",
        }
    )
    expected = {"os.path", "features.a", "features.a.c", "features.d", "features.d.e"}
    assert imports("features.a.b") == expected
    assert imports("features.a.b", "features.g") == expected | {"numpy"}


def test_choices_are_the_modules_without_an_underscore(plant: Plant):
    plant(AUDIO | {"features/audio/__init__.py": "", "features/audio/page.css": ""})
    assert choices("features.audio") == ["a", "other"]
    assert choices("features.nothing") == []


def test_every_module_of_ours_has_a_name_and_a_file(plant: Plant, tmp_path: Path):
    plant(AUDIO | {"flows/x.py": "", "models/m.py": "", "tests/t.py": ""})
    names = every()
    files = [tmp_path / name for name in [*AUDIO, "models/m.py"]]
    assert {"features.g", "features.g.h", "models.m"} <= set(names)
    assert len(names) == len(files) and {file_of(name) for name in names} == set(files)
    assert [file_of(name) for name in ("numpy", "flows.x", "features.c.Record")] == [None] * 3


def test_a_module_of_the_project_itself_stands_on_others():
    assert {"features.code", "features.nearest"} <= behind("features.extractor").keys()
    assert file_of("features.code") == ROOT / "features/code.py"


# ------------------------------------------------------------------ any Python --

TRICKY = '''"""What the versions of Python spell in different ways."""
x, w = 3, 7
a = f"", f"{x}", f"a{x!r:>{w}}b", f"{x=}", f"{{}}", f"{f'{x}'}" "b" f"{x:}"
a += rf"\\n{x}", f"{'a' 'b'}", f"{x}" "", "" f"", f"{x:{w}.{w}}"
b = [*range(3), *(y async for y in x)] if x else {**{}, "k": ...}


def f(a, /, b: int = 1, *c, d=None, **e) -> None:
    match a:
        case {"k": [1, *_], **rest} | A(x=1): return
        case -1 | None | "s": pass
    try:
        with open(a) as g, open(b): yield
    except* ValueError as error:
        raise error from None
    lambda: (z := 1_000) + 0x10 + 1e3 + 2j
    @g
    async def h(): await x
    del a[1:2, ...]
    global q
    return not a < b <= 3


class A(B, metaclass=C):
    x: int
    def __init__(self): self.x: int = 1; super().__init__()
'''
RUN = """
import json, pathlib
from features import code
real = code.digests(*code.every())
code.ROOT = pathlib.Path(%r)
print(json.dumps([real, code.digests("features.tricky")]))
"""


def pythons(version: str) -> Iterator[Path]:
    """Where a version of Python may be: on the path, or among those of pyenv."""
    if found := shutil.which(f"python{version}"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"))


def printed(python: Path, script: str) -> str | None:
    """What a Python prints; None: it does not run at all, as pyenv's shim for a hidden version."""
    done, probe = (
        subprocess.run([python, "-B", "-c", text], cwd=ROOT, capture_output=True, text=True)
        for text in (script, "")
    )
    assert done.returncode == 0 or probe.returncode != 0, done.stderr
    return done.stdout if done.returncode == 0 else None


@pytest.mark.parametrize("version", [f"3.{minor}" for minor in range(11, 16)])
def test_every_python_has_the_same_digests(plant: Plant, tmp_path: Path, version: str):
    plant({"features/tricky.py": TRICKY})
    found = [x for python in pythons(version) if (x := printed(python, RUN % str(tmp_path)))]
    if not found:
        pytest.skip(f"no Python {version} here")
    expected = printed(Path(sys.executable), RUN % str(tmp_path))
    assert expected and json.loads(expected)[1].keys() == {"features/tricky.py"}
    assert all(json.loads(x) == json.loads(expected) for x in found)
