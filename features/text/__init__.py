"""Text extractors: timed words -> Track. One file each; the file name is the extractor's name."""
