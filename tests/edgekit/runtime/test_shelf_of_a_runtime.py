"""What is told of a shelf over its facings, hours and pace."""

from __future__ import annotations

from datetime import datetime, timezone

from edgekit.config.schema import HoursConfig
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, InStep


def test_a_product_is_out_when_all_its_facings_are_and_back_when_one_is(playing, shelf) -> None:
    scenes = [(3.0, ()), (3.0, {"left"}), (3.0, {"left", "right"}), (3.0, {"left"})]
    with playing.runtime_over(shelf, scenes) as runtime:
        events = [event for event in runtime.events() if "product" in event.type]
    assert playing.told(events) == [("product.opened", "04006381333931"), ("product.resolved", "04006381333931")]
    assert events[0].data.opened_at == events[1].data.opened_at
    assert events[0].data.facing is None


def test_outside_store_hours_nothing_is_told_and_what_was_taken_is_told_after_opening(playing, shelf) -> None:
    site = shelf.site(hours=HoursConfig(open="08:00-20:00", timezone="Europe/Berlin"))
    started_at = datetime(2026, 3, 2, 18, 59, 57, tzinfo=timezone.utc)
    camera = site.cameras[0].model_copy(update={"started_at": started_at})
    scenes = [(4.0, ()), (6.0, {"left"})]
    closed = Runtime(site.model_copy(update={"cameras": (camera,)}), sources={"cam": playing.recording(shelf, scenes)})
    with closed as runtime:
        assert list(runtime.events()) == []
        facings = runtime.health().cameras[0].facings
        assert {(facing.state, facing.reason, facing.committed) for facing in facings.values()} == {
            ("unknown", "closed", "stocked")
        }
    opening = site.cameras[0].model_copy(update={"started_at": started_at.replace(hour=6, second=52)})
    with Runtime(
        site.model_copy(update={"cameras": (opening,)}), sources={"cam": playing.recording(shelf, [(20.0, {"left"})])}
    ) as runtime:
        (opened,) = runtime.events()
    assert opened.time >= datetime(2026, 3, 2, 7, 0, tzinfo=timezone.utc)


def test_a_cameras_own_hours_come_before_the_stores(playing, shelf) -> None:
    site = shelf.site(hours=HoursConfig(open="Mo 08:00-20:00", timezone="UTC"))
    own = site.cameras[0].model_copy(update={"hours": HoursConfig(open="24/7", timezone="UTC")})
    with Runtime(site.model_copy(update={"cameras": (own,)}), sources={"cam": playing.recording(shelf)}) as runtime:
        assert playing.told(runtime.events()) == playing.LEFT_ONLY
    with Runtime(site, sources={"cam": playing.recording(shelf)}) as runtime:
        assert playing.told(runtime.events()) == []


def test_health_says_when_a_facing_will_be_empty_once_its_pace_is_known_also_after_a_restart(shelf) -> None:
    def outlooks(scenes):
        in_step = InStep(shelf.pictures(scenes))
        camera = FakeCamera(in_step.pictures(), fps=shelf.fps, live=True)
        with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step) as runtime:
            assert in_step.all_seen.wait(20)
            return {name: one.time_to_empty_s for name, one in runtime.health().cameras[0].facings.items()}

    sold = [(2.4, ()), (2.4, {"left"})]
    first = outlooks([*sold * 4, (2.4, ())])
    assert first["right"] is None
    assert 0 < first["left"].low < first["left"].median < first["left"].high
    again = outlooks([(2.4, ())])
    assert again["right"] is None
    assert again["left"].median > first["left"].median, "it has lasted longer by now"
