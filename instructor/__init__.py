"""Masters of the labs, and grading. Keep this folder private."""
