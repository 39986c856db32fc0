import pytest

from nohero.run.wording import in_number


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("1 of 2,771 values of `x` lie far out", "1 of 2,771 values of `x` lies far out"),
        ("1 of 8 fields are missing in whole parts", "1 of 8 fields is missing in whole parts"),
        ("1 more fields have such a limit", "1 more field has such a limit"),
        ("1 pairs, 1 short texts and 1 classes", "1 pair, 1 short text and 1 class"),
        ("269 of 640 pictures are copies of 1 others", "269 of 640 pictures are copies of 1 other"),
        ("2,001 rows are here, 0.1 seconds, 11 rows lie", "2,001 rows are here, 0.1 seconds, 11 rows lie"),
        ("1,000 rows lie; class 1 has 3", "1,000 rows lie; class 1 has 3"),
        ("1 of 5 files (a.csv) say", "1 of 5 files (a.csv) say"),
    ],
)
def test_counts_of_one_agree(said, meant):
    assert in_number(said) == meant
