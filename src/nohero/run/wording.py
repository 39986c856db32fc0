"""Counts of one in sentences that were written for many: `1 of 9 rows are` becomes `1 of 9 rows is`, `1 rows` becomes `1 row`.

Only where a count begins a clause, and never within the backticks that stand round names: class 1, layer 1 and a field called `day 1 values` stay as they are.
"""

from __future__ import annotations

import re

BEGINS = r"(?:^|(?<=[;:,(] )|(?<=\())"  # of a clause
NOUNS = (
    "annotations annotation|answers answer|batches batch|boxes box|buffers buffer|bytes byte|cells cell|channels channel|characters character|classes class|columns column|copies copy|"
    "dates date|days day|draws draw|entries entry|epochs epoch|fields field|files file|folders folder|gaps gap|groups group|images image|items item|labels label|layers layer|lines line|"
    "marks mark|masks mask|models model|modules module|names name|numbers number|objects object|pairs pair|parameters parameter|parts part|pictures picture|pixels pixel|"
    "places place|points point|recordings recording|regions region|rows row|runs run|samples sample|seconds second|sounds sound|steps step|tensors tensor|texts text|times time|"
    "trials trial|updates update|values value|weights weight|windows window|words word"
)
VERBS = "are is|were was|have has|do does|lie lies|say says|stand stands|repeat repeats|hold holds|come comes|take takes|fit fits|mark marks|show shows|tell tells|look looks|differ differs|agree agrees|end ends|begin begins|need needs|lack lacks|use uses|name names|give gives|ask asks|store stores"
SINGULAR = dict(pair.split(" ") for pair in NOUNS.split("|"))
AGREES = dict(pair.split(" ") for pair in VERBS.split("|"))
COUNTED = re.compile(rf"{BEGINS}1((?: (?:more|other|numeric|short|blank|different))?) ({'|'.join(SINGULAR)})\b( (?:{'|'.join(AGREES)})\b)?")
AMONG = re.compile(rf"({BEGINS}1 of [\d,]+ (?:\w+ )?(?:{'|'.join(SINGULAR)})(?: of \S+)? )({'|'.join(AGREES)})\b")
NAMES = re.compile(r"`[^`]*`")


def in_number(text: str) -> str:
    """The sentence with nouns and verbs that agree with a count of one."""
    if "1 " not in text:
        return text
    names = NAMES.findall(text)
    plain = NAMES.sub("`", text)
    plain = COUNTED.sub(lambda m: f"1{m[1]} {SINGULAR[m[2]]}" + (f" {AGREES[m[3].strip()]}" if m[3] else ""), plain)
    plain = AMONG.sub(lambda m: m[1] + AGREES[m[2]], plain)
    return re.sub("`", lambda _: names.pop(0) if names else "`", plain)
