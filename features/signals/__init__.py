"""Signals extractors: a file of numbers somebody has -> Track. A file's name is its name."""
