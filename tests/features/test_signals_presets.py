"""Tables of OpenFace, openSMILE, py-feat and MuSe are understood as these programs write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from features.signals.table import TableError
from features.signals.table import build as table
from features.track import State
from tests.features import tabled
from tests.features.tabled import rows

OK, NO_FACE, LOW = State.OK, State.NO_FACE, State.LOW_CONFIDENCE
UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 25, 26, 45)
FRAMES = 60


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    """Two seconds of a video at 30 frames a second."""
    from tests.features.conftest import write_film

    where = tmp_path_factory.mktemp("film") / "ann.mkv"
    images = [np.full((48, 64, 3), i, np.uint8) for i in range(FRAMES)]
    return write_film(where, images, np.arange(FRAMES) / 30)


def openface(success, confidence, frames=None, face_id=None):
    """A table as OpenFace writes it, where AU of unit u in frame n is n + u / 100."""
    frames = frames or range(1, FRAMES + 1)
    count = len(frames)
    table = {
        "frame": frames,
        "face_id": face_id or [0] * count,
        "timestamp": [f"{(n - 1) / 30:.3f}" for n in frames],
        "confidence": confidence,
        "success": success,
        "gaze_0_x": [0.5] * count,
        "gaze_angle_x": [0.1] * count,
        "gaze_angle_y": [0.2] * count,
        "pose_Tx": [40.0] * count,
        **{f"pose_R{axis}": [0.3] * count for axis in "xyz"},
        **{f"x_{i}": [100.0] * count for i in range(68)},
    }
    for unit in reversed(UNITS):  # not in the order in which they must come
        table[f"AU{unit:02d}_r"] = [n + unit / 100 for n in frames]
        table[f"AU{unit:02d}_c"] = [1] * count
    return table


def test_openface_rows_are_at_their_frames_and_say_where_there_is_no_face(tmp_path, media):
    success, confidence = [1] * FRAMES, [0.98] * FRAMES
    success[10:20] = [0] * 10
    confidence[15:25] = [0.4] * 10
    tabled.as_spaced(tmp_path / "ann", openface(success, confidence))
    made = table(path=str(tmp_path), preset="openface")
    assert made.columns(tmp_path / "ann.csv") == (
        *(f"AU{unit:02d}_r" for unit in UNITS),
        *("gaze_angle_x", "gaze_angle_y", "pose_Rx", "pose_Ry", "pose_Rz"),
    )
    track = made("ann", media, 0.0, None, 2.0)
    assert track.dim == made.dim == 22 and made.reads_media
    assert np.abs(track.times - np.arange(FRAMES) / 30).max() < 1e-3
    assert track.state.tolist() == [OK] * 10 + [NO_FACE] * 10 + [LOW] * 5 + [OK] * 35
    assert track.values[30, :3] == pytest.approx([31.01, 31.02, 31.04])
    assert (rows(tmp_path, media=media, preset="openface", confidence=0.3).state[20:25] == OK).all()


def test_openface_by_its_own_clock_and_other_columns(tmp_path):
    tabled.as_spaced(tmp_path / "ann", openface([1] * FRAMES, [0.98] * FRAMES))
    with pytest.raises(TableError, match=r"no video that tells .*name a column of times"):
        rows(tmp_path, preset="openface")
    clock = {"time": "timestamp", "unit": "s", "columns": ["AU12_r"]}
    track = rows(tmp_path, preset="openface", duration=2.0, **clock)
    assert np.abs(track.times - np.arange(FRAMES) / 30).max() < 1e-3
    assert track.values[:, 0] == pytest.approx(np.arange(1, FRAMES + 1) + 0.12)


def test_several_faces_of_a_frame_are_several_unless_one_is_named(tmp_path, media):
    frames, faces = [1, 1, 2, 3, 3, 4, 4], [0, 1, 1, 0, 1, 0, 1]
    success = [1, 1, 1, 0, 1, 0, 0]
    written = openface(success, [0.9] * 7, frames, faces)
    written["AU01_r"] = [10, 11, 21, 30, 31, 40, 41]
    tabled.as_spaced(tmp_path / "ann", written)
    several = rows(tmp_path, media=media, preset="openface", columns=["AU01_r"])
    assert several.state.tolist() == [State.SEVERAL_FACES, OK, OK, NO_FACE]
    assert several.values[1:3, 0].tolist() == [21, 31]
    one = rows(tmp_path, media=media, preset="openface", columns=["AU01_r"], face_id=0)
    assert one.state.tolist() == [OK, NO_FACE, NO_FACE, NO_FACE] and one.values[0, 0] == 10
    two = rows(tmp_path, media=media, preset="openface", columns=["AU01_r"], face_id=1)
    assert two.state.tolist() == [OK, OK, OK, NO_FACE] and two.values[:3, 0].tolist() == [
        11,
        21,
        31,
    ]


def test_a_face_that_is_there_twice_is_refused_at_its_line(tmp_path, media):
    tabled.as_spaced(tmp_path / "ann", openface([1] * 3, [0.9] * 3, [1, 2, 2], [0, 0, 0]))
    with pytest.raises(TableError, match="line 3: face_id 0 has several rows of this moment"):
        rows(tmp_path, media=media, preset="openface", face_id=0)


def test_opensmile_frames_and_a_shift_to_their_middle(tmp_path):
    (tmp_path / "ann.csv").write_text(
        "name;frameTime;F0semitoneFrom27.5Hz_sma3nz;loudness_sma3;pcm_fftMag_mfcc_sma[1]\n"
        "'ann';0.000000;2.500000e+01;0.5;-1.5\n'ann';0.010000;2.600000e+01;0.625;-2.5\n",
        encoding="utf-8",
    )
    made = table(path=str(tmp_path), preset="opensmile", start_s=0.03)
    assert made.columns(tmp_path / "ann.csv") == (
        *("F0semitoneFrom27.5Hz_sma3nz", "loudness_sma3", "pcm_fftMag_mfcc_sma[1]"),
    )
    track = made("ann", None, 0.0, None, 1.0)
    assert track.times == pytest.approx([0.03, 0.04])
    assert track.values.tolist() == [[25, 0.5, -1.5], [26, 0.625, -2.5]]


def test_opensmile_windows_of_the_python_package_are_at_their_middle(tmp_path):
    (tmp_path / "ann.csv").write_text(
        "file,start,end,loudness_sma3_amean\n"
        "a.wav,0 days 00:00:00,0 days 00:00:00.500000,0.5\n"
        "a.wav,0 days 00:00:00.250000,0 days 00:00:00.750000,0.25\n"
        "a.wav,0 days 00:01:00,0 days 00:01:01,0.125\n",
        encoding="utf-8",
    )
    track = rows(tmp_path, preset="opensmile", duration=61.0)
    assert track.times.tolist() == [0.25, 0.5, 60.5]
    assert track.values.tolist() == [[0.5], [0.25], [0.125]]


def test_a_table_of_neither_layout_of_opensmile_is_refused(tmp_path):
    tabled.as_csv(tmp_path / "ann", {"frameTim": [0], "x": [1]})
    with pytest.raises(TableError, match="no column 'frameTime', nearest: 'frameTim'"):
        rows(tmp_path, preset="opensmile")


def test_pyfeat_counts_frames_from_0_and_says_where_there_is_no_face(tmp_path, media):
    emotions = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
    written = {
        **{f"FaceRect{side}": [9.5] * 7 for side in ("X", "Y", "Width", "Height")},
        "FaceScore": [0.99, "", 0, 0.6, 0.95, 0.99, 0.98],
        **{f"AU{unit:02d}": [1, "", "", 4, 5, 6, 7] for unit in (11, 1, 2)},
        **{name: [0.125, "", "", 0.5, 0.5, 0.5, 0.5] for name in emotions},
        "input": ["a.mp4"] * 7,
        "frame": [0, 2, 4, 6, 8, 10, 10],
        "approx_time": ["00:00"] * 7,
    }
    tabled.as_csv(tmp_path / "ann", written)
    made = table(path=str(tmp_path), preset="pyfeat")
    assert made.columns(tmp_path / "ann.csv") == ("AU01", "AU02", "AU11", *emotions)
    track = made("ann", media, 0.0, None, 2.0)
    assert np.abs(track.times - np.array([0, 2, 4, 6, 8, 10]) / 30).max() < 1e-3
    assert track.state.tolist() == [OK, NO_FACE, NO_FACE, LOW, OK, State.SEVERAL_FACES]
    assert track.values[0, :4].tolist() == [1, 1, 1, 0.125]


def test_muse_times_are_in_milliseconds_and_segments_are_no_feature(tmp_path):
    written = {
        "timestamp": [0, 500, 1000],
        "segment_id": [1, 1, 2],
        "10": [1, 2, 3],
        "9": [4, 5, 6],
    }
    tabled.as_csv(tmp_path / "ann", written)
    track = rows(tmp_path, preset="muse")
    assert track.times.tolist() == [0, 0.5, 1] and track.values.tolist() == [[4, 1], [5, 2], [6, 3]]


def test_what_is_given_beside_a_preset_wins(tmp_path):
    tabled.as_csv(tmp_path / "ann", {"timestamp": [0, 1], "x": [1, 2], "q": [0, 1]})
    ruled = {"q": {"equals": 0, "state": "blurred"}}
    track = rows(tmp_path, preset="muse", time="timestamp", unit="s", columns=["x"], valid=ruled)
    assert track.times.tolist() == [0, 1] and track.state.tolist() == [State.BLURRED, OK]


def test_the_tables_of_the_readme_have_options_that_there_are(tmp_path):
    page = Path(__file__).parents[2] / "features" / "README.md"
    block = page.read_text(encoding="utf-8").split("```yaml\nopenface:", 1)[1].split("```", 1)[0]
    shown = YAML(typ="safe").load("openface:" + block)
    assert len(shown) == 6
    for options in shown.values():
        table(**options | {"path": str(tmp_path)})
