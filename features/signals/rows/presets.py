"""The layouts of tables that many people have, as options of `table`.

None of the programs was run for this: layouts are as their sources, manuals and users have them.

openface   OpenFace 2, FeatureExtraction and FaceLandmarkVidMulti: `frame, face_id, timestamp,
           confidence, success, gaze_..., pose_..., AU01_r, ...`, a blank after each comma. Frames
           count from 1 and timestamp is (frame - 1) / fps, so the frame number is what counts.
           success 0: no face. Columns: intensities of 17 action units (AU*_r), the angles of gaze
           and head; tables made with -aus alone need `columns: [AU*_r]`.
opensmile  SMILExtract: `name;frameTime;...`, where frameTime is where a frame or window begins;
           give half a window as start_s. Or the Python package: `file,start,end,...`, times as
           "0 days 00:00:00.100000", of which the middle counts. Every other column of numbers.
pyfeat     py-feat's Fex: `FaceRectX, ..., FaceScore, ..., AU01, ..., anger, ..., neutral, input,
           frame, approx_time`. Frames count from 0; approx_time is rounded to seconds and ignored.
           Rows without FaceScore, or with 0: no face. Columns: action units, seven emotions.
muse       MuSe challenges: `timestamp,segment_id,...`, timestamp in ms. Every other column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from features.nearest import unknown

NO_SUCCESS = {"equals": 0, "state": "no_face"}
WAYS = ("time", "frame", "rate_hz")
OF_WAYS = (*WAYS, "unit", "first_frame")
EMOTIONS = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
PRESETS: dict[str, dict[str, Any]] = {
    "openface": {
        "columns": ["AU*_r", "gaze_angle_*", "pose_R*"],
        "frame": "frame",
        "first_frame": 1,
        "face": "face_id",
        "valid": {"success": NO_SUCCESS, "confidence": {"below": 0.8, "state": "low_confidence"}},
    },
    "opensmile": {"time": (("frameTime",), ("start", "end")), "unit": "s"},
    "pyfeat": {
        "columns": ["AU[0-9]*", *EMOTIONS],
        "frame": "frame",
        "first_frame": 0,
        "valid": {
            "FaceScore": [
                {"missing": True, "state": "no_face"},
                NO_SUCCESS,
                {"below": 0.8, "state": "low_confidence"},
            ]
        },
    },
    "muse": {"time": "timestamp", "unit": "ms"},
}
WITH_FACES = ("openface", "pyfeat")  # a row for each face of a frame


def preset(name: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a preset with those that are given (not None) in place of its own.

    Who gives a way to tell times replaces the preset's. Raises ValueError for an unknown name.
    """
    if name is not None and name not in PRESETS:
        raise ValueError(f"table: {unknown('preset', str(name), PRESETS)}")
    options = dict(PRESETS.get(name or "", {}))
    said = {option: value for option, value in given.items() if value is not None}
    if any(option in said for option in WAYS):
        options = {option: value for option, value in options.items() if option not in OF_WAYS}
    return {**dict.fromkeys(given), **options, **said}


def trusted(valid: Mapping[str, Any] | None, confidence: float | None) -> Mapping[str, Any] | None:
    """Rules whose limit of low confidence is another. Raises ValueError where none has one."""
    if confidence is None:
        return valid
    found, changed = {}, False
    for column, given in (valid or {}).items():
        rules = []
        for rule in given if isinstance(given, list) else [given]:
            hit = isinstance(rule, Mapping) and "below" in rule
            hit = hit and rule.get("state") == "low_confidence"
            changed = changed or hit
            rules.append({**rule, "below": confidence} if hit else rule)
        found[column] = rules
    if not changed:
        raise ValueError(
            f"table: confidence is {confidence}, but no rule of this table is about confidence; "
            "write one under valid"
        )
    return found
