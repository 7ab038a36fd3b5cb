"""The clip store: every feature ever made, under the digest of everything that determines it, and
the results and checkpoints of jobs (`jobs/<two letters>/<key>.zip` and `.checkpoint`, see
features.store.results).

A cache outside DVC's outputs, safe to share between clones, processes and machines, and safe to
delete: that costs time and nothing else. An entry is a shard of one clip at
`<two letters>/<key>.h5`, written under a temporary name, flushed and renamed. Two makers of the
same entry write the same bytes, so whoever is last changes nothing and no lock is needed.
"""

from features.store.entries import JOBS, RUNS, Store, StoreError
from features.store.results import Results

__all__ = ["JOBS", "RUNS", "Results", "Store", "StoreError"]
