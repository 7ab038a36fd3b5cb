"""Speed, as ratios within one run: every benchmark of this folder, or those that are named.

    python -m tests.bench [name [its options]]

`python -m tests.bench shards --size 0.2` is bench_shards.py with its own option. Each runs in a
process of its own, so that none inherits another's memory or threads.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = sorted(p.stem.removeprefix("bench_") for p in FOLDER.glob("bench_*.py"))


def main(arguments: list[str]) -> int:
    name, *options = arguments or [""]
    if name in ("-h", "--help"):
        print(f"{__doc__}\nThere are: {', '.join(NAMES)}")
        return 0
    if name and name not in NAMES:
        print(f"tests.bench: no benchmark named {name!r}; there are: {', '.join(NAMES)}")
        return 2
    failed = []
    for one in [name] if name else NAMES:
        print(f"== {one}", flush=True)
        command = [sys.executable, "-m", f"tests.bench.bench_{one}", *options]
        if _ended(command):
            failed.append(one)
    if failed:
        print(f"tests.bench: did not run to its end: {', '.join(failed)}")
    return 1 if failed else 0


def _ended(command: list[str]) -> int:
    """Run a benchmark to its end -> its exit status."""
    with subprocess.Popen(command, cwd=FOLDER.parent.parent) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # reaches it too, and it still has to remove what it has made
            process.wait()
            raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
