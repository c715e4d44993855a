"""From the measures of replications to numbers with intervals."""
