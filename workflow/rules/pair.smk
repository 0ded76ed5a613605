# Which coarse field belongs to which fine one, and what came before?
rule pair:
    input:
        aligned=files(layout.aligned, plan.pair_years, "coarse", "fine"),
    output:
        layout.samples("{region}", "{year}"),
    log:
        layout.log("pair", "{region}", "{year}"),
    benchmark:
        layout.benchmark("pair", "{region}", "{year}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("pair"),
        runtime=runtime("pair"),
    params:
        job=job("pair"),
        code=code("pair"),
    shell:
        "smen pair {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"
