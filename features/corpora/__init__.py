"""One corpus adapter a file; the file name is the name of the adapter."""
