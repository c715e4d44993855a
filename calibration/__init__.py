"""From history to a scenario with proof: handle times, censored patience, staffing from activity."""
