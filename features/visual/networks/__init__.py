"""How networks look at crops, one frame at a time, and the architecture of IR-50."""
