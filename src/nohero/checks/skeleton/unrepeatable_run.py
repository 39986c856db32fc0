"""What it asks: do two trainings with the same seed give the same weights, and two seeds different ones?

Why it matters: a fault that comes and goes cannot be found, and a gain that comes and goes cannot be told from noise. Where
the seed has no effect, comparisons over seeds repeat one run.

How it is measured: two short trainings with one seed, compared bit for bit, a third with another seed, and one batch of inputs
prepared twice.

When it is right to fail: at any difference between equals. It warns where another seed makes none.

What it cannot see: differences that arise later than the first dozen steps, or on another machine.

Mend: draw every random number from the run's own seed.

Source: the recipe, the skeleton ("fix random seed").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nohero.checks.check import Case, Check
from nohero.evidence.repeatability import Repeatability
from nohero.run import sources
from nohero.run.finding import Finding, Level, Observed, failed, passed, warned

if TYPE_CHECKING:
    from nohero.problem import Problem


def judge(repeated: Repeatability) -> Finding:
    """Bit for bit, or not."""
    numbers = {"largest difference": repeated.largest_difference, "another seed": repeated.other_seed_difference, "inputs read twice": repeated.read_difference}
    why = "A fault that comes and goes cannot be found, and a gain that comes and goes cannot be told from noise."
    if repeated.read_difference == 0 and repeated.largest_difference == 0:
        if repeated.other_seed_difference == 0:
            return warned(
                f"another seed gives the same weights after {repeated.steps} steps: the seed is not used",
                expected="different weights",
                observed=Observed(value=0.0, unit="largest difference between seeds"),
                numbers=numbers,
                component="model",
                level=Level.VERIFIED,
                why="Comparisons over seeds then repeat a single run, and their intervals are too narrow.",
                remedies=("seed the initialisation from the seed that the factory is given, and leave no fixed seed inside",),
            )
        return passed(f"two trainings of {repeated.steps} steps with one seed agree to the last bit; another seed differs by {repeated.other_seed_difference:.2g}", numbers=numbers)
    reading = repeated.read_difference != 0
    if reading:
        said = f"the same items arrive differently when read twice (by up to {repeated.read_difference:.2g})"
    else:
        said = f"two trainings with one seed differ by up to {repeated.largest_difference:.2g} after {repeated.steps} steps, first in `{repeated.first_difference}`"
    return failed(
        said,
        expected="no difference, to the last bit",
        observed=Observed(value=repeated.read_difference if reading else repeated.largest_difference, unit="largest difference"),
        numbers=numbers,
        component="transform" if reading else "model",
        where=("input",) if reading else (repeated.first_difference or "weights",),
        level=Level.VERIFIED,
        why=why,
        remedies=(
            "draw random changes of the input from a generator seeded by the run" if reading else "seed the initialisation: the first parameter that differs says where to look",
            "leave out augmentation until the skeleton is proved",
            "call torch.use_deterministic_algorithms(True) to find operations that are not repeatable",
        ),
    )


def unseeded_initialisation(problem: Problem) -> Problem:
    """Weights drawn from the clock."""
    from nohero.checks.plant import with_network

    def disturb(model: Any) -> Any:
        import torch

        generator = torch.Generator()
        generator.seed()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.01 * torch.randn(parameter.shape, generator=generator))
        return model

    return with_network(problem, disturb)


def noise_on_reading(problem: Problem) -> Problem:
    """Inputs with noise that no seed governs."""
    from dataclasses import replace

    import torch

    generator = torch.Generator()

    def noisy(x: Any) -> Any:
        prepared = problem.to_input(x)
        return prepared + 0.05 * torch.randn(prepared.shape, generator=generator)

    return replace(problem, to_input=noisy)


def dropout_in_training(problem: Problem) -> Problem:
    """Dropout is random, and follows the seed."""
    from dataclasses import replace

    return replace(problem, start=replace(problem.start, dropout=0.2))


CHECK = Check(
    code="SKE160",
    name="unrepeatable-run",
    source=sources.SKELETON,
    judge=judge,
    sabotages=(Case(toy="table", plant=unseeded_initialisation), Case(toy="numbers", plant=noise_on_reading)),
    lookalikes=(Case(toy="table", plant=dropout_in_training),),
)
