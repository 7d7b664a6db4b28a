"""Challenges of the tests' own lab."""
