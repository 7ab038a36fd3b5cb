"""Rules by which rows of a table do not count, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.nearest import unknown
from features.signals.reading.columns import Columns
from features.track import State

TESTS = ("equals", "below", "above", "missing")
STATES = {state.name.lower(): state for state in State if state != State.OK}


@dataclass(frozen=True)
class Rule:
    """Rows whose `column` passes a test are in `state`."""

    column: str
    test: str
    limit: float
    state: State

    def holds(self, x: np.ndarray) -> np.ndarray:
        """For which of some numbers, bool (T,)."""
        if self.test == "missing":
            return np.isnan(x)
        if self.test == "equals":
            return x == self.limit
        return x < self.limit if self.test == "below" else x > self.limit


def rules(valid: Mapping[str, Any] | None) -> tuple[Rule, ...]:
    """`{column: rule}` or `{column: [rules]}`, a rule as {equals: 0, state: no_face}.

    Raises ValueError with the nearest right name.
    """
    found = []
    for column, given in (valid or {}).items():
        for one in given if isinstance(given, list) else [given]:
            found.append(_rule(column, one))
    return tuple(found)


def _rule(column: str, given: Any) -> Rule:
    tests = sorted(given.keys() - {"state"}) if isinstance(given, Mapping) else []
    if len(tests) != 1 or "state" not in given:
        raise ValueError(
            f"table: valid.{column} must be one of {', '.join(TESTS)} beside a state, such as "
            f"{{below: 0.8, state: low_confidence}}, got {given!r}"
        )
    test, state = tests[0], given["state"]
    if test not in TESTS:
        raise ValueError(f"table: valid.{column}: {unknown('rule', test, TESTS)}")
    if state not in STATES:
        raise ValueError(f"table: valid.{column}: {unknown('state', str(state), STATES)}")
    limit = given[test]
    if test == "missing":
        if limit is not True:
            raise ValueError(f"table: valid.{column}: missing must be true, got {limit!r}")
    elif isinstance(limit, str) or not np.isfinite(limit):
        raise ValueError(f"table: valid.{column}: {test} must be a number, got {limit!r}")
    return Rule(column, test, float(limit), STATES[state])


def states(columns: Columns, ruled: Sequence[Rule]) -> np.ndarray:
    """uint8 (T,): of the rules that hold the one of the lowest State, whatever their order.

    MISSING where none does and a rule's column has no number: nobody knows whether it would.
    """
    state = np.zeros(len(columns), np.uint8)
    unsure = np.zeros(len(columns), bool)
    for rule in sorted(ruled, key=lambda rule: rule.state):
        x = columns.numbers[rule.column]
        unsure |= np.isnan(x)
        state[(state == State.OK) & rule.holds(x)] = rule.state
    state[(state == State.OK) & unsure] = State.MISSING
    return state
