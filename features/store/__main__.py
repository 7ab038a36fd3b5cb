"""Look after the clip store: rows that were extracted, results of jobs, and checkpoints.

stats   how many entries it holds and how large they are, by kind and extractor or head
verify  check every byte of every entry; names the damaged ones and ends with status 1
prune   remove entries; any of the options chooses, together they choose more; entries are made
        again when they are needed
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from features.shards import ShardError
from features.store.amounts import byte_count, day_count, size_text
from features.store.entries import Store, StoreError
from features.store.pruning import half_written, referred, superfluous
from features.store.survey import contents, damaged, entries

DAY_S = 86400.0


def stats(store: Store) -> int:
    """Print how many entries there are and how large they are; the exit status."""
    found = entries(store)
    print(f"{store.root}: {len(found)} entries, {size_text(sum(e.size for e in found))}")
    for (kind, extractor), (count, size) in contents(found).items():
        print(f"{kind:<22} {extractor:<16} {count:>8} {size_text(size):>10}")
    return 0


def verify(store: Store) -> int:
    """Print what is damaged; the exit status, 1 if anything is."""
    found = entries(store)
    wrong = 0
    for error in damaged(found):
        print(error)
        wrong += 1
    print(f"{store.root}: {len(found)} entries, {wrong} damaged")
    return 1 if wrong else 0


def prune(store: Store, given: argparse.Namespace) -> int:
    """Remove the entries that are not needed; the exit status."""
    found, now = entries(store), time.time()
    used = None if given.unused_by is None else referred(given.unused_by)
    older_than = None if given.older_than is None else given.older_than * DAY_S
    out = superfluous(found, now, older_than, given.max_size, used)
    parts = half_written(store, now)
    for entry in out + parts:
        if not given.dry_run:
            entry.path.unlink(missing_ok=True)
    freed = size_text(sum(e.size for e in out + parts))
    did = "would free" if given.dry_run else "freed"
    print(
        f"{store.root}: {did} {freed} in {len(out)} entries and {len(parts)} half-written files; "
        f"{len(found) - len(out)} entries stay"
    )
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m features.store",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--store", type=Path, help="its folder (default: $CLIP_STORE, else .clip_store)"
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="{stats,verify,prune}")
    verbs.add_parser("stats", help="entries and bytes, by kind and extractor or head")
    verbs.add_parser("verify", help="check every byte; status 1 if any entry is damaged")
    verb = verbs.add_parser("prune", help="remove entries that are not needed")
    verb.add_argument(
        "--older-than", type=day_count, metavar="DAYS", help="neither read nor written since"
    )
    verb.add_argument(
        "--max-size",
        type=byte_count,
        metavar="BYTES",
        help="keep at most so much, for instance 20GB; the least recently used go first",
    )
    verb.add_argument(
        "--unused-by",
        type=Path,
        nargs="+",
        metavar="FOLDER",
        help="those from which none of these folders of shards was packed; never results or "
        "checkpoints of jobs, which --older-than and --max-size choose",
    )
    verb.add_argument("--dry-run", action="store_true", help="only say what would go")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; the exit status."""
    given = parser().parse_args(arguments)
    store = Store(given.store)
    try:
        if given.verb == "prune":
            return prune(store, given)
        return {"stats": stats, "verify": verify}[given.verb](store)
    except (StoreError, ShardError, OSError) as error:
        print(f"features.store: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
