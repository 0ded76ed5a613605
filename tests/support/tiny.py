"""Settings of the tiny workflow, two small regions, a year, one method each; and of a smaller one."""

TINY = {
    "regions": {
        "plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [30, 26]},
        "desert": {"longitude": -110.9747, "latitude": 32.2226, "size": 24, "method": "smen"},
    },
    "periods": {"training": ["2016-01-01", "2016-09-30"], "test": ["2016-10-01", "2016-12-31"]},
    "smen": {"epochs": 3, "threads": 1},
    "method": "fusion",
}

SMALL = {
    "regions": {"plains": {"longitude": -97.5164, "latitude": 35.4676, "size": [16, 14]}},
    "periods": {"training": ["2016-01-01", "2016-04-30"], "test": ["2016-05-01", "2016-05-31"]},
    "method": "fusion",
}
"""One region and five months: all stages in half a minute of processor time."""
