"""Counts of one in sentences that were written for many: `1 of 9 rows are` becomes `1 of 9 rows is`, `1 rows` becomes `1 row`."""

from __future__ import annotations

import re

ONE = r"(?<![\d.,])1"  # and neither 0.1 nor 2,001
NOUNS = (
    "annotations annotation|answers answer|batches batch|boxes box|buffers buffer|bytes byte|cells cell|channels channel|characters character|classes class|columns column|copies copy|"
    "dates date|days day|draws draw|entries entry|epochs epoch|fields field|files file|folders folder|gaps gap|groups group|images image|items item|labels label|layers layer|lines line|"
    "marks mark|masks mask|models model|modules module|names name|numbers number|objects object|others other|pairs pair|parameters parameter|parts part|pictures picture|pixels pixel|"
    "places place|points point|recordings recording|regions region|rows row|runs run|samples sample|seconds second|series series|sounds sound|steps step|tensors tensor|texts text|times time|"
    "trials trial|updates update|values value|weights weight|windows window|words word"
)
VERBS = "are is|were was|have has|do does|lie lies|say says|stand stands|repeat repeats|hold holds|come comes|take takes|fit fits|mark marks|show shows|tell tells|look looks|differ differs|agree agrees|end ends|begin begins|need needs|lack lacks|use uses|name names|give gives|ask asks|store stores|carry carries|go goes"
SINGULAR = dict(pair.split(" ") for pair in NOUNS.split("|"))
AGREES = dict(pair.split(" ") for pair in VERBS.split("|"))
COUNTED = re.compile(rf"{ONE}((?: (?:more|other|further|numeric|short|blank|different))?) ({'|'.join(SINGULAR)})\b( (?:{'|'.join(AGREES)})\b)?")
AMONG = re.compile(rf"({ONE} of [\d,]+ (?:[^\s.:;,()]+ ){{1,5}}?)({'|'.join(AGREES)})\b")


def in_number(text: str) -> str:
    """The sentence with nouns and verbs that agree with a count of one."""
    if "1 " not in text:
        return text
    text = COUNTED.sub(lambda m: f"1{m[1]} {SINGULAR[m[2]]}" + (f" {AGREES[m[3].strip()]}" if m[3] else ""), text)
    return AMONG.sub(lambda m: m[1] + AGREES[m[2]], text)
