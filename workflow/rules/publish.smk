# How does a person find and see a region?
rule publish:
    input:
        scores=layout.scores("{region}", "scores.csv"),
        model=lambda wildcards: plan.model(wildcards.region),
        maps=files("map_list", "map_years"),
        aligned=files("aligned", "years_behind_maps", "coarse", "fine"),
        samples=files("samples", "map_years"),
    output:
        cube=layout.deliverable("{region}", "nc"),
        project=layout.deliverable("{region}", "qgs"),
        outline=layout.deliverable("{region}", "geojson"),
        collection=directory(layout.collection("{region}")),
        report=directory(layout.report("{region}")),
    log:
        layout.log("publish", "{region}"),
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=2000,
    params:
        job=job("publish"),
        code=code_digest.digest("stages.publish"),
    shell:
        "smen publish {wildcards.region} --job {params.job:q} --log {log}"
