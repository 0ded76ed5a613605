# What would the satellites have seen of a made-up world?
rule simulate:
    output:
        list=layout.simulated_list("{region}", "{year}"),
        truth=layout.simulated_truth("{region}", "{year}"),
    log:
        layout.log("simulate", "{region}", "{year}"),
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=2000,
    params:
        job=job("simulate"),
        code=code_digest.digest("stages.simulate"),
    shell:
        "smen simulate {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"
