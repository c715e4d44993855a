"""The text: nodes that know where they stand, units, tables, names, and what is wrong with them."""
