"""Policies: small files that change what they name, on the base they were written for or on any other."""
