"""How a signal becomes numbers, and how they are kept. Knows no stage, no DVC, no Prefect."""
