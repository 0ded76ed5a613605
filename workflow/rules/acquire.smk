# Which granules touch this region and period, and are they all here, whole?
rule simulate:
    output:
        list=layout.simulated_list("{region}", "{year}"),
        truth=layout.simulated_truth("{region}", "{year}"),
    params:
        job=job("simulate"),
        code=code.digest("simulate"),
    log:
        layout.log("simulate", "{region}", "{year}"),
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=2000,
    shell:
        "smen simulate {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"


rule acquire:
    input:
        granule_list,
    output:
        coarse=layout.manifest("{region}", "coarse", "{year}"),
        fine=layout.manifest("{region}", "fine", "{year}"),
    params:
        job=job("acquire"),
        code=code.digest("acquire"),
    log:
        layout.log("acquire", "{region}", "{year}"),
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=1000,
    shell:
        "smen acquire {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"


# An explicit target, apart from `all`: looks for new and reprocessed granules and lists them.
rule refresh:
    params:
        config=lambda wildcards: workflow.configfiles[0],
    log:
        f"logs/{layout.results}/refresh.log",
    conda:
        "../../envs/smen.yaml"
    shell:
        "smen refresh --config {params.config:q} --log {log}"
