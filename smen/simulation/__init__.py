"""A simulated world and its satellites: soil with a known truth, and granules in the products' true layout."""
