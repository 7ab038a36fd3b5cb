"""What an extractor reads beside the corpus is a dep of its stage, so that DVC sees it change."""

from __future__ import annotations

from pathlib import Path

from features.extractor import built
from features.shards import canonical
from stages.params import Extraction, ParamsError


def check_watched(kind: str, section: str, params: Extraction) -> None:
    """Raises ParamsError for an option that names a file which `reads` does not hold.

    section  of params.yaml, where that is said

    A model inside a package, or named by its id in the local cache, is no file of the user's.
    """
    extractor = built(kind, params.extractor, canonical(params.options))
    watched = Path(params.reads).resolve()
    for option in getattr(extractor, "paths", ()):
        file = Path(params.options[option])
        if file.exists() and not file.resolve().is_relative_to(watched):
            raise ParamsError(
                f"params.yaml: {section}.reads must be {file}, which {section}.options.{option} "
                f"names, or a folder that holds it, for DVC to see when it changes; got "
                f"{params.reads}"
            )
