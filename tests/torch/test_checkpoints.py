import pickle

import pytest
from edgekit_export.models.checkpoints import load_checkpoint, unwrap

from edgekit.errors import ModelError

pytestmark = pytest.mark.torch


class Opens:
    """Unpickling this writes a file: what a hostile checkpoint could do."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_a_checkpoint_that_holds_code_is_refused_and_its_code_not_run(tmp_path):
    import torch

    torch.save({"state_dict": {"w": torch.zeros(2)}, "extra": Opens(tmp_path / "ran")}, tmp_path / "w.pt")
    with pytest.raises(ModelError, match=r"w\.pt is refused: .* would run code") as caught:
        load_checkpoint(tmp_path / "w.pt")
    assert "state_dict" in caught.value.hint
    assert not (tmp_path / "ran").exists()


def test_a_bare_pickle_is_refused_and_its_code_not_run(tmp_path):
    (tmp_path / "w.pth").write_bytes(pickle.dumps(Opens(tmp_path / "ran")))
    with pytest.raises(ModelError, match=r"w\.pth is refused"):
        load_checkpoint(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists()


def test_a_whole_model_is_refused_by_its_class(tmp_path):
    import torch

    torch.save(torch.nn.Linear(2, 2), tmp_path / "w.pt")
    with pytest.raises(ModelError, match=r"refused: it holds the Python object torch\.nn\.modules\.linear\.Linear"):
        load_checkpoint(tmp_path / "w.pt")


@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
@pytest.mark.parametrize("content", [b"", b"garbage that is no checkpoint", b"PK\x03\x04torn"])
def test_a_corrupt_checkpoint_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=name):
        load_checkpoint(tmp_path / name)


def test_the_case_of_a_suffix_does_not_matter(tmp_path):
    import torch
    from safetensors.torch import save_file

    save_file({"w": torch.arange(3.0)}, tmp_path / "w.SafeTensors")
    assert load_checkpoint(tmp_path / "w.SafeTensors")["w"].tolist() == [0.0, 1.0, 2.0]


def test_a_torn_checkpoint_is_named(tmp_path):
    import torch

    torch.save({"w": torch.zeros(1000)}, tmp_path / "w.pt")
    content = (tmp_path / "w.pt").read_bytes()
    (tmp_path / "w.pt").write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"w\.pt is not a readable PyTorch checkpoint"):
        load_checkpoint(tmp_path / "w.pt")


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(ModelError, match="no such checkpoint"):
        load_checkpoint(tmp_path / "w.pt")


def test_training_state_around_the_weights_is_left_out(tmp_path):
    import torch

    content = {"epoch": 3, "optimizer": {"lr": 0.1}, "state_dict": {"w": torch.ones(2)}}
    torch.save(content, tmp_path / "w.pt")
    assert list(load_checkpoint(tmp_path / "w.pt")) == ["w"]


def test_averaged_weights_come_before_the_last_ones(tmp_path):
    import torch

    content = {"model": {"w": torch.zeros(1)}, "model_ema": {"w": torch.ones(1)}}
    assert unwrap(content, tmp_path / "w.pt")["w"] == 1


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {}])
def test_what_holds_no_weights_is_refused(tmp_path, content):
    with pytest.raises(ModelError, match="weights"):
        unwrap(content, tmp_path / "w.pt")
