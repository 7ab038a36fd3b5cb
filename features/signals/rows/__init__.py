"""What columns of a table mean: which are features, when each row is, and which rows count."""
