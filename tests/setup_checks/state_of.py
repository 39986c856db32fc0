"""Everything a check might spoil, as one value to compare: tensors' bytes, modes, hooks, optimizer, schedule, random streams."""

import hashlib
import random

import numpy as np
import torch


def _bytes(tensor):
    plain = tensor.detach()
    if plain.is_sparse:
        plain = plain.to_dense()
    return hashlib.sha256(plain.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b"").hexdigest()


def state_of_module(module):
    found = {}
    for name, part in module.named_modules():
        hooks = [k for k, v in vars(part).items() if k.endswith("hooks") and v]
        plain = {k: repr(v) for k, v in vars(part).items() if isinstance(v, int | float | str | bool | type(None))}
        found[name] = (part.training, hooks, plain, sorted(vars(part)))
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        grad = None if tensor.grad is None else (id(tensor.grad), _bytes(tensor.grad))
        hooks = (tensor._backward_hooks, getattr(tensor, "_post_accumulate_grad_hooks", None))
        found["=" + name] = (id(tensor), tensor.data_ptr(), _bytes(tensor), tensor.requires_grad, grad, [h for h in hooks if h])
    return found


def state_of_optimizer(optimizer):
    groups = [{k: [id(p) for p in v] if k == "params" else repr(v) for k, v in g.items()} for g in optimizer.param_groups]
    states = {id(p): {k: _bytes(v) if torch.is_tensor(v) else repr(v) for k, v in s.items()} for p, s in optimizer.state.items()}
    return groups, states, sorted(k for k, v in vars(optimizer).items() if k.endswith("hooks") and v)


def streams():
    return (hash(random.getstate()), np.random.get_state()[1].tobytes(), int(np.random.get_state()[2]), _bytes(torch.get_rng_state()))


def state_of(given):
    """The state of a set-up whose objects were handed over as instances."""
    models = given.model if isinstance(given.model, tuple | list) else given.model.values() if isinstance(given.model, dict) else [given.model]
    optimizers = given.optimizer if isinstance(given.optimizer, tuple | list) else given.optimizer.values() if isinstance(given.optimizer, dict) else [given.optimizer]
    found = [state_of_module(m) for m in (*models, given.loss) if isinstance(m, torch.nn.Module)]
    found += [state_of_optimizer(o) for o in optimizers if isinstance(o, torch.optim.Optimizer)]
    if hasattr(given.scheduler, "state_dict"):
        found.append(repr({k: v for k, v in given.scheduler.state_dict().items() if not callable(v)}))
    for part in (given.train, given.val, given.test):
        generator = getattr(part, "generator", None)
        found.append(None if generator is None else _bytes(generator.get_state()))
        tensors = getattr(getattr(part, "dataset", None), "tensors", part if isinstance(part, tuple) else ())
        found.append([_bytes(t) for t in tensors if torch.is_tensor(t)])
    if given.step is not None and getattr(given.step, "__closure__", None):
        found.append([repr(c.cell_contents) for c in given.step.__closure__ if isinstance(c.cell_contents, int | float | str)])
    if given.step is not None and hasattr(given.step, "__dict__"):
        found.append({k: repr(v) for k, v in vars(given.step).items() if isinstance(v, int | float | str)})
    found.append(streams())
    return found
