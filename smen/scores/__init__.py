"""Wing: metrics, the senses in which they are aggregated, and their intervals."""
