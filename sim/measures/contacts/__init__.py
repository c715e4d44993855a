"""Contacts: attempts to reach the desk, their waits, and what became of them."""
