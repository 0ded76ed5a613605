# How does a person find and see all regions?
rule index:
    input:
        scores=[layout.scores(region, "scores.csv") for region in plan.regions],
        maps=[layout.map_list(region, year) for region in plan.regions for year in plan.map_years(region)],
        published=[layout.deliverable(region, kind) for region in plan.regions for kind in ("qgs", "geojson")],
        mosaics=mosaic_lists(),
    output:
        **mosaic_collection(),
        summary=report(
            layout.summary("summary.md"),
            caption="../report/summary.rst",
            category="All regions",
            labels={"what": "summary"},
        ),
        readme=layout.summary("README.md"),
        scores=report(
            layout.summary("scores.csv"),
            caption="../report/all_scores.rst",
            category="All regions",
            labels={"what": "scores"},
        ),
        regions=layout.summary("regions.geojson"),
        index=layout.summary("index.html"),
        notebook=layout.summary("results.ipynb"),
        catalogue=layout.summary("catalog.json"),
        styles=directory(layout.summary("styles")),
    log:
        f"logs/{layout.results}/index.log",
    benchmark:
        f"logs/{layout.results}/index.tsv"
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("index"),
        runtime=runtime("index"),
    params:
        job=job("index"),
        code=code("index"),
    shell:
        "smen index --job {params.job:q} --log {log}"
