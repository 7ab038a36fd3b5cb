"""The stage that scores trained runs, and the table of scores."""
