"""Promises: what was promised case by case, on which clock, and whether it was kept."""
