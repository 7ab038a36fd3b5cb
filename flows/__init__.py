"""When and where the pipeline runs, under Prefect; the only package that knows it."""

import os

# Prefect reads these when it is imported: nothing calls home, and a cold disk may be slow.
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
