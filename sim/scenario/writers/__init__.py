"""Writing of a resolved scenario: one module per section, in the words that its reader reads."""
