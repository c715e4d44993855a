"""Cells: rows placed in scopes and intervals, and what they come to there."""
