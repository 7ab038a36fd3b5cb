"""The extractors behind a trained run, as they were when its features were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.nearest import unknown
from features.remade import remade
from flows.predict.chosen import Chosen
from flows.predict.places import places
from flows.predict.streams import SHARED, Identity, identities, shared
from stages.paths import PROVENANCE
from stages.provenance import is_of, trained_on

Options = Mapping[str, Mapping[str, Any]]  # {stream, faces or transcripts: {option: value}}


class ChangedError(ValueError):
    """Features would be made otherwise now than those that a run was trained on."""


@dataclass(frozen=True)
class Extractors:
    """What is asked about a video.

    shared   {faces or transcripts: extractor}, each asked once for all streams
    streams  {stream: (its kind, extractor)}
    """

    shared: dict[str, Any]
    streams: dict[str, tuple[str, Any]]


def extractors(
    run: Chosen, streams: Iterable[str], options: Options, tables: Mapping[str, Path], force: bool
) -> tuple[Extractors, list[str]]:
    """The extractors of these streams of a run and of what they are made from, and a sentence for
    each thing that has changed about them since.

    options  where weights lie, if neither the run nor today's params.yaml says
    tables   the files of signals streams, {stream: file}

    Raises ChangedError for changes, unless forced; LookupError for options of what the run does not
    read; with stream and run in a note LookupError, OSError or ValueError for an extractor, a
    library or weights that are not there.
    """
    _check_options(run, options)
    made, streams, changes = Extractors({}, {}), list(streams), []
    for kind, (stream, identity) in shared(run, streams).items():
        made.shared[kind], since = _made(run, stream, identity, kind, options.get(kind, {}))
        changes += since
    for stream in streams:
        identity, given = identities(run)[stream], dict(options.get(stream, {}))
        if stream in tables:  # an extractor of tables wants a folder, and reads the file alone
            given = {"path": tables[stream].parent.as_posix(), **given}
        extractor, since = _made(run, stream, identity, stream, given)
        made.streams[stream] = identity["kind"], extractor
        changes += [f"{stream}, {change}" for change in since]
    if changes and not force:
        raise ChangedError(
            f"the features that {run.name!r} was trained on were made otherwise than they would be "
            "now:\n  " + "\n  ".join(changes) + "\n`dvc repro` makes them and the run anew; "
            "--force predicts all the same and says so in the result"
        )
    return made, changes


def _check_options(run: Chosen, options: Options) -> None:
    made = identities(run)
    behind = {SHARED[one["kind"]] for one in made.values() if one["kind"] in SHARED}
    for name in options:
        if name not in (known := [*made, *sorted(behind)]):
            raise LookupError(unknown(f"part of the run {run.name!r} (--option)", name, known))


def _made(
    run: Chosen, stream: str, kept: Identity, name: str, given: Mapping[str, Any]
) -> tuple[Any, list[str]]:
    """One extractor, and what has changed; errors as of `extractors`.

    stream  that is made with it, or from what it makes; name  of the part: that stream, or
    faces or transcripts; given  its options that say where files lie
    """
    kind, extractor = kept["kind"], kept["extractor"]
    made = _provenance(run, stream, kind)
    if made is None or not is_of(made, kept):
        raise ValueError(
            f"{PROVENANCE} does not say with what code the {kind} of the stream {stream!r} of "
            f"{run.folders[0]} was made; run `dvc repro`"
        )
    try:
        return _first(made, [{**place, **given} for place in places(kind, name, extractor)])
    except ImportError as error:
        raise LookupError(
            f"{stream}: {kind}/{extractor} needs what is not installed: {error}"
        ) from error
    except (LookupError, OSError, ValueError) as error:
        error.add_note(
            f"behind the stream {stream!r} of the run {run.name!r} is {kind}/{extractor}"
        )
        if kept["weights"]:
            error.add_note(
                "where its weights lie is read from params.yaml if that has "
                f"{kind}/{extractor}, or given by --option {name}.<option>=<path>"
            )
        raise


def _first(kept: Identity, candidates: list[dict[str, Any]]) -> tuple[Any, list[str]]:
    """Remade with the first options that have the right weights; otherwise the first error."""
    errors: list[Exception] = []
    for options in candidates:
        try:
            return remade(kept, options)
        except (OSError, ValueError) as error:
            errors.append(error)
    raise errors[0]


def _provenance(run: Chosen, stream: str, kind: str) -> dict[str, Any] | None:
    """What made the rows of a kind behind a stream that the run was trained on, if known here."""
    rows = run.about["grid"]["streams"][stream].get("rows", "")
    return trained_on(run.about["head"], stream, rows).get(kind)
