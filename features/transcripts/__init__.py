"""One source of timed words a file; the file name is the name of the source."""
