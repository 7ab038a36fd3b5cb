"""Trained heads -> their CCC while one modality fails for a growing share of the time.

reads   data/ingest/clips.jsonl, data/align/*.h5, data/train/
writes  data/robustness/curves.csv   a row per run, modality, kind of failure, share and target:
                                     CCC, mean and deviation over seeds

Apart from `evaluate`, so that scores never wait for curves.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from models.disturbance import KINDS
from models.nearest import known
from models.split import check
from stages._clips import read_clips, write_lines
from stages._curves import COLUMNS, Failures, curve
from stages._each import each
from stages._grid import TARGETS, Grid
from stages._main import main
from stages._params import load
from stages._trained import runs, trained
from stages.train import Params as TrainParams

CURVES = Path("data/robustness/curves.csv")


class Params(Failures):
    heads: list[str]  # runs; empty: all of two modalities or more


def run(params: Params) -> None:
    train = load("train", TrainParams)
    folders = runs(train.kinds, train.seeds)
    known("run under robustness.heads", params.heads, folders)
    known("disturbance under robustness.kinds", params.kinds, KINDS)
    grid = Grid(read_clips())
    check(params.split, grid.split(params.split, grid.modalities), grid.modalities, TARGETS)
    fewest = 1 if params.heads else 2
    items = []
    for name in params.heads or folders:
        modalities = trained(folders[name][0]).about["widths"]
        items += [(name, m, folders[name]) for m in modalities if len(modalities) >= fewest]
    # Curves come as processes finish them, and are written in the order of the runs.
    finished = each(partial(curve, params), items, "robustness", "curve")
    done = {tuple(rows[0][:2]): rows for rows in finished}
    rows = [COLUMNS, *(row for name, modality, _ in items for row in done[name, modality])]
    write_lines(CURVES, (",".join(map(str, row)) for row in rows))


if __name__ == "__main__":
    main("robustness", Params, run)
