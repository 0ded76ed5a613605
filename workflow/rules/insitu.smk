# How do the maps compare with stations in the ground?
rule insitu:
    input:
        stations=station_files,
        scores=layout.scores("{region}", "scores.csv"),
        model=model,
        maps=files(layout.map_list, plan.map_years),
        aligned=files(layout.aligned, plan.years, "coarse", "fine"),
        samples=files(layout.samples, plan.years),
    output:
        [
            layout.validation("{region}", f"{name}.csv")
            for name in (
                "stations",
                "problems",
                "pairs",
                "metrics",
                "summary",
                "differences",
                "gains",
                "claims",
                "intervals",
            )
        ],
        layout.validation("{region}", "verdict.json"),
        layout.validation("{region}", "validation.nc"),
        layout.validation("{region}", "stations.geojson"),
        page=report(
            layout.validation("{region}", "validation.md"),
            caption="../report/validation.rst",
            category="{region}",
            labels={"what": "maps against stations"},
        ),
        map=report(
            layout.validation("{region}", "stations.png"),
            caption="../report/validation.rst",
            category="{region}",
            labels={"what": "gain at stations"},
        ),
        series=report(
            layout.validation("{region}", "series.png"),
            caption="../report/validation.rst",
            category="{region}",
            labels={"what": "series at stations"},
        ),
        taylor=report(
            layout.validation("{region}", "taylor.png"),
            caption="../report/validation.rst",
            category="{region}",
            labels={"what": "Taylor diagram"},
        ),
    log:
        layout.log("insitu", "{region}"),
    benchmark:
        layout.benchmark("insitu", "{region}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("insitu"),
        runtime=runtime("insitu"),
    params:
        job=job("insitu"),
        code=code("insitu"),
    shell:
        "smen insitu {wildcards.region} --job {params.job:q} --log {log}"


# `snakemake validate`: the maps of all regions against their stations.
rule validate:
    input:
        [layout.validation(region, "validation.md") for region in plan.regions if plan.validated(region)],
