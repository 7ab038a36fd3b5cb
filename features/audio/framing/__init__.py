"""How sound becomes the frames and windows that audio extractors look at."""
