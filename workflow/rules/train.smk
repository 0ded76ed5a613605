# Which network maps one to the other here?
rule train:
    input:
        aligned=files(layout.aligned, plan.training_years, "coarse", "fine"),
        samples=files(layout.samples, plan.training_years),
        donor_regions=donor_files,
        covariates=lambda wildcards: list(plan.covariates(wildcards.region).values()),
    output:
        weights=layout.model("{region}"),
        log=layout.training_log("{region}"),
    log:
        layout.log("train", "{region}"),
    conda:
        "../../envs/smen.yaml"
    threads: training_threads
    resources:
        mem_mb=3000,
    params:
        job=job("train"),
        code=code("train"),
    shell:
        "smen train {wildcards.region} --job {params.job:q} --log {log}"
