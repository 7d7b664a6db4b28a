"""What the notebooks take of a reader's time and machine."""
