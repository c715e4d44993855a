"""Workbooks of a service desk: read without trust, cell by cell with addresses, and written so that text stays text."""
