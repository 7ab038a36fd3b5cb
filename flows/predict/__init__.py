"""A trained head on one new video."""
