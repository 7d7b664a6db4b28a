"""How fast the library is, and how much memory it takes: beside other libraries where there are."""
