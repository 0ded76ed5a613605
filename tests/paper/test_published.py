from smen.paper.published import PREFIX, PUBLISHED


def test_the_published_numbers_say_what_the_text_says():
    # Section 4.2: "in one case below and in the other two comparable to" 0.04 m3/m3.
    assert [name for name, row in PUBLISHED.table1.items() if row.test < 0.04] == ["tucson"]
    # Section 4.3: on test dates both inputs are best, then spatial; on training dates spatial is better than both.
    train, test = ({name: errors[i] for name, errors in PUBLISHED.table2.items()} for i in (0, 1))
    assert sorted(test, key=test.get) == ["spatiotemporal", "spatial", "temporal"]
    assert train["spatial"] < train["spatiotemporal"] < train["temporal"]
    # Tables 1 and 2 share a row. The dates of Table 1 are in the order of the regions' training sets.
    tucson = PUBLISHED.table1["tucson"]
    assert PUBLISHED.table2["spatiotemporal"] == (tucson.train, tucson.test)
    assert [(r.train_dates, r.test_dates) for r in PUBLISHED.table1.values()] == [(80, 50), (30, 10), (60, 30)]
    assert [PUBLISHED.table3[n][1] for n in (10, 20, 50, 100)] == [0.085, 0.068, 0.033, 0.034]
    assert PUBLISHED.table1["geneva"].train == 0.057 > PUBLISHED.table1["geneva"].test == 0.046


def test_published_columns_say_that_they_are_of_other_data():
    assert "other data" in PREFIX
