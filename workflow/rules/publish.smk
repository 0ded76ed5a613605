# How does a person find and see a region?
rule publish:
    input:
        scores=layout.scores("{region}", "scores.csv"),
        classes=layout.scores("{region}", "classes.csv"),
        model=model,
        maps=files(layout.map_list, plan.map_years),
        aligned=files(layout.aligned, plan.years_behind_maps, "coarse", "fine"),
        indices=index_lists,
        stations=validation_points,
    output:
        cube=layout.deliverable("{region}", "nc"),
        project=layout.deliverable("{region}", "qgs"),
        outline=layout.deliverable("{region}", "geojson"),
        series=layout.deliverable("{region}", "csv"),
        observed=directory(layout.observed("{region}")),
        collection=directory(layout.collection("{region}")),
        report=directory(layout.report("{region}")),
    log:
        layout.log("publish", "{region}"),
    benchmark:
        layout.benchmark("publish", "{region}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("publish"),
        runtime=runtime("publish"),
    params:
        job=job("publish"),
        code=code("publish"),
    shell:
        "smen publish {wildcards.region} --job {params.job:q} --log {log}"
