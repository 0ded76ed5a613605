# The experiments of the paper: `snakemake --cores 8 paper`. Each training is a job of its own.
rule experiment:
    input:
        aligned=files(layout.aligned, plan.paper_years, "coarse", "fine"),
    output:
        weights=layout.experiment("{region}", "{case}", "{seed}"),
    log:
        layout.log("experiment", "{region}", "{case}_{seed}"),
    benchmark:
        layout.benchmark("experiment", "{region}", "{case}_{seed}")
    conda:
        "../../envs/smen.yaml"
    threads: paper_threads
    resources:
        mem_mb=memory("experiment"),
        runtime=runtime("experiment"),
    params:
        job=experiment_job,
        code=code("experiment"),
    shell:
        "smen experiment {wildcards.region} --job {params.job:q} --log {log}"


# How good is each method on one region, date by date?
rule compare:
    input:
        aligned=files(layout.aligned, plan.paper_years, "coarse", "fine"),
        donor_regions=comparison_donor_files,
        trainings=trainings,
        truth=simulated(resource_layout.simulated_truth, plan.years),
    output:
        dates=layout.comparison("{region}", "dates.csv"),
        aggregation=layout.comparison("{region}", "aggregation.csv"),
        example=layout.comparison("{region}", "example.nc"),
    log:
        layout.log("compare", "{region}"),
    benchmark:
        layout.benchmark("compare", "{region}")
    conda:
        "../../envs/smen.yaml"
    threads: paper_threads
    resources:
        mem_mb=memory("compare"),
        runtime=runtime("compare"),
    params:
        job=job("compare"),
        code=code("compare"),
    shell:
        "smen compare {wildcards.region} --job {params.job:q} --log {log}"


# The paper's Tables 1 to 3 and Figure 2, and the comparison with the baselines.
rule reproduce:
    input:
        [
            layout.comparison(region, name)
            for region in plan.regions
            for name in ("dates.csv", "aggregation.csv", "example.nc")
        ],
    output:
        [
            layout.paper(f"{name}.{kind}")
            for name in ("table1", "table2", "table3", "comparison")
            for kind in ("csv", "md")
        ],
        [
            layout.comparison(region, name)
            for region in plan.regions
            for name in ("comparison.csv", "comparison.md", "comparison_figure.png")
        ],
        layout.paper("figure2.png"),
        layout.paper("comparison_figure.png"),
        layout.paper("differences.csv"),
        layout.paper("differences.md"),
    log:
        layout.log("reproduce", "paper"),
    benchmark:
        layout.benchmark("reproduce", "paper")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("reproduce"),
        runtime=runtime("reproduce"),
    params:
        job=job("reproduce"),
        code=code("reproduce"),
    shell:
        "smen reproduce --job {params.job:q} --log {log}"


rule paper:
    input:
        rules.reproduce.output,
