"""How the figures of `bench scale` are printed: one a line, with its target if it has one."""

from __future__ import annotations


def say(
    what: str,
    found: float,
    unit: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> None:
    """One line; without a target it is there to explain the others."""
    target = ""
    if at_least is not None:
        target = f"target at least {at_least:g}: {'met' if found >= at_least else 'MISSED'}"
    if at_most is not None:
        target = f"target at most {at_most:g}: {'met' if found <= at_most else 'MISSED'}"
    print(f"{what:<58}{found:>9.2f} {unit:<5} {target}".rstrip(), flush=True)
