"""Scripts for those who change the notebooks and the library."""
