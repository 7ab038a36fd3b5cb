"""The extractors behind a trained run, as they were when its features were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from features.remade import remade
from flows.predict.chosen import Chosen
from flows.predict.observed import behind
from stages.params import PARAMS, Extraction, load
from stages.paths import PROVENANCE
from stages.provenance import is_of, trained_on

Options = Mapping[str, Mapping[str, Any]]  # {kind: {option: value}}


class ChangedError(ValueError):
    """Features would be made otherwise now than those that a run was trained on."""


def extractors(
    run: Chosen, kinds: Iterable[str], options: Options, force: bool
) -> tuple[dict[str, Any], list[str]]:
    """Extractors of these kinds, {kind: extractor}, and what has changed about them since.

    options  where weights lie, if neither the run nor today's params.yaml says

    Raises ChangedError for changes, unless forced; with the run's name in a note LookupError,
    OSError or ValueError for an extractor, a library or weights that are not there.
    """
    made, changes = {}, []
    for kind in kinds:
        made[kind], since = _made(run, kind, options.get(kind, {}))
        changes += since
    if changes and not force:
        raise ChangedError(
            f"the features that {run.name!r} was trained on were made otherwise than they would be "
            "now:\n  " + "\n  ".join(changes) + "\n`dvc repro` makes them and the run anew; "
            "--force predicts all the same and says so in the result"
        )
    return made, changes


def _made(run: Chosen, kind: str, given: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """One extractor, and what has changed; errors as of `extractors`."""
    kept = behind(run.about["grid"]["made_from"]).get(kind)
    if kept is None:
        raise ValueError(
            f"{run.folders[0]} does not say what made its {kind}: its features are older than this "
            "command; run `dvc repro`"
        )
    name = kept["extractor"]
    made = _provenance(run, kind)
    if made is None or not is_of(made, kept):
        raise ValueError(
            f"{PROVENANCE} does not say with what code the {kind} of {run.folders[0]} was made; "
            "run `dvc repro`"
        )
    try:
        return remade(made, {**_places(kind, name), **given})
    except ImportError as error:
        raise LookupError(f"{kind}/{name} needs what is not installed: {error}") from error
    except (LookupError, OSError, ValueError) as error:
        error.add_note(f"the run {run.name!r} was trained on features of {kind}/{name}")
        if kept["weights"]:
            error.add_note(
                f"where its weights lie is read from params.yaml if {kind}.extractor is {name} "
                f"there, or given by --option {kind}.<option>=<path>"
            )
        raise


def _provenance(run: Chosen, kind: str) -> dict[str, Any] | None:
    """What made the rows of a kind that the run was trained on, if that is known here."""
    return trained_on(run.folders[0].parent.name, run.about["grid"].get("rows", "")).get(kind)


def _places(kind: str, name: str) -> dict[str, Any]:
    """The options of an extractor in params.yaml, if it is the one chosen there."""
    if not PARAMS.is_file():
        return {}
    section = load(kind, Extraction)
    return dict(section.options) if section.extractor == name else {}
