"""A lab of two exercises, small enough to grade in seconds: what the grading tests grade."""
