"""When a gathering is saved: seldom, whole, and when it is stopped by Ctrl-C."""

import logging
import signal

import numpy as np
import pytest
from edgekit_calibration import Gathering, Method, TableKey, TensorObserver
from edgekit_export.quantize.interrupted import EVERY_S, Interrupted
from edgekit_export.quantize.memory import Memory
from edgekit_export.quantize.observe import observe

from edgekit.errors import CalibrationError

KEY = TableKey(graph_sha256="a" * 64, images_sha256="b" * 64, images=9, method=Method.AUTO)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Counted(Gathering):
    """A gathering that counts how often it is saved, each time taking so many seconds of the clock."""

    def __init__(self, clock: Clock, takes_s: float) -> None:
        super().__init__(["x"], {}, {}, images=9)
        self.update({"x": np.ones(3, np.float32)})
        self.saved = 0
        self._clock, self._takes_s = clock, takes_s

    def save(self, path, *, about=""):
        super().save(path, about=about)
        self.saved += 1
        self._clock.now_s += self._takes_s


def one_image(value=1.0):
    gathering = Gathering(["x"], {}, {}, images=9)
    gathering.update({"x": np.full(3, value, np.float32)})
    return gathering


def nothing():
    return Gathering(["x"], {}, {}, images=9)


@pytest.mark.parametrize(("takes_s", "saved"), [(0.0, 4), (1.0, 2)])
def test_it_is_saved_every_few_seconds_and_less_often_where_saving_takes_long(tmp_path, takes_s, saved):
    clock = Clock()
    kept, gathering = Interrupted(Memory(tmp_path), KEY, clock=clock), Counted(clock, takes_s)
    started_s = clock.now_s
    while clock.now_s - started_s < 4.5 * EVERY_S:
        kept.after_an_image(gathering)
        clock.now_s += 0.5
    assert gathering.saved == saved


def test_what_was_saved_is_taken_up_and_gone_when_the_work_is_done(tmp_path):
    kept = Interrupted(Memory(tmp_path), KEY, b"inputs")
    kept.save(one_image())
    again, told = Interrupted(Memory(tmp_path), KEY, b"inputs").taken_up(nothing)
    assert again.done == 1
    assert told == "going on after 1 images of an interrupted run"
    kept.done()
    assert list(tmp_path.iterdir()) == []
    again, told = Interrupted(Memory(tmp_path), KEY, b"inputs").taken_up(nothing)
    assert (again.done, told) == (0, None)


def test_an_image_that_was_taken_in_by_half_is_not_saved(tmp_path):
    gathering = Gathering(["x", "y"], {}, {}, images=9)
    gathering.update({"x": np.ones(3, np.float32), "y": np.ones(3, np.float32)})
    with pytest.raises(CalibrationError):
        gathering.update({"x": np.ones(3, np.float32), "y": np.full(3, np.nan, np.float32)})
    Interrupted(Memory(tmp_path), KEY).save(gathering)
    assert list(tmp_path.iterdir()) == []


def test_the_same_work_of_another_edgekit_says_so(tmp_path):
    Interrupted(Memory(tmp_path), KEY, b"an older edgekit").save(one_image())
    again, told = Interrupted(Memory(tmp_path), KEY, b"this edgekit").taken_up(nothing)
    assert (again.done, told) == (0, "not going on with an interrupted run: edgekit changed")


def test_of_another_graph_nothing_is_said(tmp_path):
    Interrupted(Memory(tmp_path), KEY).save(one_image())
    (file,) = tmp_path.iterdir()
    file.with_name(f"gather-{'c' * 16}-torn.npz").write_bytes(b"PK")
    other = KEY.model_copy(update={"graph_sha256": "c" * 64})
    assert Interrupted(Memory(tmp_path), other, b"other").taken_up(nothing)[1] is None


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    kept = Interrupted(Memory(tmp_path / "file"), KEY)
    with caplog.at_level(logging.WARNING):
        kept.save(one_image())
        kept.save(one_image())
    assert caplog.text.count("would start anew") == 1


def test_without_a_folder_nothing_is_saved():
    kept = Interrupted(Memory(), KEY)
    kept.save(one_image())
    kept.done()
    assert kept.taken_up(nothing)[1] is None


class Pressed(TensorObserver):
    """Somebody presses Ctrl-C while the third image is being counted."""

    def update(self, values, fold):
        super().update(values, fold)
        if self.whole().count == 3 * values.size:
            signal.raise_signal(signal.SIGINT)


def test_ctrl_c_loses_no_image_that_was_begun(build, tmp_path):
    model = build("g (uint8[n,4,4,3] images) => (float[n,4,4,3] y) {x = Cast <to=1> (images) y = Relu(x)}")
    images = list(np.random.default_rng(0).integers(0, 256, (9, 4, 4, 3), dtype=np.uint8))
    kept, pressed = Interrupted(Memory(tmp_path), KEY), nothing()
    pressed.tensors["x"] = Pressed("x")
    with pytest.raises(KeyboardInterrupt):
        observe(model, pressed, images, kept=kept)
    again, _ = kept.taken_up(nothing)
    assert again.done == 3
    assert again.tensors["x"].whole().count == again.done * 48
    observe(model, again, images, kept=kept)
    assert again.tensors["x"].whole().count == 9 * 48
