"""An identity changes with all that can change a value, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from features import fingerprint
from features.extractor import UnknownNameError
from features.fingerprint import code_sha256, file_sha256, identity, modules_behind, versions

LOGMEL = {
    "rate_hz": 16_000,
    "n_mels": 64,
    "frame_ms": 25,
    "frame_hop_ms": 10,
    "window_ms": 400,
    "hop_ms": 40,
    "floor_db": -80,
}
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


def digest(tmp_path: Path, text: str) -> str:
    (tmp_path / "m.py").write_text(text)
    return code_sha256([tmp_path / "m.py"])


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
def test_comments_docstrings_and_layout_change_nothing(tmp_path, old, new):
    assert old in CODE
    assert digest(tmp_path, CODE.replace(old, new)) == digest(tmp_path, CODE)


@pytest.mark.parametrize(
    "old, new",
    [("= 3", "= 4"), ("x + self", "x - self"), ("import os", "import sys"), ("f(", "g(")],
)
def test_code_changes_it(tmp_path, old, new):
    assert digest(tmp_path, CODE.replace(old, new)) != digest(tmp_path, CODE)


def package(root: Path, files: dict[str, str]):
    for name, text in files.items():
        path = root / "features" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_every_module_behind_an_extractor_is_found_and_no_other(tmp_path, monkeypatch):
    package(
        tmp_path,
        {
            "audio/a.py": "from features.audio._b import x\nimport features.c\nimport numpy",
            "audio/_b.py": "from . import _d\nfrom ..e import f",
            "audio/_d.py": "from features import g",
            "audio/other.py": "",
            "c.py": "from features.shards import Record",
            "e.py": "import features.audio.a",
            "g/__init__.py": "from features.g.h import i",
            "g/h.py": "",
            "shards/__init__.py": "from features.shards.record import Record",
            "shards/record.py": "",
        },
    )
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    found = [name.removeprefix("features.") for name in modules_behind("features.audio.a")]
    assert found == ["audio._b", "audio._d", "audio.a", "c", "e", "g", "g.h"]


@pytest.mark.parametrize(
    "kind, name, behind, not_behind",
    [
        ("audio", "logmel", {"media.sounds", "media.container"}, {"media.pictures", "crops"}),
        ("faces", "mtcnn", {"media.pictures", "faces._align", "crops"}, {"media.probing", "grid"}),
        ("visual", "hog", {"crops", "track"}, {"media.pictures", "faces.mtcnn"}),
        ("text", "minilm", {"words", "track"}, {"media.pictures"}),
    ],
)
def test_an_extractor_stands_on_its_own_signal_and_not_on_another(kind, name, behind, not_behind):
    found = {m.removeprefix("features.") for m in modules_behind(f"features.{kind}.{name}")}
    assert behind | {f"{kind}.{name}", "track"} <= found
    assert not not_behind & found
    assert not any(m.startswith(("shards", "store", "fingerprint", "extractor")) for m in found)


def test_an_identity_names_what_made_a_feature():
    found = identity("audio", "logmel", LOGMEL)
    assert (found["kind"], found["extractor"], found["options"]) == ("audio", "logmel", LOGMEL)
    assert found["weights"] == {}
    assert {"av", "librosa", "numpy", "scipy"} <= found["versions"].keys()
    assert not {"torch", "h5py", "opencv-python"} & found["versions"].keys()
    assert found == identity("audio", "logmel", LOGMEL)


def test_another_option_is_another_identity():
    assert identity("audio", "logmel", LOGMEL | {"n_mels": 32}) != identity(
        "audio", "logmel", LOGMEL
    )


def test_an_extractor_or_option_that_does_not_exist_is_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'logmel'"):
        identity("audio", "logmell", LOGMEL)
    with pytest.raises(UnknownNameError, match="Did you mean 'n_mels'"):
        identity("audio", "logmel", LOGMEL | {"n_mel": 3})
    with pytest.raises(UnknownNameError, match="needs the option 'n_mels'"):
        identity("audio", "logmel", {k: v for k, v in LOGMEL.items() if k != "n_mels"})


class WithWeights:
    libraries = ("h5py",)
    paths = ("model",)

    def __init__(self, folder):
        self.weights = [folder / "config.json", folder / "pooling" / "config.json"]


def test_weights_count_by_their_bytes_wherever_they_lie(tmp_path, monkeypatch):
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        (folder / "pooling").mkdir(parents=True)
        (folder / "config.json").write_text("a")
        (folder / "pooling" / "config.json").write_text("b")

    def identified(folder):
        monkeypatch.setattr(fingerprint, "built", lambda *_: WithWeights(folder))
        return identity("audio", "logmel", {"model": str(folder), "words": 5})

    one, two = map(identified, folders)
    assert one == two
    assert one["options"] == {"words": 5}
    assert list(one["weights"]) == ["config.json", "pooling/config.json"]
    assert "h5py" in one["versions"]
    (folders[1] / "pooling" / "config.json").write_text("c")
    assert identified(folders[1]) != one


def test_versions_are_of_distributions_and_not_of_python_itself():
    found = versions({"cv2", "os", "json", "features.track", "numpy.linalg"})
    assert found.keys() == {"opencv-python", "numpy"}


def test_a_files_digest_is_of_its_bytes(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert file_sha256(tmp_path / "f").startswith("ba7816bf8f01cfea")
