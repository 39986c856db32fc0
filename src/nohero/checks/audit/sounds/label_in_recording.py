"""What it asks: does the length, the level or the form of a recording give its label away?

Why it matters: classes that were recorded on two days differ in level, length or rate; a net learns that first, and it is not there in use.

How it is measured: for each field alone, the class that is likeliest in each of twelve bins on half of the sounds judges the other
half; classes count alike.

When it is right to fail: how a file is stored (rate, channels, bits) tells nothing of what it sounds like: it fails where it closes
half of the gap from chance to certainty, and warns from a fifth. Length and level may belong to a sound: they warn where they
close four fifths, and are left open from a half.

What it cannot see: a label told by two fields together, by noise or by a room.

Mend: bring all sounds to one form, one level and one length; then train anew.

Source: Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.audit.planted_sounds import RATE, of_files, sounds_of
from nohero.checks.check import Case, Check
from nohero.evidence.audit.recording_labels import RecordingLabels, Told
from nohero.run.figure import Bar, Bars, Rule
from nohero.run.finding import Finding, Level, Observed, failed, passed, unsure, warned

if TYPE_CHECKING:
    from nohero.sources.collection import Collection

FORM_FAILS, FORM_WARNS = 0.5, 0.2  # of the gap from chance to certainty, for what is not heard
SOUND_WARNS, SOUND_OPEN = 0.8, 0.5  # of the gap, for length and level; speakers of FSDD close .5 of it by level alone
BEYOND_NOISE = 5.0  # standard errors above chance


def judge(told: RecordingLabels) -> Finding:
    """The most telling field, beside what it may tell."""
    gaps = [(t, (t.accuracy - told.chance) / (1 - told.chance)) for t in told.fields if t.accuracy - told.chance >= BEYOND_NOISE * told.noise]
    forms = [(t, gap) for t, gap in gaps if t.form and gap >= FORM_WARNS]
    heard = [(t, gap) for t, gap in gaps if not t.form and gap >= SOUND_OPEN]
    if not forms and not heard:
        most = f"; the most telling is {told.fields[0].field} with {told.fields[0].accuracy:.0%}" if told.fields else ""
        return passed(f"no field of the recording tells the label ({told.classes} classes, chance {told.chance:.0%}{most})")
    (field, gap) = max(forms or heard, key=lambda pair: pair[1])
    say = (failed if gap >= FORM_FAILS else warned) if forms else (warned if gap >= SOUND_WARNS else unsure)
    return say(
        f"`{field.field}` alone tells the label of {field.accuracy:.0%} of {told.looked:,} sounds, classes counted alike; chance is {told.chance:.0%}",
        expected="fields of the recording that tell no more than chance" if field.form else "a label that is told by the sound, not by its length or level alone",
        observed=Observed(value=field.accuracy, unit="balanced accuracy", n=told.looked),
        component="data",
        level=Level.MEASURED if field.form else Level.HEURISTIC,
        where=(field.field,),
        effect="the net learns how a class was recorded, which is not there in use",
        remedies=(_mend(field), "record classes mixed: each on all days, devices and places"),
        figure=Bars(
            title="What each field alone tells of the label", value_label="balanced accuracy, out of fold", rules=(Rule(label="chance", value=told.chance),),
            bars=tuple(Bar(label=t.field, value=t.accuracy, role="bad" if t is field else "plain") for t in told.fields),
        ),
    )  # fmt: skip


def _mend(field: Told) -> str:
    by = {"duration": "length (cut or pad all alike)", "peak": "level", "rms": "level", "offset": "mean", "silence": "margin of silence", "clipping": "level"}
    return f"bring all sounds to one {by.get(field.field, 'form')}, and train anew; if the score stays, the sound itself tells the label"


def one_word_louder(collection: Collection) -> Collection:
    """One word is soft, one middling, one loud, as if recorded on three days."""
    gain = {"high": 0.1, "middle": 0.5, "low": 2.2}
    return of_files({name: samples * gain[name.split("_")[0]] for name, samples in sounds_of(collection).items()})


def one_word_at_another_rate(collection: Collection) -> Collection:
    """One class was recorded at another rate."""
    made = sounds_of(collection)
    return of_files(made, rates={name: 2 * RATE for name in made if name.startswith("middle")})


def somewhat_longer(collection: Collection) -> Collection:
    """One word is longer than the others, as words are, and levels differ from speaker to speaker."""
    import numpy as np

    def change(name: str, samples: Any) -> Any:
        longer = np.concatenate([samples, samples[: len(samples) // 3]]) if name.startswith("low") else samples
        return longer * (0.4 if "_ben_" in name else 1.0)

    return of_files({name: change(name, samples) for name, samples in sounds_of(collection).items()})


CHECK = Check(
    code="DAT759", name="label-in-recording", source="Geirhos et al. 2020, Shortcut learning in deep neural networks (arXiv:2004.07780)", judge=judge,
    sabotages=(Case(toy="tones", plant=one_word_louder), Case(toy="tones", plant=one_word_at_another_rate)), lookalikes=(Case(toy="tones", plant=somewhat_longer),),
)  # fmt: skip
