"""Where clips and other jobs run: this machine's processes, or a Dask cluster.

Where and in which order they run never changes a byte of a result, so no result depends on a digest
of this code.
"""
