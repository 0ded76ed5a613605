# What is the 3 km field of the whole area of the tiles, day by day? Part of `all` where there are tiles.
rule mosaic:
    input:
        mosaic_maps,
    output:
        # The folders of rasters are no outputs, so that mosaics that stay as they are are kept.
        [layout.mosaic(f"{year}.csv") for year in plan.mosaic_years()],
    log:
        f"logs/{layout.results}/mosaic.log",
    benchmark:
        f"logs/{layout.results}/mosaic.tsv"
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("mosaic"),
        runtime=runtime("mosaic"),
    params:
        job=job("mosaic"),
        code=code("mosaic"),
    shell:
        "smen mosaic --job {params.job:q} --log {log}"
