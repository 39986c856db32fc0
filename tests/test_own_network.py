"""Predicting with a network that the user's own factories build."""

import numpy as np
import pytest

from nohero.cli import main
from nohero.prediction import predict
from nohero.run.errors import DataError, NoheroError, UsageError


@pytest.fixture(scope="module")
def own_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    text = (
        "import nohero, torch\n"
        "def project():\n"
        "    g = torch.Generator().manual_seed(0)\n"
        "    x = torch.randn(200, 5, generator=g)\n"
        "    return nohero.Project(model=lambda width=8: torch.nn.Sequential(torch.nn.Linear(5, width), torch.nn.ReLU(), torch.nn.Linear(width, 2)),\n"
        "                          train=(x, (x[:, 0] > 0).long()), classes=('no', 'yes'), optimizer=lambda ps: torch.optim.Adam(ps, lr=0.03))\n"
    )
    (folder / "project.py").write_text(text)
    assert main(["run", str(folder / "project.py"), "--out", str(folder / "runs"), "--budget", "none", "--effort", "tiny", "-q"]) == 0
    return folder

def test_weights_meet_the_users_own_factory(own_run):
    x = np.random.default_rng(0).normal(size=(30, 5)).astype("float32")
    np.save(own_run / "new.npy", x)
    made = predict("1", own_run / "new.npy", out=own_run / "runs", project=own_run / "project.py")
    right = np.mean([row.answer == ("yes" if v > 0 else "no") for row, v in zip(made.rows, x[:, 0], strict=True)])
    assert len(made.rows) == 30
    assert right > 0.7

def test_targets_beside_the_inputs_are_scored(own_run):
    x = np.random.default_rng(1).normal(size=(40, 5)).astype("float32")
    np.savez(own_run / "new.npz", x=x, y=np.where(x[:, 0] > 0, "yes", "no"))
    made = predict("1", own_run / "new.npz", out=own_run / "runs", project=own_run / "project.py")
    assert any("accuracy" in note for note in made.notes), made.notes

@pytest.mark.parametrize(("name", "held"), [("wide.npy", np.zeros((3, 4), "float32")), ("object.npy", np.array([{}], dtype=object))])
def test_other_arrays_are_refused(own_run, name, held):
    np.save(own_run / name, held, allow_pickle=True)
    with pytest.raises(DataError):
        predict("1", own_run / name, out=own_run / "runs", project=own_run / "project.py")

def test_another_network_is_refused(own_run):
    (own_run / "other.py").write_text((own_run / "project.py").read_text().replace("torch.nn.ReLU()", "torch.nn.Linear(width, width)"))
    np.save(own_run / "fine.npy", np.zeros((3, 5), "float32"))
    with pytest.raises(UsageError, match="do not fit"):
        predict("1", own_run / "fine.npy", out=own_run / "runs", project=own_run / "other.py")

def test_no_project_file_says_how_to_name_it(own_run):
    np.save(own_run / "fine.npy", np.zeros((3, 5), "float32"))
    with pytest.raises(NoheroError) as caught:
        predict("1", own_run / "fine.npy", out=own_run / "runs")
    assert "--project" in caught.value.mend
