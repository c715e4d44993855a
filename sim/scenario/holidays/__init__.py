"""Shipped holidays: one dated file per country; `README.md` tells where they come from and how they are renewed."""
