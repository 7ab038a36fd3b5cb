"""The stage that reads tables of numbers that somebody already has."""
