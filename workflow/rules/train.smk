# Which network maps one to the other here?
def others(wildcards):
    """Input of train: what the other regions hold that this one learns from as well."""
    return [
        file
        for name, years in plan.learns_from(wildcards.region).items()
        for year in years
        for file in (
            layout.aligned(name, "coarse", year),
            layout.aligned(name, "fine", year),
            layout.samples(name, year),
        )
    ]


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
        code=code.digest("train"),
    shell:
        "smen train {wildcards.region} --job {params.job:q} --log {log}"
