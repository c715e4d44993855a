"""Results that come with the project: the first page has an answer before anything was simulated."""
