"""`python -m stages.signals`."""

from stages.command import main
from stages.signals.stage import Extraction, run

if __name__ == "__main__":
    main("signals", Extraction, run, "stream")
