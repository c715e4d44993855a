"""Policies beside each other: differences with intervals, and the odds."""
