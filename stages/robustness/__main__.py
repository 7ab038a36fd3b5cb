"""`python -m stages.robustness`."""

from stages.command import main
from stages.robustness.stage import Params, run

if __name__ == "__main__":
    main("robustness", Params, run)
