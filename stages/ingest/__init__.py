"""What ingest asks of a corpus: which clips are usable, on which side, and how many."""
