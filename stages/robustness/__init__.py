"""The stage that measures how runs bear the failure of a stream, and its jobs."""
