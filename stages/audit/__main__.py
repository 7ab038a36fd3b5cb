"""`python -m stages.audit`."""

from stages.audit.stage import PAGE, Params, run
from stages.command import main

if __name__ == "__main__":
    main("audit", Params, run, page=PAGE)
