# How dry is it for this place and season, and how wet is the root zone?
rule indicators:
    input:
        normals=layout.normals("{region}"),
        maps=layout.map_list("{region}", "{year}"),
        aligned=files(layout.aligned, plan.index_years, "coarse"),
    output:
        # The folder of rasters is no output: see the rule downscale.
        list=layout.index_list("{region}", "{year}"),
    log:
        layout.log("indicators", "{region}", "{year}"),
    benchmark:
        layout.benchmark("indicators", "{region}", "{year}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("indicators"),
        runtime=runtime("indicators"),
    params:
        job=job("indicators"),
        code=code("indicators"),
    shell:
        "smen indicators {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"


# Indices of all regions that have any, and the files in which a person sees them.
rule indices:
    input:
        [
            layout.index_list(region, year)
            for region in plan.regions
            if plan.indices(region)
            for year in plan.map_years(region)
        ],
        [layout.deliverable(region, "qgs") for region in plan.regions if plan.indices(region)],
