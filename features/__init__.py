"""How a signal becomes numbers, and how the numbers are kept. Knows no stage, no DVC, no Prefect."""
