# Which granules touch this region and period, and are they all here, whole?
rule simulate:
    output:
        list=layout.simulated_list("{region}", "{year}"),
        truth=layout.simulated_truth("{region}", "{year}"),
    log:
        layout.log("simulate", "{region}", "{year}"),
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=2000,
    params:
        job=job("simulate"),
        code=code.digest("simulate"),
    shell:
        "smen simulate {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"


rule acquire:
    input:
        granule_list,
    output:
        coarse=layout.manifest("{region}", "coarse", "{year}"),
        fine=layout.manifest("{region}", "fine", "{year}"),
    log:
        layout.log("acquire", "{region}", "{year}"),
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=1000,
        # `--resources downloads=1` lets one job at a time fetch; source.connections limits all jobs of a machine.
        downloads=1,
    params:
        job=job("acquire"),
        code=code.digest("acquire"),
    shell:
        "smen acquire {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"


# An explicit target, apart from `all`: looks for new and reprocessed granules and lists them.
rule refresh:
    log:
        f"logs/{layout.results}/refresh.log",
    conda:
        "../../envs/smen.yaml"
    params:
        config=lambda wildcards: workflow.configfiles[0],
    shell:
        "smen refresh --config {params.config:q} --log {log}"
