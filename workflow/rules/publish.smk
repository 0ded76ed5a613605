# How does a person find and see it?
rule publish:
    input:
        scores=[layout.scores(region, "scores.csv") for region in plan.regions],
        maps=[layout.map_list(region, year) for region in plan.regions for year in plan.map_years(region)],
    output:
        summary=report(
            layout.summary("summary.md"),
            caption="../report/summary.rst",
            category="All regions",
            labels={"what": "summary"},
        ),
        scores=layout.summary("scores.csv"),
        regions=layout.summary("regions.geojson"),
    log:
        f"logs/{layout.results}/publish.log",
    conda:
        "../../envs/smen.yaml"
    params:
        job=job("publish"),
        code=code.digest("publish"),
    shell:
        "smen publish --job {params.job:q} --log {log}"
