"""How transcripts are read, file format by file format, and what hears words gives back."""
