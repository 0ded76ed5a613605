# Put what is new or has changed into a bucket: of a region, or as `index` what is of all. Part of `all` where one is set.
rule upload:
    input:
        uploaded_results,
    output:
        # The results are outputs of other rules, or of none, as maps are. Snakemake's storage plugin puts their list there.
        list=in_bucket("{region}"),
    log:
        layout.log("upload", "{region}"),
    benchmark:
        layout.benchmark("upload", "{region}")
    localrule: True
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("upload"),
        runtime=runtime("upload"),
    params:
        job=lambda wildcards: plan.upload(wildcards.region).model_dump_json(),
        code=code("upload"),
        list=lambda wildcards: layout.uploaded(wildcards.region),
    shell:
        "smen upload --job {params.job:q} --log {log}" " && cp {params.list:q} {output.list:q}"
