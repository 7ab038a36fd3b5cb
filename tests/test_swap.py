"""One word in params.yaml changes an extractor; nothing else is extracted again."""

from __future__ import annotations

from pathlib import Path

from features.shards import Shards
from features.track import read_track
from tests.features import written
from tests.project import Project

RESNET18 = {"hop_ms": 200, "floor_db": -80, "window_ms": 1034, "device": "cpu", "batch": 32}


def test_swapping_an_extractor_recomputes_its_stream_alone(finished: Project, tmp_path: Path):
    project = finished.copy(tmp_path / "project")
    options = RESNET18 | {"weights": str(written.weights("resnet18"))}
    change = {"extractor": "resnet18", "options": options, "reads": options["weights"]}
    project.edit(lambda p: p["audio"]["voice"].update(change))
    assert project.repro("align") == {"code", "audio@voice", "align@voice"}
    shards = Shards(project.folder / "data/audio/voice")
    assert shards.meta["weights"].keys() == {"resnet18.safetensors"}
    assert shards.meta["options"] == RESNET18  # where its weights lie is no part of a feature
    for clip in shards:
        track = read_track(shards[clip])
        assert track.dim == 512 and track.mask.any()
