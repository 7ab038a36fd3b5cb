"""The streams that params.yaml names: what each is, and how it gets onto the time grid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from features.nearest import unknown
from stages.params import ParamsError, checked, document
from stages.rules import Kind, Stream

KINDS: tuple[str, ...] = get_args(Kind)
# what torch calls something of its own, and so cannot call the weights of a stream
TORCHS = frozenset(
    (
        "T_destination add_module apply bfloat16 buffers call_super_init children clear compile "
        "copy cpu cuda double dump_patches eval extra_repr float forward fromkeys get get_buffer "
        "get_extra_state get_parameter get_submodule half ipu items keys load_state_dict modules "
        "mtia named_buffers named_children named_modules named_parameters parameters pop popitem "
        "register_backward_hook register_buffer register_forward_hook register_forward_pre_hook "
        "register_full_backward_hook register_full_backward_pre_hook "
        "register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module "
        "register_parameter register_state_dict_post_hook register_state_dict_pre_hook "
        "requires_grad_ set_extra_state set_submodule setdefault share_memory state_dict to "
        "to_empty train training type update values xpu zero_grad"
    ).split()
)
# stages that, as streams of sound and of tables do, name what they cannot read in data/rejected
READING = ("faces", "transcripts", "sync")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # it becomes a folder, a column and a torch module


def streams() -> dict[str, Stream]:
    """The streams that are aligned, by name, in the order of params.yaml.

    What is read is what they name, never what lies in data/align. Raises ParamsError.
    """
    named = document().get("align")
    if not isinstance(named, dict) or not named:
        raise ParamsError("params.yaml: align must name a stream or more, each with of, how, ...")
    return {name: checked(f"align.{name}", Stream, values) for name, values in named.items()}


def known_streams(names: Iterable[str], where: str) -> None:
    """Raises LookupError for the first of some names that no stream has, with the nearest."""
    there = streams()
    for name in names:
        if name not in there:
            raise LookupError(unknown(f"stream (in {where})", name, there))


def misnamed_streams(params: Mapping[str, Any]) -> Iterable[str]:
    """A sentence for each thing in params.yaml that is wrong about the names of streams."""
    of: dict[str, str] = {}
    twice = False
    for kind in KINDS:
        section = params.get(kind) or {}
        for name in section if isinstance(section, dict) else ():
            if not NAME.fullmatch(str(name)):
                yield (
                    f"a stream cannot be called {name!r} ({kind} in params.yaml): letters, digits, "
                    "- and _, a letter first"
                )
            if name in TORCHS:
                yield (
                    f"a stream cannot be called {name!r} ({kind} in params.yaml): torch calls "
                    "something of its own so"
                )
            if kind in ("audio", "signals") and name in READING:
                yield (
                    f"a stream cannot be called {name!r} ({kind} in params.yaml): a stage is, and "
                    "what either cannot read would be in one file of data/rejected"
                )
            if name in of:
                twice = True
                yield f"two streams are called {name!r}, under {of[name]} and under {kind}"
            of[name] = kind
    if twice:
        return  # what else there is to say follows from it
    yield from _misplaced(params.get("align") or {}, of)
    yield from _unread(params, of)


def _misplaced(aligned: Any, of: Mapping[str, str]) -> Iterable[str]:
    """What is wrong between the streams that are extracted and those that are aligned."""
    if not isinstance(aligned, dict):
        yield "align in params.yaml must be a stream's name: {of, how, largest_gap_s}"
        return
    for name, values in aligned.items():
        kind = values.get("of") if isinstance(values, dict) else None
        if name not in of:
            yield unknown("stream (align in params.yaml)", str(name), of)
        elif kind != of[name]:
            yield f"align.{name}.of in params.yaml must be {of[name]}, where it is, got {kind!r}"
    for name, kind in of.items():
        if name not in aligned:
            yield (
                f"stream {name!r} ({kind}) is not aligned: give it a line under align in "
                f"params.yaml, {name}: {{of: {kind}, how: mean, largest_gap_s: 0.2}}"
            )


def _unread(params: Mapping[str, Any], of: Mapping[str, str]) -> Iterable[str]:
    """The streams that runs of the chosen heads name, and that are none."""
    train = params.get("train") or {}
    for head in train.get("heads") or ():
        for run, values in (train.get("runs", {}).get(head) or {}).items():
            for name in (values or {}).get("modalities") or ():
                if name not in of:
                    yield unknown(f"stream (train.runs.{head}.{run}.modalities)", str(name), of)
