# Which granules touch this region and period, and are they all here, whole?
rule acquire:
    input:
        simulated(resource_layout.simulated_list),
    output:
        coarse=layout.manifest("{region}", "coarse", "{year}"),
        fine=layout.manifest("{region}", "fine", "{year}"),
    log:
        layout.log("acquire", "{region}", "{year}"),
    benchmark:
        layout.benchmark("acquire", "{region}", "{year}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("acquire"),
        runtime=runtime("acquire"),
        # `--resources downloads=1` lets one job at a time fetch; source.connections limits all jobs of a machine.
        downloads=1,
    params:
        job=job("acquire"),
        code=code("acquire"),
    shell:
        "smen acquire {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"
