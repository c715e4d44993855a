"""Pools: hours worked, available and paid."""
