"""From one operation to the measures of many independent histories of it."""
