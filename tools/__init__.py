"""Scripts for those who change the course."""
