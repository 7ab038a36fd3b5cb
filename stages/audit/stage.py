"""Can this corpus be learned from? What is wrong with it, before hours are spent on training.

reads   data/ingest/clips.jsonl, splits.jsonl and rejected.jsonl, data/sync/*.h5, data/grid/*.h5,
        data/align/<stream>/*.h5, data/rejected/<stage or stream>.jsonl where there are any
writes  data/audit/index.html     a page to look at; opens from disk, needs no network
        data/audit/metrics.json   the same in numbers
        data/audit/passed.json    the same bytes whenever no limit is broken, and otherwise not
                                  there: training waits for it, and is not repeated for its sake
"""

from __future__ import annotations

import json
import logging

from stages.atomic import write_lines
from stages.audit.audit import numbers
from stages.audit.checks import checks
from stages.audit.limits import Limits
from stages.audit.look import look
from stages.audit.page import page
from stages.paths import AUDIT

PAGE = AUDIT / "index.html"
log = logging.getLogger("stages")


class AuditError(ValueError):
    """The corpus breaks a limit."""


class Params(Limits):
    """Every limit, and what counts as late and as unlike the other clips."""


def run(params: Params) -> None:
    passed = AUDIT / "passed.json"
    passed.unlink(missing_ok=True)
    audit = look(params)
    found = list(checks(params, audit))
    write_lines(AUDIT / "metrics.json", [json.dumps(numbers(audit), indent=1)])
    write_lines(PAGE, [page(audit, found)])
    broken = [check.sentence() for check in found if check.broken]
    if broken:
        error = AuditError(f"limits broken: {len(broken)}; look at {AUDIT / 'index.html'}")
        for sentence in broken:
            error.add_note(sentence)
        raise error
    for check in found:
        if check.who:
            log.info("%s", check.sentence())
    write_lines(passed, ['{"passed": true}'])
