# What would the satellites have seen of a made-up world?
rule simulate:
    output:
        list=resource_layout.simulated_list("{region}", "{year}"),
        stations=resource_layout.simulated_stations("{region}", "{year}"),
        truth=resource_layout.simulated_truth("{region}", "{year}"),
    log:
        layout.log("simulate", "{region}", "{year}"),
    benchmark:
        layout.benchmark("simulate", "{region}", "{year}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("simulate"),
        runtime=runtime("simulate"),
    params:
        job=job("simulate"),
        code=code("simulate"),
    shell:
        "smen simulate {wildcards.region} {wildcards.year} --job {params.job:q} --log {log}"
