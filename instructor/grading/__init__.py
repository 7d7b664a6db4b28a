"""Grading: asks learners' code in a sandbox, judges the answers outside it."""
