"""When and where the pipeline runs, and the commands that people call; the only package that knows
Prefect."""

import os

# Prefect reads these when it is imported: nothing calls home, and a cold disk may be slow.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
