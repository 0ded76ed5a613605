# How good is it, against what else?
rule evaluate:
    input:
        model=model,
        candidates=candidates,
        aligned=files(layout.aligned, plan.years, "coarse", "fine"),
        samples=files(layout.samples, plan.years),
        truth=simulated(resource_layout.simulated_truth, plan.years),
    output:
        scores=layout.scores("{region}", "scores.csv"),
        table=report(
            layout.scores("{region}", "scores.md"),
            caption="../report/scores.rst",
            category="{region}",
            labels={"what": "scores"},
        ),
        classes=layout.scores("{region}", "classes.csv"),
        by_class=report(
            layout.scores("{region}", "classes.md"),
            caption="../report/classes.rst",
            category="{region}",
            labels={"what": "scores by class of cells"},
        ),
        figure=report(
            layout.scores("{region}", "fields.png"),
            caption="../report/fields.rst",
            category="{region}",
            labels={"what": "fields"},
        ),
        chart=report(
            layout.scores("{region}", "scores.png"),
            caption="../report/scores.rst",
            category="{region}",
            labels={"what": "scores, chart"},
        ),
        training=report(
            layout.scores("{region}", "training.png"),
            caption="../report/training.rst",
            category="{region}",
            labels={"what": "training"},
        ),
    log:
        layout.log("evaluate", "{region}"),
    benchmark:
        layout.benchmark("evaluate", "{region}")
    conda:
        "../../envs/smen.yaml"
    resources:
        mem_mb=memory("evaluate"),
        runtime=runtime("evaluate"),
    params:
        job=job("evaluate"),
        code=code("evaluate"),
    shell:
        "smen evaluate {wildcards.region} --job {params.job:q} --log {log}"
