"""Starting one's own desk: a folder with a scenario, a roster, a forecast and recorded numbers, all valid at once."""
