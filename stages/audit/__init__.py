"""What the audit looks at, its limits and its page."""
