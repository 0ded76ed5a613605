# From SMAP's 36 km to 3 km maps: reads and checks config.yaml, includes the rules, names the targets.
from snakemake.utils import min_version

min_version("9.6")

# A file given with --configfile replaces config.yaml, rather than being merged over its regions.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/acquire.smk"
include: "workflow/rules/align.smk"
include: "workflow/rules/pair.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/downscale.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/publish.smk"
include: "workflow/rules/index.smk"
include: "workflow/rules/refresh.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/targets.smk"


# What snakemake makes when nothing is named. It stands here, because it would be forgotten if it stood in an included
# file, whatever that file says of a default.
rule all:
    default_target: True
    input:
        [region_targets(region) for region in plan.regions],
        layout.summary("summary.md"),
        layout.summary("index.html"),
