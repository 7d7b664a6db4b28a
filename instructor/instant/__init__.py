"""What the instant checks of the labs are made from: right answers and mistakes, as functions."""
