# From SMAP's 36 km to 3 km maps: reads and checks config.yaml, includes the rules, names the targets.
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

from smen.errors import SmenError
from smen.settings.yaml_file import read_settings

min_version("9.6")

# A file given with --configfile replaces config.yaml, rather than being merged over its regions.
if not workflow.overwrite_configfiles:
    # Read by ourselves first: the messages name file, line and key, where Snakemake shows a traceback.
    try:
        read_settings(Path("config.yaml"))
    except SmenError as error:
        raise WorkflowError(str(error)) from None

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
        uploads(),


if workflow.is_main_process:
    code_digest.write_cache(code_digest.CACHE)
    check_targets()
