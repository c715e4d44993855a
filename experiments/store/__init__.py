"""Runs on disk: safe against crashes, found again, never read when damaged."""
