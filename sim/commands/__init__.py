"""Commands about one scenario before it is run: is it right, and what does it mean."""
