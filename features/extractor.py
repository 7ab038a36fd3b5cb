"""How a name in params.yaml becomes an extractor.

There is no registration: `features/audio/logmel.py` is the audio extractor "logmel". A module
there exposes `build(**options)` and is imported only when it is chosen, so that extracting audio
never loads a face model. What `build` returns is called once a clip; by kind:

    faces        frames (iterator of Frame), SoundSource, clip id  ->  iterator of Face
    visual       Crops                       ->  Track
    audio        SoundSource                 ->  Track
    transcripts  SoundSource, transcript file or None, from where to where (s) in that file the
                 clip is             ->  list of Word, or None: nobody has transcribed it. What
                 tells sounds from words also has `read` (file, start, end, how long the media
                 last -> Reading) or `hear` (SoundSource -> words and sounds)
    text         list of Word                ->  Track
    signals      clip id, media file or None, from where to where in that file the clip is, its
                 duration (s)        ->  Track
    sync         Crops, SoundSource          ->  Lag, or None where it cannot be told

An extractor that yields Tracks has `dim`, the width D of every one of them. The same source gives
the same bytes, whatever was extracted before it or beside it. What else decides its values, if
there is anything, it tells `features.fingerprint`:

    weights    the files its weights were read from
    paths      the options that only say where those files lie
    libraries  import names of libraries that work under those its module imports

and one that reads files of a clip beside its media tells them: `files(clip id)` (faces),
`files(clip id, media or None)` (signals). One of signals also has `find(clip id, media or None)`,
the one file of those, or None; `columns(file)`, the names of its D values; and `reads_media`,
whether the bytes of the media decide values, too. One of faces that keeps more of a clip than
`features.crops.keep` does has a `keep` of its own.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from features.code import choices
from features.nearest import unknown


class UnknownNameError(LookupError):
    """params.yaml names an extractor, or an option of one, that does not exist."""


def available(kind: str) -> list[str]:
    """The extractors of a kind: the files in features/<kind>/."""
    return choices(f"features.{kind}")


def build(kind: str, name: str, options: Mapping[str, Any]) -> Any:
    """A new extractor. Raises UnknownNameError with the nearest right name or option."""
    if name not in available(kind):
        raise UnknownNameError(unknown(f"{kind} extractor", name, available(kind)))
    factory = import_module(f"features.{kind}.{name}").build
    accepted = inspect.signature(factory).parameters
    for option in options:
        if option not in accepted:
            raise UnknownNameError(unknown(f"option of {kind}/{name}", option, accepted))
    missing = [o for o, p in accepted.items() if p.default is p.empty and o not in options]
    if missing:
        raise UnknownNameError(
            f"{kind}/{name} needs the option {missing[0]!r}; it takes: {', '.join(accepted)}"
        )
    return factory(**options)


@cache
def built(kind: str, name: str, options: str) -> Any:
    """An extractor that is made once in the life of the process; `options` as canonical JSON."""
    return build(kind, name, json.loads(options))
