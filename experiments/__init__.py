"""From scenarios to decisions: replications, estimates with intervals, pictures, tables, run folders."""
