# The names that a user types for single regions; `all` stands in the Snakefile.
# Above a hundred regions there are no aliases, only paths: each alias is a rule to be read at every start.
if len(plan.regions) <= 100:
    for region in plan.regions:

        rule:
            name:
                region
            input:
                region_targets(region),


onstart:
    logger.addHandler(progress)
    progress.watch()


onsuccess:
    print((Path(layout.summary("summary.md"))).read_text() if Path(layout.summary("summary.md")).is_file() else "")


# Once and last, in the words of the job's log: what Snakemake shows of a failed job is its command.
onerror:
    print(progress.failures(), file=sys.stderr)
