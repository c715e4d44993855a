"""Lines: how many wait, how many are there, and for how long already."""
