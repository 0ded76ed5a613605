# Which of a region's methods makes its maps? A checkpoint: what comes after depends on the answer, and on its weights.
checkpoint choose:
    input:
        held_out=lambda wildcards: [layout.held_out(wildcards.region, name) for name in plan.methods(wildcards.region)],
    output:
        choice=layout.choice("{region}"),
    log:
        layout.log("choose", "{region}"),
    benchmark:
        layout.benchmark("choose", "{region}")
    localrule: True
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("choose"),
        runtime=runtime("choose"),
    params:
        job=job("choose"),
        code=code("choose"),
    shell:
        "smen choose {wildcards.region} --job {params.job:q} --log {log}"
