"""When and where the pipeline runs, under Prefect; the only package that knows it."""
