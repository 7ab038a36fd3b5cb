"""An identity changes with all that can change a value, and with nothing else."""

from __future__ import annotations

import pytest

from features import code, fingerprint
from features.extractor import UnknownNameError
from features.fingerprint import (
    WRITTEN_BY,
    chosen,
    file_sha256,
    identity,
    module_of,
    modules,
    versions,
)

LOGMEL = {
    "rate_hz": 16_000,
    "n_mels": 64,
    "frame_ms": 25,
    "frame_shift_ms": 10,
    "window_ms": 400,
    "hop_ms": 40,
    "floor_db": -80,
}


@pytest.mark.parametrize(
    "kind, name, behind, not_behind",
    [
        ("audio", "logmel", {"media.sounds", "media.container"}, {"media.pictures", "crops"}),
        ("faces", "mtcnn", {"media.pictures", "faces.tracking.align"}, {"media.probing", "grid"}),
        ("visual", "hog", {"crops", "track"}, {"media.pictures", "faces.mtcnn"}),
        ("text", "minilm", {"words", "track"}, {"media.pictures"}),
        (
            "signals",
            "table",
            {"signals.rows.times", "signals.reading.parquet", "media.timestamps"},
            {"media.sounds", "crops", "words"},
        ),
    ],
)
def test_an_extractor_stands_on_its_own_signal_and_not_on_another(kind, name, behind, not_behind):
    module = module_of(kind, name)
    found = {m.removeprefix("features.") for m in code.behind(module, without=WRITTEN_BY)}
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


def test_tables_count_by_their_bytes_and_not_by_where_they_lie(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (
        identity("signals", "table", {"path": str(tmp_path / name), "rate_hz": 4})
        for name in ("one", "two")
    )
    assert one == two and one["options"] == {"rate_hz": 4}
    assert {"h5py", "numpy", "pyarrow", "av"} <= one["versions"].keys()
    other = identity("signals", "table", {"path": str(tmp_path / "one"), "rate_hz": 5})
    assert other != one


def test_the_code_of_an_identity_is_that_of_the_files_behind_the_extractor():
    files = modules("audio", "logmel")
    assert {"features/audio/logmel.py", "features/media/sounds.py"} <= files.keys()
    assert not {"features/audio/vggish.py", "features/shards/writing.py"} & files.keys()
    assert identity("audio", "logmel", LOGMEL)["code"] == code.digest(
        "features.audio.logmel", without=WRITTEN_BY
    )


def test_what_a_user_has_chosen_is_all_but_code_and_versions():
    found = identity("audio", "logmel", LOGMEL)
    assert found.keys() - chosen(found).keys() == {"code", "versions"}
    assert all(found[key] == value for key, value in chosen(found).items())


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
