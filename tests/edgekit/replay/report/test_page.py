"""replay.html: it holds everything it needs, shows every fault, and stands for any number of facings and hours."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edgekit.replay.bench import Replayed, replay_all
from edgekit.replay.claims import Claim
from edgekit.replay.figures import Graded
from edgekit.replay.grading import Take
from edgekit.replay.outcome import Bench
from edgekit.replay.recording import Recording, Stretch
from edgekit.replay.report.page import replay_html
from edgekit.replay.scoring import CameraScore, score
from edgekit.replay.takes import TakeOptions, find_takes
from edgekit.replay.truth import CameraTrouble, Change, Nuisance, Truth
from edgekit.shelf.words import FacingStatus, TransitionKind
from edgekit.testing import FakeShelf


class _Page(HTMLParser):
    VOID = frozenset({"meta", "br", "img"})

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.said: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).replace("\u00a0", " ").split())


def written(tmp_path: Path, truth: Truth, claims: tuple[Claim, ...] = (), stretches=None) -> _Page:
    """The page of a clip that was not run: what was said and read is given."""
    shelf = FakeShelf(tmp_path, truth.facings)
    take = Take("clip", shelf.site("clip.avi"), truth)
    recording = Recording(truth.duration_s, (), stretches or {})
    marks = score(claims, truth, take.site.shelf)
    graded = Graded("clip", truth, marks, CameraScore((), truth.camera, ()), (0.0, 0.0))
    page = _Page(replay_html(Bench((Replayed(take, recording, graded),))))
    assert page.open == []
    return page


def opened(facing: str, time_s: float) -> Claim:
    return Claim(facing, TransitionKind.OPENED, FacingStatus.OUT_OF_STOCK, time_s, f"{facing}{time_s}")


def empty(facing: str, time_s: float) -> Change:
    return Change(facing=facing, time_s=time_s, state=FacingStatus.OUT_OF_STOCK, cause="taken <b>")


def test_a_run_s_faults_have_a_picture_each_and_nothing_is_fetched(make_take) -> None:
    folder = make_take("faults", [(8.0, ()), (10.0, ("middle",)), (2.0, ())], [("right", 8, "out_of_stock")])
    bench = Bench(replay_all(find_takes([folder], TakeOptions())))
    page = _Page(replay_html(bench))
    assert page.open == []
    assert len(page.links) == 4  # a wrong and a missed event, close and whole
    assert all(link.startswith("data:image/jpeg;base64,") for link in page.links)
    assert "1 wrong, 1 missed" in page.text
    assert re.search(r"wrong 0:1\d\.\d middle said out of stock; truly stocked", page.text)
    assert "nothing said; truly out of stock since 0:08.0" in page.text
    kept_none = Bench(replay_all([replace(bench.replayed[0].take, most_pictures=0)]))
    assert _Page(replay_html(kept_none)).links == []


def test_right_wrong_late_and_missed_events_are_marked_and_disturbances_drawn(tmp_path) -> None:
    truth = Truth(
        duration_s=120,
        facings=("a", "b", "c", "d"),
        changes=(empty("a", 20), empty("b", 20), empty("c", 20)),
        hidden={"a": ((40, 45),)},
        nuisances=(Nuisance(kind="shopper", from_s=38, until_s=46),),
        camera=(CameraTrouble(kind="blocked", from_s=80, until_s=110),),
    )
    stretches = {"a": (Stretch(0, 60, FacingStatus.STOCKED, None), Stretch(60, 120, FacingStatus.UNKNOWN, "occluded"))}
    html = replay_html_of(tmp_path, truth, (opened("a", 21), opened("b", 50), opened("d", 70)), stretches)
    timeline = html[html.index('class="scroll"') :]
    assert [timeline.count(f'class="mark-{kind}"') for kind in ("right", "late", "wrong", "missed")] == [1, 1, 1, 1]
    for band, count in (("hidden", 1), ("nuisance", 1), ("camera", 1), ("unknown", 2), ("out_of_stock", 6)):
        assert timeline.count(f'class="band-{band}"') == count, band
    assert "&lt;b&gt;" in html
    assert "taken <b>" not in html


def replay_html_of(tmp_path: Path, truth: Truth, claims: tuple[Claim, ...], stretches) -> str:
    shelf = FakeShelf(tmp_path, truth.facings)
    take = Take("clip", shelf.site("clip.avi"), truth)
    graded = Graded("clip", truth, score(claims, truth, take.site.shelf), CameraScore((), (), ()), (0.0, 0.0))
    return replay_html(Bench((Replayed(take, Recording(truth.duration_s, (), stretches), graded),))).decode()


@pytest.mark.parametrize(
    ("truth", "claims", "said"),
    [
        (Truth(duration_s=40, facings=("a",)), (), "Nothing to tell, nothing told"),
        (Truth(duration_s=40, facings=("a",), changes=(empty("a", 9),)), (opened("a", 11),), "Every event right"),
        (Truth(duration_s=40, facings=("a",), changes=(empty("a", 9),)), (opened("a", 30),), "1 late"),
    ],
)
def test_the_first_line_says_how_it_went(tmp_path, truth, claims, said) -> None:
    assert said in written(tmp_path, truth, claims).text


def test_of_many_facings_those_without_an_event_are_folded_away(tmp_path) -> None:
    names = tuple(f"f{number:02}" for number in range(60))
    truth = Truth(duration_s=3600, facings=names, changes=(empty("f07", 100),))
    flicker = tuple(
        Stretch(at / 2, at / 2 + 0.5, FacingStatus.UNKNOWN if at % 2 else FacingStatus.STOCKED, None)
        for at in range(7200)
    )
    page = written(tmp_path, truth, (opened("f07", 102),), {"f08": flicker})
    assert "59 facings where nothing was to be told, and nothing was" in page.text
    html = replay_html_of(tmp_path, truth, (opened("f07", 102),), {"f08": flicker})
    assert len(html) < 200_000
    assert "1:00:00" in html
