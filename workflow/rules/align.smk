# What does each product say on the region's 3 km window?
rule align:
    input:
        coarse=layout.manifest("{region}", "coarse", "{year}"),
        fine=layout.manifest("{region}", "fine", "{year}"),
    output:
        coarse=layout.aligned("{region}", "coarse", "{year}"),
        fine=layout.aligned("{region}", "fine", "{year}"),
    log:
        layout.log("align", "{region}", "{year}"),
    benchmark:
        layout.benchmark("align", "{region}", "{year}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("align"),
        runtime=runtime("align"),
    params:
        job=job("align"),
        code=code("align"),
    shell:
        "smen align {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"
