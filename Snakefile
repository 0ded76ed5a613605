# From SMAP's 36 km to 3 km maps: reads and checks config.yaml, includes the rules, names the targets.
from snakemake.utils import min_version

min_version("9.6")

# A file given with --configfile replaces config.yaml, rather than being merged over its regions.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


include: "workflow/rules/common.smk"


for rules_file in rule_files():

    include: rules_file


# What snakemake makes when nothing is named. It stands here, because it would be forgotten if it stood in an included
# file, whatever that file says of a default.
rule all:
    default_target: True
    input:
        [region_targets(region) for region in plan.regions],
        layout.summary("summary.md"),
        layout.summary("index.html"),
