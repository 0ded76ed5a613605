# The names that a user types. `all` stands first, so that it is what snakemake makes when nothing is named.
rule all:
    default_target: True
    input:
        [region_targets(region) for region in plan.regions],
        layout.summary("summary.md"),


# Above a hundred regions there are no aliases, only paths: each alias is a rule to be read at every start.
if len(plan.regions) <= 100:
    for region in plan.regions:

        rule:
            name:
                region
            input:
                region_targets(region),


onsuccess:
    print((Path(layout.summary("summary.md"))).read_text() if Path(layout.summary("summary.md")).is_file() else "")
