"""Pages: what is shown where."""
