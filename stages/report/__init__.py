"""The report: what was measured, as one page to look at."""
