"""How many steps a set-up needs to learn one small batch by heart."""

from __future__ import annotations

from typing import Any

ITEMS = 8  # of the batch
RATE = 3e-3  # of Adam, where no optimizer was handed over: small networks learn eight items within a hundred steps
REACHED = 0.1  # of the first loss, counted from the lowest value seen: what is memorised


def steps_to_memorise(model: Any, loss: Any, train: Any, most: int, **rest: Any) -> int | None:
    """Steps of the user's own training until the loss of one batch of up to eight items is a tenth of its start; None where it is not.

    Without an optimizer Adam at 3e-3 is used. Everything is put back.
    """
    import torch

    from nohero.setup.given import Given
    from nohero.setup.setup import Setup

    seed = rest.pop("seed", 0)
    setup = Setup(Given(model=model, loss=loss, train=train, **rest), seed=seed)
    try:
        with setup.apart():
            batch = setup.batches(1)[0]
            specimen = setup.specimen()
            few = specimen.take(range(min(ITEMS, specimen.size)))
            optimizers = setup.optimizers or (torch.optim.Adam(setup.named_parameters().values(), RATE),)
            first = None
            for step in range(most):
                value = setup.train_step(batch) if setup.step is not None else setup.plain_step(few, optimizers)
                first = value if first is None else first
                if value <= REACHED * first:
                    return step + 1
            return None
    finally:
        setup.close()
