"""How faces are detected, followed through a clip, aligned and judged."""
