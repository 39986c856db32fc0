"""What a check of a user's set-up concluded: plain values, for every way of telling it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nohero.run.figure import Figure
from nohero.run.finding import Finding, Status

LOUD = (Status.FAIL, Status.WARN)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Every check's finding, root causes first; what follows from a cause is folded under it."""

    name: str  # what was checked, in a word
    findings: tuple[Finding, ...]  # one a check, in causal order
    seconds: float = 0.0
    seed: int = 0
    device: str = "cpu"
    parts: tuple[str, ...] = ()  # what was handed over, in words
    left_out: tuple[str, ...] = ()  # what the budget did not reach, each with its price
    lead: tuple[str, ...] = ()  # what a person should know before the findings: how the source was read
    notes: tuple[str, ...] = ()  # what could not be put under guard, and the like
    costs: tuple[tuple[str, float], ...] = ()  # seconds each evidence took
    pictures: tuple[Figure, ...] = ()  # what the evidence has to show

    @property
    def told(self) -> tuple[Finding, ...]:
        """What is to be told: failures, then warnings, then what the numbers cannot decide; nothing that is folded or ignored."""
        order = {Status.FAIL: 0, Status.WARN: 1, Status.ERROR: 2, Status.UNSURE: 3}
        loud = [f for f in self.findings if f.status in order and f.code not in self.followers and not f.ignored]
        return tuple(sorted(loud, key=lambda f: order[f.status]))

    @property
    def followers(self) -> frozenset[str]:
        """Codes that are folded under their cause."""
        return frozenset(code for f in self.findings for code in f.also)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The FAILs that are told."""
        return tuple(f for f in self.told if f.status is Status.FAIL)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The WARNs that are told."""
        return tuple(f for f in self.told if f.status is Status.WARN)


def folded(findings: tuple[Finding, ...], under: dict[str, tuple[str, ...]], symptoms: frozenset[str]) -> tuple[Finding, ...]:
    """The findings with followers named in their cause's `also`.

    `under` gives for a code its possible causes. A symptom goes under a cause in the part it blames itself, else under the first that
    fails, or warns, in the order given.
    """
    loud = [f for f in findings if f.status in LOUD and not f.ignored]
    codes = {f.code for f in loud}
    causes = [f for status in LOUD for f in loud if f.status is status and f.code not in symptoms]
    also: dict[str, list[str]] = {}
    gone: set[str] = set()
    for finding in loud:
        near = [c for c in under.get(finding.code, ()) if c in codes]
        if not near and finding.code in symptoms:
            near = [c.code for c in sorted(causes, key=lambda c: c.component != finding.component)]
        cause = near[0] if near else None
        if cause is not None and cause != finding.code and cause not in gone:
            also.setdefault(cause, []).append(finding.code)
            gone.add(finding.code)
    for cause in list(also):  # a follower's followers go up with it
        also[cause] += [c for follower in also[cause] for c in also.get(follower, [])]
    return tuple(replace(f, also=tuple(also[f.code])) if f.code in also and f.code not in gone else f for f in findings)
