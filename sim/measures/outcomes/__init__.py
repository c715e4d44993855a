"""Outcomes: contacts followed from the bot to the agents, and what settles tickets."""
