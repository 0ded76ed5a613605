# Which network maps one to the other here?
rule train:
    input:
        aligned=files("aligned", "training_years", "coarse", "fine"),
        samples=files("samples", "training_years"),
    output:
        weights=layout.model("{region}"),
        log=layout.training_log("{region}"),
    params:
        job=job("train"),
        code=code.digest("train"),
    log:
        layout.log("train", "{region}"),
    threads: lambda wildcards: plan.training_threads(wildcards.region)
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=3000,
    shell:
        "smen train {wildcards.region} --job {params.job:q} --log {log}"
