# Which network maps one to the other here?
rule train:
    input:
        aligned=files("aligned", "training_years", "coarse", "fine"),
        samples=files("samples", "training_years"),
        others=others,
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
        code=code_digest.digest("stages.train"),
    shell:
        "smen train {wildcards.region} --job {params.job:q} --log {log}"
