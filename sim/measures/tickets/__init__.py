"""Tickets: families of jobs, from the first birth to the last end."""
