"""`python -m stages.report`."""

from stages.command import main
from stages.paths import REPORT
from stages.report.stage import Params, run

if __name__ == "__main__":
    main("report", Params, run, page=REPORT)
