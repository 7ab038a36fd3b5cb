"""How the files of a corpus are read: tables, labels, raters, splits, media."""
