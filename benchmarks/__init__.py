"""What the stored results were measured with: see README.md in this folder."""
