"""What `snakemake paper` shows: the published numbers, the tables, Figure 2, and all methods beside the network."""
