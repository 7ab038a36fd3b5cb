"""Visual extractors: Crops -> Track. One file each; the file name is the extractor's name."""
