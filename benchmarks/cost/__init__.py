"""What the course asks of a reader's time and machine."""
