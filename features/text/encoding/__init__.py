"""How words become the pieces, windows and rows that text extractors embed."""
