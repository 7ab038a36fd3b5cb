"""Look at shards: a file, or a folder of them.

show    what they hold: what made them, clips, rows, share of rows in each state
verify  check every byte and every clip's digest; names what is damaged and ends with status 1
diff    how two sets differ; status 0 if they hold the same, else 1
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from features.shards.compare import diff
from features.shards.file import Shard
from features.shards.look import show
from features.shards.reading import Shards, paths
from features.shards.record import ShardError, digest


def verify(place: Path) -> int:
    """Print what is damaged, or that nothing is; the exit status."""
    wrong = 0
    for path in paths(place):
        try:
            shard = Shard(path)
        except ShardError as error:
            print(error)
            wrong += 1
            continue
        for index, clip in enumerate(shard.clips):
            if digest(shard.record(index)) != shard.contents[index]:
                print(f"{path}: clip {clip!r} does not have the digest it was written with")
                wrong += 1
    if not wrong:
        shards = Shards(place, check=False)  # that its files belong together
        print(f"{place}: {len(shards.files)} files, {len(shards)} clips, each as it was written")
    return 1 if wrong else 0


def _print(lines: Iterable[str]) -> int:
    """Print lines; how many there were."""
    count = 0
    for line in lines:
        print(line)
        count += 1
    return count


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m features.shards",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="{show,verify,diff}")
    for verb, text in (
        ("show", "what they hold"),
        ("verify", "check every byte; status 1 if anything is damaged"),
        ("diff", "how two sets differ; status 1 if they do"),
    ):
        sub = verbs.add_parser(verb, help=text)
        sub.add_argument("path", type=Path, metavar="PATH", help="a shard, or a folder of shards")
        if verb == "diff":
            sub.add_argument("path2", type=Path, metavar="PATH2", help="the other one")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; the exit status."""
    given = parser().parse_args(arguments)
    try:
        if given.verb == "verify":
            return verify(given.path)
        if given.verb == "show":
            _print(show(Shards(given.path)))
            return 0
        return 1 if _print(diff(Shards(given.path), Shards(given.path2))) else 0
    except (ShardError, OSError) as error:
        print(f"features.shards: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
