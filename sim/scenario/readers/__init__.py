"""Readers: nodes of text become pieces of the model, and every problem is noted."""
