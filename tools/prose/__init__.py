"""Which numbers a page says, and what stands beside them: see tools/numbers_in_prose.py."""
