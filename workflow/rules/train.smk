# How does one map to the other here? A job for each candidate method.
rule train:
    input:
        aligned=files(layout.aligned, plan.training_years, "coarse", "fine"),
        samples=files(layout.samples, plan.training_years),
        donor_regions=donor_files,
        covariates=covariate_files,
    output:
        weights=layout.model("{region}", "{method}"),
        log=layout.training_log("{region}", "{method}"),
        held_out=layout.held_out("{region}", "{method}"),
    log:
        layout.log("train_{method}", "{region}"),
    benchmark:
        layout.benchmark("train_{method}", "{region}")
    conda:
        "../../envs/smen.yaml"
    threads: training_threads
    resources:
        mem_mb=memory("train"),
        runtime=runtime("train"),
        gpu=training_gpus,
    params:
        job=training_job,
        code=code("train"),
    shell:
        "smen train {wildcards.region} --job {params.job:q} --log {log}"
