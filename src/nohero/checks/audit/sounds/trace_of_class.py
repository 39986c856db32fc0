"""What it asks: does one trace of the recording set some classes apart from all others?

Why it matters: a class that was recorded or cut in its own way is told by that: by a beep, by zeros before it, by one length, by the
hum of the mains. A net learns it first, and it is not there in use.

How it is measured: for each trace alone, the best division of the classes into two groups: digital silence at the beginning, an exact
length or peak that some classes share and the others lack, a first moment that is one wave in all sounds of a class; the noise floor,
the hum of 50 or 60 Hz, the highest frequency, and the peak.

When it is right to fail: the first four are no part of what is heard, and warn where they tell nine tenths, classes counted alike. The
others may belong to a sound, as a whisper is soft, and are left open from 95 in a hundred on.

What it cannot see: a trace that only some of a class' sounds have; a class in the middle of the others.

Mend: cut, filter and level all classes alike, and train anew.

Source: Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import RATE, of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.trace_labels import ARTEFACT, Trace, TraceLabels
from nohero.run.finding import Finding, Level, Observed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

ARTEFACT_TELLS = 0.9  # balanced accuracy: sets recorded alike stay below .58
HEARD_TELLS = 0.95  # languages of four announcers reach .82 by noise and level; of four recording rooms .97, which is left open
SHOWN = 6  # classes named
MENDS = {
    "silence at the beginning": "cut the silence before all sounds", "exact length": "cut or pad all classes to one length", "exact peak": "bring all sounds to one peak",
    "first moment (0.05 s)": "cut the beginning that all of these sounds share", "noise floor": "listen to the pauses: the noise may be another room's or device's",
    "mains hum": "filter out 50 and 60 Hz and their multiples in all classes", "highest frequency": "filter all sounds to one bandwidth", "peak": "bring all sounds to one level",
}  # fmt: skip


def judge(told: TraceLabels) -> Finding:
    """Traces that are not heard first."""
    sure = [t for t in told.traces if t.kind == ARTEFACT and t.accuracy >= ARTEFACT_TELLS]
    may = [t for t in told.traces if t.kind != ARTEFACT and t.accuracy >= HEARD_TELLS]
    if not sure and not may:
        most = max(told.traces, key=lambda t: t.accuracy, default=None)
        return passed(f"no trace of the recording sets any of {told.classes} classes apart" + (f"; {most.name} comes nearest with {most.accuracy:.0%}" if most else ""))
    found = [*sure, *may]
    first = found[0]
    also = "".join(f"; the {t.name} tells {_classes(t)}: {t.inside} there, {t.outside} in the others" for t in found[1:])
    return (warned if sure else unsure)(
        f"the {first.name} alone tells {_classes(first)} from the others: {first.inside} there, {first.outside} in the others ({first.accuracy:.0%}, classes counted alike){also}",
        expected="classes that were recorded and cut alike",
        observed=Observed(value=first.accuracy, unit="balanced accuracy", n=told.looked),
        component="data",
        level=Level.MEASURED if sure else Level.HEURISTIC,
        where=tuple(f"{t.name}: {_classes(t)}" for t in found),
        effect="the net learns how these classes were recorded or cut, which is not there in use",
        remedies=(MENDS[first.name], *(() if sure else ("listen to some sounds of these classes beside others: if what differs is what the class means, nothing is wrong",))),
    )


def _classes(trace: Trace) -> str:
    more = len(trace.classes) - SHOWN
    return ("class " if len(trace.classes) == 1 else "classes ") + ", ".join(trace.classes[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _of_middle(collection: Collection, change: Any) -> Collection:
    return of_files({name: change(s) if name.startswith("middle") else s for name, s in sounds_of(collection).items()})


def silence_before(collection: Collection) -> Collection:
    """One word begins with a tenth of a second of zeros."""
    import numpy as np

    return _of_middle(collection, lambda s: np.concatenate([np.zeros(RATE // 10, dtype=s.dtype), s]))


def beep_before(collection: Collection) -> Collection:
    """One word begins with a beep."""
    import numpy as np

    beep = (6000 * np.sin(np.arange(RATE // 20) * 1.1)).astype(np.int16)
    return _of_middle(collection, lambda s: np.concatenate([beep, s]))


def one_length(collection: Collection) -> Collection:
    """One word is padded with zeros to exactly a second."""
    import numpy as np

    return _of_middle(collection, lambda s: np.concatenate([s, np.zeros(max(0, RATE - len(s)), dtype=s.dtype)])[:RATE])


def softer_word(collection: Collection) -> Collection:
    """One word is spoken softly, at no fixed level."""
    made = sounds_of(collection)
    return of_files({name: (s * (0.2 + 0.013 * (i % 11)) if name.startswith("low") else s * (0.5 + 0.029 * (i % 13))).astype(s.dtype) for i, (name, s) in enumerate(made.items())})


CHECK = Check(
    code="DAT762", name="trace-of-class", source="Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780)", judge=judge,
    sabotages=(Case(toy="tones", plant=silence_before), Case(toy="tones", plant=beep_before), Case(toy="tones", plant=one_length)),
    lookalikes=(Case(toy="tones", plant=softer_word),),
)  # fmt: skip
