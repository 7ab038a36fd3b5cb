"""Reading columns of numbers from files of several formats, a block at a time."""
