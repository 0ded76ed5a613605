# An explicit target, apart from `all`: looks for new and reprocessed granules and lists them.
rule refresh:
    log:
        f"logs/{layout.results}/refresh.log",
    localrule: True
    conda:
        "../../envs/smen.yaml"
    params:
        config=lambda wildcards: workflow.configfiles[0],
    shell:
        "smen refresh --config {params.config:q} --log {log}"
