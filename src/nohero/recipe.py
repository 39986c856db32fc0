"""The recipe on one page: seven stages, each a question, the evidence it asks for, and what it hands on.

A stage's checks are the files of `checks/<stage>/`; its gate is closed by every FAIL and ERROR among them. The data stage asks the
checks of `nohero audit` as well, of the same source; of these only a leak, and items that cannot be read, close its gate.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of the recipe."""

    name: str
    question: str
    evidence: tuple[str, ...]  # by class name, in the order in which it is told
    hands_on: str


RECIPE = (
    Stage(
        name="data",
        question="Do we know the data, and is it split so that a score means something?",
        evidence=("DataFacts", "DataCard", "TargetProxies", "SplitFacts", "PreparedInputs", "Samples"),
        hands_on="a split, and transforms fitted on its training part",
    ),
    Stage(
        name="skeleton",
        question="Does the dullest network train, and is every part of the loop proved right?",
        evidence=("SeenInputs", "InitialLoss", "BatchDependence", "GradientReach", "OneBatch", "Repeatability", "InputRace", "Baselines", "SkeletonRun"),
        hands_on="a loop that can be trusted, and baselines to beat",
    ),
    Stage(
        name="overfit",
        question="Is the network large enough to fit the training set better than any baseline?",
        evidence=("Growth",),
        hands_on="a network that fits",
    ),
    Stage(
        name="regularise",
        question="What trades training fit for validation score, one change at a time?",
        evidence=("ChangeLadder",),
        hands_on="the champion: the changes whose gain is beyond noise",
    ),
    Stage(
        name="tune",
        question="Which settings are best, learning rate first?",
        evidence=("SearchTrials",),
        hands_on="the tuned champion",
    ),
    Stage(
        name="squeeze",
        question="What do longer training and an ensemble still give?",
        evidence=("Ensemble",),
        hands_on="the final model",
    ),
    Stage(
        name="final",
        question="What does the test set say, opened once?",
        evidence=("TestOpening",),
        hands_on="a score to be believed, and where the model still goes wrong",
    ),
)
