"""Versions of the language: older files become files of today, with their comments, order and layout."""
