"""Several cameras over hours: they come and go, the time runs out, somebody interrupts; what was kept stays kept."""

import numpy as np
import pytest
from edgekit_calibration.collect import collect
from edgekit_calibration.collect_choice import CollectOptions, Left
from edgekit_calibration.collect_folder import CollectionFolder
from edgekit_calibration.collect_people import People

from edgekit.errors import OutputError, SourceError, SourcesLost
from edgekit.frame import Frame
from edgekit.testing import FakeCamera, FakeClock, Sleeping

KEEP = CollectOptions(count=20, people=People.KEEP)


@pytest.fixture
def folder(tmp_path):
    return CollectionFolder(tmp_path / "p")


def hours(shelf, clock, seconds, *, every_s=60.0, first=0):
    """A live camera's frames; its clock goes on with each, and no frame is overtaken by the next."""
    for index in range(int(seconds // every_s)):
        clock.advance(every_s)
        yield Frame(shelf(first + index), index * every_s, index)


class Unhurried(FakeCamera):
    """A live camera that waits until its last frame was looked at: a test's frames must not overtake each other."""

    def __init__(self, items, looked_at):
        super().__init__(items, live=True)
        self._looked_at, self._read = looked_at, 0

    def read(self):
        for _ in range(500):
            if self._looked_at[0] >= self._read or self._closed.is_set():
                break
            self._closed.wait(0.01)
        self._read += 1
        return super().read()


def test_a_recording_is_looked_at_to_its_end(folder, shelf):
    source = FakeCamera([shelf(number // 5) for number in range(50)], fps=5.0)
    found = collect({"clip": source}, folder, KEEP, clock=FakeClock())
    assert (found.pictures, found.new, found.cameras) == (10, 10, {"clip": 10})
    assert found.left == {Left.ALIKE: found.looked_at - 10}
    assert not found.interrupted
    assert len(list(folder.path.glob("*.jpg"))) == 10


def test_eight_hours_of_a_live_camera_end_after_eight_hours(folder, shelf):
    clock, looked_at = FakeClock(), [0]
    source = Unhurried(hours(shelf, clock, 9 * 3600, every_s=600.0), looked_at)

    def watched(kept, frames, left_s):
        looked_at[0] = frames

    options = CollectOptions(count=100, people=People.KEEP, duration_s=8 * 3600 + 1)
    found = collect({"aisle": source}, folder, options, clock=clock, progress=watched)
    assert found.looked_at == 48
    assert found.pictures == 48
    times = [picture.time for picture in folder.pictures.values()]
    assert (times[-1] - times[0]).total_seconds() == 47 * 600


def test_the_rest_of_the_time_is_told(folder, shelf):
    clock, looked_at, told = FakeClock(), [0], []
    source = Unhurried(hours(shelf, clock, 3600), looked_at)

    def watched(kept, frames, left_s):
        looked_at[0] = frames
        told.append((kept, left_s))

    collect({"a": source}, folder, CollectOptions(duration_s=601, people=People.KEEP), clock=clock, progress=watched)
    assert told[0] == (1, 541.0)
    assert told[-1][1] == 1.0


def test_cameras_share_the_places(folder, shelf):
    sources = {
        name: FakeCamera([shelf(first + number) for number in range(15)], fps=2.0)
        for name, first in (("a", 0), ("b", 100))
    }
    found = collect(sources, folder, CollectOptions(count=10, people=People.KEEP), clock=FakeClock())
    assert found.pictures == 10
    assert set(found.cameras) == {"a", "b"}
    assert min(found.cameras.values()) >= 3


def test_a_camera_that_is_lost_comes_back_and_is_named_only_while_it_is_gone(folder, shelf):
    clock = FakeClock(sleeping=Sleeping.ADVANCES)
    source = FakeCamera([shelf(0), SourceError("cable out."), shelf(1)], live=True)

    def until_both_came(kept, frames, left_s):
        if frames == 2:
            raise KeyboardInterrupt

    found = collect({"aisle": source}, folder, KEEP, clock=clock, progress=until_both_came)
    assert found.pictures == 2
    assert found.lost == {}


def test_a_recording_that_breaks_off_keeps_what_it_gave(folder, shelf):
    source = FakeCamera([shelf(0), shelf(1), shelf(2), SourceError("the file ends early.")], fps=1.0)
    found = collect({"clip": source}, folder, KEEP, clock=FakeClock())
    assert found.pictures == 3
    assert found.lost == {"clip": "the file ends early."}


def test_a_recording_that_cannot_be_opened_is_an_error(folder, shelf):
    good, bad = FakeCamera([shelf(0)]), FakeCamera([], failing_opens=1)
    with pytest.raises(SourceError, match="does not answer"):
        collect({"good": good, "bad": bad}, folder, KEEP, clock=FakeClock())


def test_where_no_camera_answers_that_is_an_error_with_its_own_exit_code(folder):
    sources = {name: FakeCamera([], live=True, failing_opens=99) for name in ("a", "b")}
    with pytest.raises(SourcesLost, match=r"a: fake camera does not answer\. Nor does the other one") as caught:
        collect(sources, folder, KEEP, clock=FakeClock(sleeping=Sleeping.ADVANCES))
    assert caught.value.exit_code == 5
    assert not folder.path.exists()


def test_an_interruption_keeps_what_was_gathered_and_a_second_run_adds_to_it(folder, shelf):
    looked_at = 0

    def until_two(kept, frames, left_s):
        nonlocal looked_at
        looked_at = frames
        if kept == 2:
            raise KeyboardInterrupt

    source = FakeCamera([shelf(number) for number in range(8)], fps=2.0)
    found = collect({"clip": source}, folder, KEEP, clock=FakeClock(), progress=until_two)
    assert found.interrupted
    assert found.pictures == len(list(folder.path.glob("*.jpg"))) == 2
    again = CollectionFolder(folder.path)
    source = FakeCamera([shelf(number) for number in range(8)], fps=2.0)
    second = collect({"clip": source}, again, KEEP, clock=FakeClock())
    assert (second.pictures, second.new) == (8, 6)


def test_a_disk_that_cannot_be_written_ends_it(folder, shelf):
    source = FakeCamera([shelf(number) for number in range(8)], fps=2.0)

    def breaks(kept, frames, left_s):
        folder.path.rename(folder.path.with_name("gone"))
        folder.path.write_bytes(b"a file where the folder was")

    with pytest.raises(OutputError, match="Cannot write"):
        collect({"clip": source}, folder, KEEP, clock=FakeClock(), progress=breaks)


def test_light_is_summed_up_from_dark_to_bright(folder, shelf):
    source = FakeCamera([shelf(0, light) for light in (1.0, 0.6, 0.3)], fps=1.0)
    found = collect({"clip": source}, folder, KEEP, clock=FakeClock())
    low, high = found.lightness
    assert high - low > 20


def test_a_camera_that_shows_nothing_leaves_no_folder(folder):
    source = FakeCamera([np.full((96, 144, 3), 3, np.uint8)] * 3, fps=1.0)
    found = collect({"clip": source}, folder, KEEP, clock=FakeClock())
    assert (found.pictures, found.lightness) == (0, None)
    assert not folder.path.exists()


def test_the_bottle_clip_gives_its_states_and_no_moving_hands(tmp_path, assets_dir):
    from edgekit.clock import SystemClock
    from edgekit.config.schema import SourceConfig
    from edgekit.sources.registry import open_source

    clip = assets_dir / "restock-video-bottles" / "bottle-detection.mp4"
    folder = CollectionFolder(tmp_path / "p")
    clock = SystemClock()
    source = open_source(SourceConfig(url=str(clip)), clock=clock)
    found = collect({"table": source}, folder, CollectOptions(count=24), clock=clock)
    assert found.pictures == 24
    assert found.left[Left.MOVING] > 20
    # With and without the left bottle, and with the middle one gone (frames 199-372, 517-838, 517-704).
    times = [picture.media_time_s for picture in folder.pictures.values()]
    assert any(7 < time < 12 for time in times)
    assert any(18 < time < 23 for time in times)
    assert any(time < 6 for time in times)
