"""The clip store: every feature ever made, under the digest of everything that determines it, and
every finished training (`runs/<two letters>/<key>.zip`, see stages.train.kept).

A cache outside DVC's outputs, safe to share between clones, processes and machines, and safe to
delete: that costs time and nothing else. An entry is a shard of one clip at
`<two letters>/<key>.h5`, written under a temporary name, flushed and renamed. Two makers of the
same entry write the same bytes, so whoever is last changes nothing and no lock is needed.
"""

from features.store.entries import RUNS, Store, StoreError

__all__ = ["RUNS", "Store", "StoreError"]
