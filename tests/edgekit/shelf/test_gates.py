"""What the gates let through: hands, people, shadows, light, a lens that sees nothing."""

from dataclasses import replace

import numpy as np
import pytest

from edgekit.shelf.gates.background import accepted, background_from
from edgekit.shelf.gates.foreground import foreground_of
from edgekit.shelf.gates.gate import grey_of
from edgekit.shelf.gates.layout import layout_of, small_picture
from edgekit.shelf.gates.light import light_gain
from edgekit.shelf.gates.scene import FROZEN_S, is_repeated, scene_reason, sharp_share, statistics_of
from edgekit.shelf.gates.visible import visible_in
from edgekit.shelf.registration import register
from edgekit.shelf.words import UnknownReason


@pytest.fixture
def watch(scenes):
    """Plays pictures at 5 a second through the gates and gives those of each."""
    planogram = scenes.planogram()
    layout = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    reference = small_picture(scenes.picture(noise=0))
    return lambda pictures: scenes.watched(layout, reference, pictures)


def _blurred(pixels, sigma_px):
    import cv2

    return cv2.GaussianBlur(pixels, (0, 0), sigma_px)


def _without_colour(pixels):
    """As a camera shows a scene by infrared; what is left in its channels is coding."""
    grey = grey_of(pixels).astype(np.int16)[..., None]
    return np.clip(grey + np.random.default_rng(3).integers(-1, 2, pixels.shape), 0, 255).astype(np.uint8)


def still(scenes, count=6, **kwargs):
    return [scenes.picture(seed=number, **kwargs) for number in range(count)]


def test_an_undisturbed_shelf_is_visible_and_still(watch, scenes) -> None:
    for gates in watch(still(scenes)):
        for one in gates.values():
            assert (one.visible_share, one.moving, one.reason) == (1.0, False, None)


def test_somebody_in_front_covers_what_stands_behind_and_nothing_else(watch, scenes) -> None:
    gates = watch(still(scenes) + still(scenes, draw=scenes.person(125)))[-1]
    assert gates["b"].reason is UnknownReason.OCCLUDED
    assert gates["b"].visible_share < 0.3
    assert gates["a"].reason is None
    assert gates["c"].reason is None


def test_somebody_who_stands_there_from_the_start_covers_too(watch, scenes) -> None:
    assert watch(still(scenes, 2, draw=scenes.person(35)))[0]["a"].reason is UnknownReason.OCCLUDED


def test_somebody_who_stands_quite_still_is_not_taken_for_furniture_soon(watch, scenes) -> None:
    gates = watch(still(scenes) + still(scenes, 300, draw=scenes.person(125)))[-1]
    assert gates["b"].reason is UnknownReason.OCCLUDED


@pytest.mark.parametrize("light", [0.7, 1.0])
def test_somebody_before_half_of_the_picture_is_no_new_light(watch, scenes, light) -> None:
    def stand(picture):
        picture[:, 175:] = (60, 120, 30)

    seen = watch(still(scenes) + still(scenes, 25, draw=stand, light=light) + still(scenes, light=light))
    assert seen[30]["c"].reason is UnknownReason.OCCLUDED
    assert seen[30]["a"].reason is None
    assert all(one.reason is None for one in seen[-1].values())


def test_a_wide_back_before_shelves_is_not_seen_through(scenes) -> None:
    # Most of each row is somebody: what differs from row to row is the shelf that he hides, and no lamp's bands.
    def boards(picture):
        picture[30:145:8] *= 0.7

    def wide(picture):
        boards(picture)
        picture[30:, 100:] = (120, 120, 200)

    planogram = scenes.planogram()
    layout = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    reference = small_picture(scenes.picture(noise=0, draw=boards))
    gates = scenes.watched(layout, reference, still(scenes, draw=boards) + still(scenes, draw=wide))[-1]
    assert gates["a"].visible_share == 1.0
    assert max(gates["b"].visible_share, gates["c"].visible_share) < 0.1


def test_the_shade_of_a_hand_that_uncovers_the_lens_is_not_taken_for_the_scene(watch, scenes) -> None:
    def shade(picture):
        picture[:, :120] *= 0.55

    covered = [np.full((*scenes.SIZE_HW, 3), (60, 60, 60), np.uint8)] * 300
    seen = watch(still(scenes) + covered + still(scenes, 1, present="bc", draw=shade) + still(scenes, present="bc"))
    assert seen[50]["a"].reason is not None
    assert {name: one.visible_share for name, one in seen[-1].items()} == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_what_stands_before_a_facing_hides_it_however_long_it_stands_there(watch, scenes) -> None:
    parked = still(scenes, 8, draw=scenes.person(125))
    gates = watch(still(scenes) + parked * 210)[-1]  # 336 s
    assert gates["b"].reason is UnknownReason.OCCLUDED
    assert gates["a"].reason is None


@pytest.mark.parametrize(("taken_s", "visible"), [(28, 1.0), (4, 0.3)], ids=["long before", "just before"])
def test_a_product_that_nobody_watches_and_that_was_taken_beside_a_facing_hides_it_for_a_while(
    watch, scenes, taken_s, visible
) -> None:
    # Both are one piece, that lies outside the facings by a good part; it is not known whether somebody stands there.
    def unwatched(picture):
        picture[70:140, 178:208] = (30, 160, 60)

    def other_in_b(picture):
        picture[60:140, 125:178] = (30, 160, 60)

    def both(picture):
        unwatched(picture)
        other_in_b(picture)

    gates = watch(still(scenes) + still(scenes, 5 * taken_s, draw=unwatched) + still(scenes, draw=both))[-1]
    assert gates["b"].visible_share == pytest.approx(visible, abs=0.3)


def test_a_product_that_is_gone_or_moved_aside_is_no_occlusion(watch, scenes) -> None:
    for gone in (still(scenes, present="ac"), still(scenes, present="")):
        assert all(one.reason is None for one in watch(still(scenes) + gone)[-1].values())
    assert all(one.reason is None for one in watch(still(scenes) + still(scenes, aside=5))[-1].values())


def test_a_passing_hand_moves_and_what_it_does_not_touch_is_still(watch, scenes) -> None:
    def hand(top):
        def draw(pixels):
            pixels[:top, 135:160] = np.random.default_rng(3).uniform(60, 220, (top, 25, 3))

        return draw

    seen = watch(still(scenes) + [scenes.picture(seed=9 + n, draw=hand(60 + 8 * n)) for n in range(5)])
    assert all(gates["b"].moving for gates in seen[7:])
    assert not any(gates["a"].moving or gates["c"].moving for gates in seen)


def test_a_soft_shadow_is_neither_motion_nor_occlusion(watch, scenes) -> None:
    across = np.linspace(0, 1, scenes.SIZE_HW[1])

    def shadow(middle):
        def draw(pixels):
            pixels *= (1 - 0.35 * np.exp(-(((across - middle) / 0.3) ** 2)))[None, :, None]

        return draw

    pictures = [scenes.picture(seed=n, draw=shadow(n / 20 - 0.8)) for n in range(40)]
    for gates in watch(still(scenes) + pictures):
        assert all(one.reason is None and not one.moving for one in gates.values())


@pytest.mark.parametrize(("bands_px", "depth"), [(90, 0.2), (30, 0.25)], ids=["wide", "narrow"])
def test_the_bands_of_a_flickering_lamp_are_no_motion(watch, scenes, bands_px, depth) -> None:
    down = np.arange(scenes.SIZE_HW[0])

    def bands(phase):
        def draw(pixels):
            boxed(scenes.LEFTS["b"], scenes.TOP, scenes.LEFTS["b"] + scenes.WIDTH, scenes.BOTTOM, (190, 190, 190))(
                pixels
            )
            pixels *= (1 + depth * np.sin(2 * np.pi * (down / bands_px + phase)))[:, None, None]

        return draw

    pictures = [scenes.picture(seed=n, draw=bands(0.37 * n)) for n in range(12)]
    assert not any(one.moving for gates in watch(pictures) for one in gates.values())


def test_a_hand_under_a_lamp_that_lays_bands_over_the_picture_moves(watch, scenes) -> None:
    def hand_in_bands(number):
        def draw(pixels):
            pixels[: 60 + 8 * number, 135:160] = np.random.default_rng(3).uniform(60, 220, (60 + 8 * number, 25, 3))
            pixels *= (1 + 0.2 * np.sin(2 * np.pi * (np.arange(scenes.SIZE_HW[0]) / 50 + number)))[:, None, None]

        return draw

    seen = watch(still(scenes) + [scenes.picture(seed=9 + number, draw=hand_in_bands(number)) for number in range(5)])
    assert all(gates["b"].moving for gates in seen[7:])
    assert not any(gates["a"].moving or gates["c"].moving for gates in seen)


def test_a_frame_torn_by_the_network_moves_itself_and_not_the_samples_after_it(watch, scenes) -> None:
    torn = scenes.picture(seed=30, draw=boxed(scenes.LEFTS["b"], 80, scenes.LEFTS["b"] + 30, 96, (128, 128, 128)))
    seen = watch([*still(scenes), torn, *still(scenes)])
    assert [gates["b"].moving for gates in seen[6:]] == [True] + 6 * [False]


def test_what_a_facing_is_seen_through_is_a_reflection_and_covers_nothing(watch, scenes) -> None:
    def reflection(pixels):
        pixels[:, 125:165] = 0.75 * pixels[:, 125:165] + np.array((70, 40, 20))

    gates = watch(still(scenes) + still(scenes, draw=reflection))[-1]
    assert [gates[name].reason for name in "abc"] == [None, None, None]


@pytest.mark.parametrize("light", [0.4, 0.7, 1.15])
def test_another_light_is_no_occlusion(watch, scenes, light) -> None:
    assert all(one.reason is None for one in watch(still(scenes) + still(scenes, light=light))[-1].values())


def test_a_shaking_camera_is_not_motion(watch, scenes) -> None:
    shaken = [np.roll(scenes.picture(seed=n), (n % 3 - 1, (n * 2) % 3 - 1), (0, 1)) for n in range(12)]
    assert not any(one.moving for gates in watch(shaken) for one in gates.values())


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (lambda s: np.random.default_rng(0).integers(0, 12, (*s.SIZE_HW, 3)).astype(np.uint8), UnknownReason.DARK),
        (lambda s: np.full((*s.SIZE_HW, 3), 255, np.uint8), UnknownReason.OVEREXPOSED),
        (lambda s: np.full((*s.SIZE_HW, 3), (90, 110, 170), np.uint8), UnknownReason.COVERED),
        (lambda s: _blurred(s.picture(), 12), UnknownReason.COVERED),
        (lambda s: _blurred(s.picture(), 5), UnknownReason.BLURRED),
        (lambda s: 130 + _blurred(s.picture(), 5) // 3, UnknownReason.BLURRED),
        (lambda s: np.roll(s.picture(), (40, 25), (0, 1)), UnknownReason.CAMERA_MOVED),
        (lambda s: _without_colour(s.picture()), UnknownReason.INFRARED),
        (lambda s: _without_colour(s.picture(light=0.3)), UnknownReason.INFRARED),
        (lambda s: _without_colour(_blurred(s.picture(), 12)), UnknownReason.COVERED),
    ],
)
def test_a_scene_that_shows_nothing_says_why(watch, scenes, pixels, reason) -> None:
    gates = watch([*still(scenes), pixels(scenes)])[-1]
    assert {one.reason for one in gates.values()} == {reason}


def test_blurred_people_before_half_of_a_scene_are_no_blurred_lens(scenes) -> None:
    small = small_picture(scenes.picture(noise=0))
    grey = grey_of(small)
    blurred, half = _blurred(grey, 2.5), grey.copy()
    half[:, 60:] = blurred[:, 60:]
    usual = statistics_of(small, grey)
    soft = replace(usual, sharpness=0.3 * usual.sharpness)
    assert scene_reason(soft, usual, 0.0, sharp_share(grey, blurred, 1.0)) is UnknownReason.BLURRED
    assert scene_reason(soft, usual, 0.0, sharp_share(grey, half, 1.0)) is None


def test_a_night_view_that_repeats_is_frozen_all_the_same(watch, scenes) -> None:
    same = _without_colour(scenes.picture())
    seen = watch([*still(scenes), *([same] * 60)])
    assert {one.reason for one in seen[20].values()} == {UnknownReason.INFRARED}
    assert {one.reason for one in seen[-1].values()} == {UnknownReason.FROZEN}


def test_a_camera_that_never_shows_colours_is_judged_without(scenes) -> None:
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    reference = small_picture(_without_colour(scenes.picture()))
    gates = scenes.watched(layout, reference, [_without_colour(each) for each in still(scenes)])[-1]
    assert all(one.reason is None for one in gates.values())


@pytest.mark.parametrize("light", [0.3, 1.0])
def test_an_emptied_shelf_in_any_light_is_neither_blurred_nor_without_colours(watch, scenes, light) -> None:
    gates = watch(still(scenes) + still(scenes, present="", light=light))[-1]
    assert all(one.reason is None for one in gates.values())


def test_a_lens_a_little_softer_than_its_reference_sees(watch, scenes) -> None:
    soft = [_blurred(picture, 1.5) for picture in still(scenes)]
    assert all(one.reason is None for one in watch(soft)[-1].values())


def test_a_picture_that_repeats_to_the_bit_is_frozen_after_a_while(watch, scenes) -> None:
    same = scenes.picture()
    seen = watch([same] * int(FROZEN_S * 5 + 2))
    assert seen[int(FROZEN_S * 5) - 1]["a"].reason is None
    assert seen[-1]["a"].reason is UnknownReason.FROZEN


def test_a_frozen_picture_that_a_recorder_codes_anew_is_frozen_and_a_living_one_with_little_noise_is_not(
    watch, scenes
) -> None:
    frozen = [scenes.picture(noise=0) for _ in range(int(FROZEN_S * 5 + 2))]
    for number, picture in enumerate(frozen):
        picture[: number % 4] += 2  # a key frame's blocks
    assert watch(frozen)[-1]["a"].reason is UnknownReason.FROZEN
    living = [scenes.picture(noise=0.5, seed=number) for number in range(len(frozen))]
    assert watch(living)[-1]["a"].reason is None


def recorded(pictures, path):
    """The pictures as an MPEG-4 recorder gives them back: key frames, and small changes between them."""
    import cv2

    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 5.0, (width, height))
    for pixels in pictures:
        writer.write(pixels)
    writer.release()
    reader = cv2.VideoCapture(str(path))
    return [small_picture(reader.read()[1]) for _ in pictures]


def test_the_key_frames_of_a_recording_do_not_hide_that_its_picture_repeats(assets_dir, tmp_path) -> None:
    import cv2

    shelf = cv2.resize(cv2.imread(str(assets_dir / "shelf-photos/shelf-01.jpg")), (900, 600)).astype(np.float32)

    def living(count, seed):
        for number in range(count):
            noise = np.random.default_rng(seed + number).normal(0, 1.5, shelf.shape)
            yield np.clip(shelf + noise, 0, 255).astype(np.uint8)

    before = list(living(20, seed=0))
    frozen = recorded(before + [before[-1]] * 60, tmp_path / "frozen.mp4")[35:]
    on = recorded(before + list(living(60, seed=100)), tmp_path / "living.mp4")[35:]
    assert all(is_repeated(frozen[0], one) for one in frozen)
    assert not any(is_repeated(on[0], one) for one in on[30:])


def test_facings_of_any_size_have_a_place_in_the_small_picture(scenes) -> None:
    from dataclasses import replace

    facing = scenes.planogram().facings[0]
    corner = replace(facing, polygon_xy_px=((1270.0, 700.0), (1280.0, 700.0), (1280.0, 720.0)))
    thin = replace(facing, polygon_xy_px=((0.0, 0.0), (1280.0, 0.2), (1280.0, 0.4)))
    for place in layout_of([corner, thin], register((720, 1280), (720, 1280))).places:
        left, top, right, bottom = place.box_xyxy_px
        assert 0 <= left < right <= 1280
        assert 0 <= top < bottom <= 720
        assert place.mask.shape == (place.rows.stop - place.rows.start, place.columns.stop - place.columns.start)
        assert place.area_px >= 1


def test_polygons_follow_the_frame_s_resolution_and_another_aspect_is_not_aligned() -> None:
    double = register((180, 320), (360, 640))
    assert double.aligned
    assert double.in_frame(((10.0, 20.0),)).tolist() == [[20.0, 40.0]]
    assert register((180, 320), (181, 320)).aligned
    assert not register((180, 320), (240, 320)).aligned


WALL = (170, 175, 180)


def boxed(left, top, right, bottom, colour):
    """Draws a plain box."""

    def draw(pixels):
        pixels[top:bottom, left:right] = colour

    return draw


def test_cloth_as_bright_as_the_wall_but_of_another_colour_covers(watch, scenes) -> None:
    purple = (225, 150, 220)
    assert abs(np.dot(purple, (0.114, 0.587, 0.299)) - np.dot(WALL, (0.114, 0.587, 0.299))) < 8
    gates = watch(still(scenes, present="ac") + still(scenes, present="ac", draw=boxed(110, 0, 190, 180, purple)))[-1]
    assert gates["b"].reason is UnknownReason.OCCLUDED


def test_what_reaches_over_two_facings_and_what_lies_between_covers_both(watch, scenes) -> None:
    wide = boxed(scenes.LEFTS["a"] - 2, scenes.TOP + 10, scenes.LEFTS["b"] + scenes.WIDTH, scenes.BOTTOM, (40, 90, 30))
    gates = watch(still(scenes) + still(scenes, draw=wide))[-1]
    assert gates["a"].reason is UnknownReason.OCCLUDED
    assert gates["b"].reason is UnknownReason.OCCLUDED
    assert gates["c"].reason is None


def test_a_facing_that_changed_is_not_hidden_by_a_crate_that_touches_it(watch, scenes) -> None:
    crate = boxed(scenes.LEFTS["b"] + scenes.WIDTH, 100, scenes.LEFTS["b"] + scenes.WIDTH + 30, 175, (60, 40, 160))
    gates = watch(still(scenes) + still(scenes, 16, present="ac", draw=crate))[-1]  # for 3 s
    assert gates["b"].reason is None


def test_a_hand_that_rests_on_a_product_for_a_moment_hides_it(watch, scenes) -> None:
    left, right = scenes.LEFTS["b"], scenes.LEFTS["b"] + scenes.WIDTH

    def arm(pixels):
        boxed(left, scenes.TOP + 5, right, scenes.BOTTOM - 15, (110, 140, 190))(pixels)
        boxed(left + 13, scenes.BOTTOM - 15, right - 13, scenes.SIZE_HW[0], (110, 140, 190))(pixels)

    seen = watch(still(scenes) + still(scenes, 9, draw=arm))
    assert {gates["b"].reason for gates in seen[6:]} == {UnknownReason.OCCLUDED}


def test_a_head_before_most_of_one_facing_and_the_one_beside_it_covers_both(scenes) -> None:
    one, two, _ = scenes.planogram().facings
    side_by_side = [
        replace(facing, polygon_xy_px=((left, 40.0), (left + 40, 40.0), (left + 40, 150.0), (left, 150.0)))
        for facing, left in ((one, 60.0), (two, 100.0))
    ]
    layout = layout_of(side_by_side, register(scenes.SIZE_HW, scenes.SIZE_HW))
    usual = small_picture(scenes.picture("", noise=0))
    head = small_picture(scenes.picture("", noise=0, draw=boxed(74, 32, 220, 150, (40, 90, 30))))
    background = background_from(usual, grey_of(usual), layout, 0.0)
    shares = visible_in(foreground_of(background.colours, head, np.ones(3, np.float32)), layout).shares
    assert shares == {"a": pytest.approx(0.35, abs=0.05), "b": pytest.approx(0.0, abs=0.05)}


def test_two_facings_emptied_at_once_are_no_occlusion(watch, scenes) -> None:
    gates = watch(still(scenes) + still(scenes, present="c"))[-1]
    assert [gates[name].reason for name in "abc"] == [None, None, None]


def test_what_was_concluded_of_a_facing_is_its_look_from_then_on(scenes) -> None:
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    full, gone = small_picture(scenes.picture(noise=0)), small_picture(scenes.picture("ac", noise=0))
    background = background_from(full, grey_of(full), layout, 0.0)
    same = np.ones(3, np.float32)
    assert foreground_of(background.colours, gone, same).share > 0.01
    nothing = np.zeros(layout.small_size_hw, np.uint8)
    after = accepted(background, gone, same, [place for place in layout.places if place.facing.id == "b"], nothing)
    assert foreground_of(after.colours, gone, same).share == 0.0
    assert foreground_of(after.colours, full, same).share > 0.01


@pytest.mark.parametrize(("right", "absorbed"), [(196, True), (320, False)], ids=["its side", "a trolley"])
def test_what_changed_with_a_facing_is_no_foreground_either_unless_it_goes_on(scenes, right, absorbed) -> None:
    # What was taken had a side that the outline, drawn by hand, leaves out.
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    full = small_picture(scenes.picture("b", noise=0, draw=boxed(170, 70, right, 140, (20, 60, 90))))
    gone = small_picture(scenes.picture("", noise=0))
    background = background_from(full, grey_of(full), layout, 0.0)
    same = np.ones(3, np.float32)
    beside = foreground_of(background.colours, gone, same).mask & layout.outside
    after = accepted(background, gone, same, [place for place in layout.places if place.facing.id == "b"], beside)
    left = foreground_of(after.colours, gone, same).mask & layout.outside
    just_beside = np.s_[:, 91:97]
    assert beside[just_beside].any()
    assert left[just_beside].any() != absorbed


def lit(colours):
    """Draws the light of another lamp, by what it multiplies each channel; what is too bright is clipped."""

    def draw(pixels):
        pixels *= np.array(colours, np.float32)

    return draw


@pytest.mark.parametrize("light", [(0.55, 0.95, 1.15), (1.4, 1.05, 0.8)], ids=["warmer", "colder"])
def test_a_facing_that_is_emptied_in_light_of_another_colour_is_seen(watch, scenes, light) -> None:
    gates = watch(still(scenes, 30) + still(scenes, present="ac", draw=lit(light)))[-1]
    assert all(one.reason is None for one in gates.values())


def test_what_was_clipped_white_is_no_foreground_in_darker_light(scenes) -> None:
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    bright = small_picture(scenes.picture(noise=0, draw=lit((2.2, 2.2, 2.2))))
    usual = small_picture(scenes.picture(noise=0))
    background = background_from(bright, grey_of(bright), layout, 0.0)
    assert foreground_of(background.colours, usual, np.full(3, 1 / 2.2, np.float32)).share < 0.01


def test_the_light_of_each_channel_is_measured(scenes) -> None:
    usual = small_picture(scenes.picture(noise=0))
    warm = small_picture(scenes.picture(noise=0, draw=lit((0.5, 0.9, 1.1))))
    assert light_gain(warm, usual) == pytest.approx([0.5, 0.9, 1.1], abs=0.05)


def test_strong_noise_is_no_foreground(scenes) -> None:
    layout = layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))
    usual = small_picture(scenes.picture(noise=0))
    noisy = np.clip(usual + np.random.default_rng(1).normal(0, 10, usual.shape), 0, 255).astype(np.uint8)
    background = background_from(usual, grey_of(usual), layout, 0.0)
    assert foreground_of(background.colours, noisy, light_gain(noisy, usual)).share < 0.001
