"""One DVC stage a file, of the same name. Files starting with _ are plumbing they share."""
