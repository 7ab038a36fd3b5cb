"""The stage that trains heads: their plans, and where an interrupted training goes on."""
