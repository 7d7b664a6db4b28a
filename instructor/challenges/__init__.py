"""What only the grader knows: fresh inputs for every exercise, and who judges the answers."""
