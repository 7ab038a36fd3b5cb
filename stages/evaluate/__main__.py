"""`python -m stages.evaluate`."""

from stages.command import main
from stages.evaluate.stage import Params, run

if __name__ == "__main__":
    main("evaluate", Params, run)
