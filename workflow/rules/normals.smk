# What is usual here in each season? Built once, and kept for all years of maps.
rule normals:
    input:
        model=model,
        aligned=files(layout.aligned, plan.training_years, "coarse", "fine"),
        samples=files(layout.samples, plan.training_years),
        record=lambda wildcards: [
            layout.aligned(wildcards.region, "coarse", year) for year in plan.record_years(wildcards.region)
        ],
    output:
        layout.normals("{region}"),
    log:
        layout.log("normals", "{region}"),
    benchmark:
        layout.benchmark("normals", "{region}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("normals"),
        runtime=runtime("normals"),
    params:
        job=job("normals"),
        code=code("normals"),
    shell:
        "smen normals {wildcards.region} --job {params.job:q} --log {log}"
