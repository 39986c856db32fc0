"""The user's own factories: what fits is taken as it is, and what does not is told in the user's own terms."""

import textwrap
from dataclasses import replace

import numpy as np
import pytest
import torch

from nohero.problem import Effort
from nohero.project import problem_of
from nohero.run.errors import DataError, NoheroError, UsageError, UserCodeError

HEAD = """
import numpy as np
import torch
import nohero
from nohero.project import Project

generator = torch.Generator().manual_seed(0)
x = torch.randn(200, 6, generator=generator)
y = (x[:, 0] + 0.3 * torch.randn(200, generator=generator) > 0).long()

def net(outputs=1):
    return torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, outputs))
"""


@pytest.fixture
def posed(tmp_path):
    """The problem that a project file with these lines poses."""

    def write(body, name="mine.py"):
        path = tmp_path / name
        path.write_text(HEAD + textwrap.dedent(body))
        return problem_of(path, seed=3)[0]

    return write


def returning(arguments):
    return f"\ndef project():\n    return Project({arguments})\n"


def test_tensors(posed):
    problem = posed(returning("model=net, train=(x, y)"))
    assert (problem.name, problem.task.name, problem.task.classes) == ("mine", "binary", ("0", "1"))
    assert sum(len(part) for part in (problem.train, problem.val, problem.test)) == 200
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 6, generator=generator)
    assert torch.equal(problem.train.x, x[problem.train.rows])
    y = (x[:, 0] + 0.3 * torch.randn(200, generator=generator) > 0).long()
    assert torch.equal(problem.val.y, y[problem.val.rows])
    assert problem.make_model(problem.start, 0)(problem.train.x[:3]).shape == (3, 1)


def test_arrays_and_data_sets_are_the_same(posed):
    whole = posed(returning("model=net, train=(x, y)"))
    for train in ("(x.numpy(), y.numpy())", "(x.double().numpy(), y.numpy())", "torch.utils.data.TensorDataset(x, y)",
                  "[(x[i].double().numpy(), int(y[i])) for i in range(200)]"):  # fmt: skip
        problem = posed(returning(f"model=net, train={train}"))
        assert problem.train.x.dtype == torch.float32
        assert torch.equal(problem.train.x, whole.train.x)
        assert torch.equal(problem.train.y, whole.train.y)


@pytest.mark.parametrize("given", ["val", "test", "both"])
def test_parts_that_are_given_stay_what_they_are(posed, given):
    parts = {"val": "train=(x[:150], y[:150]), val=(x[150:], y[150:])", "test": "train=(x[:150], y[:150]), test=(x[150:], y[150:])",
             "both": "train=(x[:120], y[:120]), val=(x[120:160], y[120:160]), test=(x[160:], y[160:])"}[given]  # fmt: skip
    problem = posed(returning(f"model=net, {parts}"))
    rows = {name: set(getattr(problem, name).rows.tolist()) for name in ("train", "val", "test")}
    if given == "both":
        assert rows == {"train": set(range(120)), "val": set(range(120, 160)), "test": set(range(160, 200))}
    else:
        assert rows[given] == set(range(150, 200))
        assert rows["train"] | rows[{"val": "test", "test": "val"}[given]] == set(range(150))
    assert problem.split.method == "as given"


def test_a_factory_without_width_keeps_its_size(posed):
    problem = posed(returning("model=lambda: net(), train=(x, y)"))
    assert len(problem.ladder) == 1
    assert "no `width`" in problem.declined["smaller network"]
    assert "no `dropout`" in problem.declined["dropout"]


def test_a_factory_with_width_depth_and_dropout_is_turned(posed):
    body = """
    def sized(width=4, depth=1, dropout=0.0):
        layers = [torch.nn.Linear(6, width), torch.nn.Dropout(dropout)]
        return torch.nn.Sequential(*layers, *[torch.nn.Linear(width, width) for _ in range(depth)], torch.nn.Linear(width, 1))

    def project():
        return Project(model=sized, train=(x, y))
    """
    problem = posed(body)
    assert len(problem.ladder) > 1
    model = problem.make_model(replace(problem.start, width=5, depth=3, dropout=0.25), 0)
    assert (model[0].out_features, len(model), model[1].p) == (5, 6, 0.25)
    assert "dropout" not in problem.declined


def test_a_class_is_a_factory_too(posed):
    body = """
    class Net(torch.nn.Module):
        def __init__(self, width=4):
            super().__init__()
            self.layers = torch.nn.Sequential(torch.nn.Linear(6, width), torch.nn.Linear(width, 1))

        def forward(self, x):
            return self.layers(x)

    def project():
        return Project(model=Net, train=(x, y))
    """
    assert posed(body).make_model(replace(posed(body).start, width=7), 0).layers[0].out_features == 7


def test_networks_follow_their_seed_and_leave_the_global_state(posed):
    problem = posed(returning("model=net, train=(x, y)"))
    before = torch.get_rng_state()
    one, two, other = (problem.make_model(problem.start, seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_users_own_loss_and_optimizer(posed):
    body = """
    def own_loss(outputs, targets):
        return torch.nn.functional.binary_cross_entropy_with_logits(outputs.squeeze(-1), targets.float()) * 2

    def project():
        return Project(model=net, train=(x, y), loss=own_loss, optimizer=lambda p: torch.optim.SGD(p, lr=0.07))
    """
    problem = posed(body)
    outputs = torch.zeros(4, 1)
    assert float(problem.loss(outputs, problem.train.y[:4])) == pytest.approx(2 * np.log(2))
    optimizer = problem.make_optimizer(problem.make_model(problem.start, 0), problem.start)
    assert isinstance(optimizer, torch.optim.SGD)
    assert problem.start.learning_rate == 0.07
    assert problem.rates[0] < 0.07 < problem.rates[1]
    assert problem.declined["label smoothing"] == "the loss is the user's own"
    assert problem.declined["weight decay"] == "the optimizer is the user's own"


def test_a_loss_gets_numbers_of_the_kind_that_the_user_has(posed):
    body = """
    def own_loss(outputs, targets):
        assert targets.dtype == torch.float32
        return torch.nn.BCEWithLogitsLoss()(outputs.squeeze(-1), targets)
    """
    problem = posed(body + "    " + returning("model=net, train=(x, y.float()), loss=own_loss").replace("\n", "\n    "))
    assert problem.task.name == "binary"


def test_classes_keep_the_users_own_order(posed):
    problem = posed(returning("model=lambda: net(3), train=(x, (x[:, 0] > 0).long() + (x[:, 1] > 1).long()), classes=('zebra', 'ape', 'cow')"))
    assert problem.task.name == "multiclass"
    assert problem.task.classes == ("zebra", "ape", "cow")
    x = problem.train.x
    assert torch.equal(problem.train.y, (x[:, 0] > 0).long() + (x[:, 1] > 1).long())


def test_a_class_that_never_occurs_has_its_output(posed):
    problem = posed(returning("model=lambda: net(3), train=(x, y), classes=('no', 'yes', 'perhaps')"))
    assert (problem.task.name, problem.task.num_outputs) == ("multiclass", 3)


def test_words_are_classes(posed):
    problem = posed(returning("model=net, train=(x.numpy(), np.where(y.numpy() > 0, 'yes', 'no'))"))
    assert problem.task.classes == ("no", "yes")


def test_regression_keeps_the_users_own_scale(posed):
    problem = posed(returning("model=net, train=(x, 100 + 10 * x[:, 0])"))
    assert problem.task.name == "regression"
    assert (problem.task.mean, problem.task.scale) == (0.0, 1.0)
    np.testing.assert_allclose(problem.train.y, 100 + 10 * problem.train.x[:, 0], rtol=1e-6)


def test_two_outputs_for_two_classes_when_the_task_is_said(posed):
    problem = posed(returning("model=lambda: net(2), train=(x, y), task='multiclass'"))
    assert problem.task.num_outputs == 2


def test_a_neighbour_can_be_imported_and_data_classes_work(posed, tmp_path):
    (tmp_path / "my_neighbour.py").write_text("SIZE = 1\n")
    body = """
    from dataclasses import dataclass
    from my_neighbour import SIZE

    @dataclass
    class Sizes:
        outputs: "int" = SIZE

    def project():
        return Project(model=lambda: net(Sizes().outputs), train=(x, y))
    """
    assert posed(body).task.name == "binary"


WRONG = {
    "no file": (UsageError, "no project file", None),
    "no project()": (UsageError, "no function project", "z = 1"),
    "another thing returned": (UsageError, "returned dict", "\ndef project():\n    return {}\n"),
    "an instance": (UsageError, "not a factory", returning("model=net(), train=(x, y)")),
    "one network for all": (UsageError, "same network twice", "only = net()\n" + returning("model=lambda: only, train=(x, y)")),
    "a syntax error": (UserCodeError, r"SyntaxError: .*line 13", "def broken(:\n"),
    "an import that fails": (UserCodeError, "ModuleNotFoundError", "import no_such_module_here\n"),
    "project() raises": (UserCodeError, r"ValueError: oops \(mine.py, line 15\)", "\ndef project():\n    raise ValueError('oops')\n"),
    "the factory raises": (UserCodeError, "model factory raised RuntimeError: oops", "\ndef bad():\n    raise RuntimeError('oops')\n" + returning("model=bad, train=(x, y)")),
    "forward raises": (UserCodeError, r"forward raised RuntimeError", returning("model=lambda: torch.nn.Linear(7, 1), train=(x, y)")),
    "too many outputs": (DataError, "expected.*1 outputs", returning("model=lambda: net(5), train=(x, y)")),
    "too few outputs": (DataError, "3 outputs", returning("model=lambda: net(2), train=(x, torch.arange(200) % 3)")),
    "the loss raises": (UserCodeError, "the loss raised", returning("model=net, train=(x, y), loss=lambda a, b: 1 / 0")),
    "the loss is no scalar": (DataError, "scalar", returning("model=net, train=(x, y), loss=lambda a, b: (a.squeeze(-1) - b) ** 2")),
    "unequal lengths": (DataError, "200 inputs but 100 targets", returning("model=net, train=(x, y[:100])")),
    "a label without a class": (DataError, "name no class", returning("model=net, train=(x, y + 1), classes=('no', 'yes')")),
    "a label below zero": (DataError, "name no class", returning("model=net, train=(x, y - 1), classes=('no', 'yes')")),
    "targets that are no numbers": (DataError, "not finite", returning("model=net, train=(x, x[:, 0].log())")),
    "too little data": (DataError, "usable rows", returning("model=net, train=(x[:10], y[:10])")),
    "one class only": (DataError, "same value", returning("model=net, train=(x, y * 0)")),
    "a data set without length": (UserCodeError, "reading train raised TypeError", returning("model=net, train=iter([])")),
    "an unknown task": (UsageError, "unknown task", returning("model=net, train=(x, y), task='guess'")),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_does_not_fit_is_told(posed, tmp_path, fault):
    kind, said, body = WRONG[fault]
    with pytest.raises(NoheroError, match=f"(?s){said}") as caught:
        problem_of(tmp_path / "nowhere.py") if body is None else posed(body)
    assert type(caught.value) is kind


def test_the_whole_recipe_on_the_users_own_problem(tmp_path):
    """From the file to the last gate, with as little training as there can be."""
    from nohero.engine import Engine
    from nohero.recipe import RECIPE
    from nohero.run.directory import create
    from nohero.run.record import read_record
    from nohero.training.allowance import Allowance
    from nohero.training.runs import Runs
    from nohero.walk import Walk

    (tmp_path / "mine.py").write_text(HEAD + returning("model=lambda width=8: torch.nn.Sequential(torch.nn.Linear(6, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)), train=(x, y)"))
    problem, why = problem_of(tmp_path / "mine.py")
    assert "binary" in why
    problem = replace(problem, effort=Effort(steps=40, seeds=2, sizes=1, trials=2, members=2, batch_steps=300, race_steps=50, pictures=4), ladder=problem.ladder[:1])
    run = create(tmp_path, "mine")
    allowance = Allowance(run.journal, None)
    Walk(Engine(run, problem, Runs(run), allowance), allowance, {f.code: "a test" for f in everything()}).go()
    record = read_record(run.journal.events, run.name)
    assert [stage.state in ("open", "passed") for stage in record.stages] == [True] * len(RECIPE)
    assert not [finding.message for finding in record.findings if finding.status == "ERROR"]


def everything():
    from nohero.checks.check import all_checks

    return all_checks()
