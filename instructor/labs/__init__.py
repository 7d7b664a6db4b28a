"""The labs, a folder each: the master with its solutions, and a file for each exercise."""
