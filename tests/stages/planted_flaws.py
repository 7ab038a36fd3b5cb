"""What stages ask of clips, where a clip may be planted to crash or to fail whoever reads it.

Other processes import this: it loads no more than what they are to do.
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from features.manifest import Clip

HOW = Path("how.json")  # in the working folder: {clip: a signal, or the text of an error}
ASKED = {  # stage: what it asks of a clip
    "stages.audio": "voice",
    "stages.faces": "faces",
    "stages.sync": "late",
    "stages.signals.stage": "rows",
}


def plant(**how: int | str) -> None:
    """What becomes of whoever reads some clips, from now on."""
    HOW.write_text(json.dumps(how))


def ask(extractor: Any, clip: Clip, stage: str, **more: Any) -> Any:
    """What a stage asks of a clip, after what is planted there."""
    how = json.loads(HOW.read_text()).get(clip.id)
    if isinstance(how, int):
        os.kill(os.getpid(), how)
    if how:
        raise import_module("features.media.container").MediaError(how)
    return getattr(import_module(stage), ASKED[stage])(extractor, clip, **more)


def voice(extractor: Any, clip: Clip) -> Any:
    return ask(extractor, clip, "stages.audio")


def faces(extractor: Any, clip: Clip) -> Any:
    return ask(extractor, clip, "stages.faces")


def late(extractor: Any, clip: Clip) -> Any:
    return ask(extractor, clip, "stages.sync")


def rows(extractor: Any, clip: Clip, **more: Any) -> Any:
    return ask(extractor, clip, "stages.signals.stage", **more)
