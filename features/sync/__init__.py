"""Is the sound in time with the picture? One way of telling a file."""
