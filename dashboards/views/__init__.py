"""Results as pages show them."""
