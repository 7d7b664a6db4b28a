"""Hostile submissions to the tests' lab, each with a proof that it works where nothing is boxed."""
