"""`python -m stages.ingest`."""

from stages.command import main
from stages.ingest.stage import Params, run

if __name__ == "__main__":
    main("ingest", Params, run)
