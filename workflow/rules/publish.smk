# How does a person find and see it?
rule publish_region:
    input:
        scores=layout.scores("{region}", "scores.csv"),
        model=lambda wildcards: plan.model(wildcards.region),
        maps=files("map_list", "map_years"),
        aligned=files("aligned", "map_reach", "coarse", "fine"),
        samples=files("samples", "map_years"),
    output:
        cube=layout.shown("{region}", "nc"),
        project=layout.shown("{region}", "qgs"),
        outline=layout.shown("{region}", "geojson"),
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
        code=code.digest("publish"),
    shell:
        "smen publish {wildcards.region} --job {params.job:q} --log {log}"


rule publish:
    input:
        scores=[layout.scores(region, "scores.csv") for region in plan.regions],
        maps=[layout.map_list(region, year) for region in plan.regions for year in plan.map_years(region)],
        shown=[layout.shown(region, "qgs") for region in plan.regions],
    output:
        summary=report(
            layout.summary("summary.md"),
            caption="../report/summary.rst",
            category="All regions",
            labels={"what": "summary"},
        ),
        scores=report(
            layout.summary("scores.csv"),
            caption="../report/all_scores.rst",
            category="All regions",
            labels={"what": "scores"},
        ),
        regions=layout.summary("regions.geojson"),
        index=layout.summary("index.html"),
        catalogue=layout.summary("catalog.json"),
        styles=directory(layout.summary("styles")),
    log:
        f"logs/{layout.results}/publish.log",
    conda:
        "../../envs/smen.yaml"
    params:
        job=job("publish"),
        code=code.digest("publish"),
    shell:
        "smen publish --job {params.job:q} --log {log}"
