"""`python -m stages.train`."""

from stages.command import main
from stages.train.stage import Params, run

if __name__ == "__main__":
    main("train", Params, run, "head")
