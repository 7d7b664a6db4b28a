"""What grading costs, and what the hidden pairs of lab 5 pay for. Never in the learners' bundle."""

from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
