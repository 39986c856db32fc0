import pytest

from nohero.run.wording import in_number


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1 of 2,771 values of `x` lie far out", "1 of 2,771 values of `x` lies far out"),
        ("1 of 8 fields are missing in whole parts", "1 of 8 fields is missing in whole parts"),
        ("1 more fields have such a limit", "1 more field has such a limit"),
        ("1 pairs, 1 short texts; 1 classes", "1 pair, 1 short text; 1 class"),
        ("`Day 1 values` and `1 rows` say the same", "`Day 1 values` and `1 rows` say the same"),
        ("class 1 samples are rarer, layer 1 weights do not move", "class 1 samples are rarer, layer 1 weights do not move"),
        ("between 0 and 1 values are missing", "between 0 and 1 values are missing"),
        ("1 of 16 items of `train` that were read twice are changed", "1 of 16 items of `train` that were read twice are changed"),
        ("1 of 3 samples of `a b` are wrong", "1 of 3 samples of `a b` is wrong"),
        ("an odd ` mark and 1 rows", "an odd ` mark and 1 rows"),
        ("2,001 rows are here, 0.1 seconds, 11 rows lie", "2,001 rows are here, 0.1 seconds, 11 rows lie"),
        ("1,000 rows lie; class 1 has 3", "1,000 rows lie; class 1 has 3"),
        ("1 of 5 files (a.csv) say", "1 of 5 files (a.csv) say"),
    ],
)
def test_counts_of_one_agree(said, meant):
    assert in_number(said) == meant
