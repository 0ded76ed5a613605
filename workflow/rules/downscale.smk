# What is the 3 km field at every SMAP pass?
rule downscale:
    input:
        model=model,
        aligned=files(layout.aligned, plan.years_around, "coarse", "fine"),
        samples=files(layout.samples, plan.map_sample_years),
        probes=lambda wildcards: list(plan.probes(wildcards.region)),
    output:
        # The folder of maps is no output: Snakemake would empty it first, and maps that stay as they are are kept.
        list=layout.map_list("{region}", "{year}"),
    log:
        layout.log("downscale", "{region}", "{year}"),
    benchmark:
        layout.benchmark("downscale", "{region}", "{year}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("downscale"),
        runtime=runtime("downscale"),
    params:
        job=job("downscale"),
        code=code("downscale"),
    shell:
        "smen downscale {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"
