import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from edgekit_export.report.content import for_bundle
from edgekit_export.report.html import report_html
from edgekit_export.report.verdict import verdict_of


class _Reader(HTMLParser):
    VOID = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text, self.links, self.attributes = [], set(), [], [], []

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href")]
        self.attributes += [name for name, _ in attributes]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.seen.add(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    @property
    def words(self):
        return "".join(self.text).replace("\u00a0", " ")


def _read(report):
    reader = _Reader()
    reader.feed(report_html(report).decode())
    return reader


def test_the_page_begins_with_the_verdict_and_its_reason(make_report):
    text = _read(make_report(lost=0.3)).words
    reason = "INT8 for CPUs is right on 50.0 % of 500 labelled pictures, the original model on 80.0 %: 30.0 points lost"
    assert text.index("Not safe to deploy on CPUs") < text.index(reason) < text.index("Accuracy")


def test_each_encoding_has_its_own_card_with_its_figure_and_interval(make_report):
    text = _read(make_report(lost=0.3)).words
    for part in ("For NVIDIA GPUs", "0.2 points lost", "0.5 gained to 1.0 lost", "For CPUs", "30.0 points lost"):
        assert text.index(part) < text.index("Accuracy")


def test_the_drop_that_was_asked_for_is_the_one_that_is_drawn(make_report):
    asked = make_report(verdict=replace(make_report().verdict, max_loss=0.02))
    usual, strict = (
        re.findall("<text[^>]*>([^<]*)</text>", report_html(one).decode()) for one in (make_report(), asked)
    )
    assert usual.count("1") == strict.count("2") == 2, "one in the card of each INT8 encoding"
    assert "1" not in strict
    assert "2" not in usual


def test_a_detectors_ap50_is_explained_beside_the_objects_that_are_found(make_detector_report):
    text = _read(make_detector_report()).words
    assert "48 of 49 found" in text
    assert "found again (same class, overlap of half, score over 0.15)" in text
    assert "AP50 99.9 of 100, an area over all scores that a missed object of low score hardly moves" in text


def test_how_a_detector_frames_and_ranks_is_told_and_drawn_with_the_limits_of_the_verdict(make_detector_report):
    report = make_detector_report(ap=0.96)
    page, text = report_html(report).decode(), _read(report).words
    card = "Framed and ranked alike: mAP 96.0 of 100, which falls when boxes move or scores change their order"
    assert text.index(card) < text.index("Agreement with float")
    assert "95 % sure: 94.0 to 98.0." in text
    assert [re.findall("<text[^>]*>([^<]*)</text>", page).count(limit) for limit in ("93.5", "96.5")] == [2, 2]
    assert "a score over 0.3. It is found again where INT8 has a box" in text


def test_the_page_is_whole_and_needs_nothing_else(make_report):
    page, reader = report_html(make_report()), _read(make_report())
    assert reader.open == []
    assert all(link.startswith("data:image/jpeg;base64,") for link in reader.links)
    assert len(reader.links) == 2
    assert "script" not in reader.seen
    assert not any(name.startswith("on") for name in reader.attributes)
    for fetched in (b"@import", b"url(", b"<link", b"http:", b"https:", b"//"):
        # A JPEG in base64 may hold two slashes by chance.
        assert fetched not in re.sub(rb"base64,[A-Za-z0-9+/=]+", b"", page)


def test_names_from_files_are_never_markup(make_report, hostile):
    report = make_report(
        name=hostile, notes=(hostile,), warnings=(hostile,), skipped=(hostile,), model={hostile: hostile}
    )
    reader = _read(report)
    assert "script" not in reader.seen
    assert reader.open == []
    assert reader.words.count(hostile) >= 10


def test_everything_asked_for_is_on_the_page(make_report):
    text = _read(make_report()).words
    for part in (
        "macro F1",
        "Of the pictures that float gets right 12 are now wrong",
        "40 → 31 of 50",
        "The layers that suffer most",
        "3.0 dB",
        "254 steps",
        "Bias correction",
        "2.5 dB",
        "off: not asked for",
        "Were there enough calibration pictures?",
        "Yes: over the last 32 of 64 pictures nine of ten ranges moved by less than 2.0 %.",
        "1.75 ms",
        "90.0 %",
        "80.0 %",
        "All 12 layers",
        "bad.jpg: cut off in the middle",
        "A note.",
        "Half of the pictures are black.",
        "64 other pictures",
    ):
        assert part in text, part


def test_no_time_stands_in_for_one_that_was_not_measured(make_report):
    text = _read(make_report()).words
    assert text.count("1.75 ms") == 1
    assert text.count("not measured") == 3  # int8-tensorrt's card, and the rows of float and int8-tensorrt


def test_without_labels_the_page_says_what_it_was_held_against(make_report):
    assert "not against the truth" in _read(make_report(metric=None)).words
    assert "not against the truth" not in _read(make_report()).words


def test_reformats_are_a_column_only_where_an_inspector_counted_them(make_report):
    assert "Reformats" not in _read(make_report()).words


def test_an_encoding_that_is_missing_is_named(make_report):
    report = make_report()
    text = _read(make_report(encodings=report.encodings[:2])).words
    assert "no int8-cpu graph: the float graph runs there" in text


def test_a_bundle_of_float_alone_has_a_short_page(make_report):
    nothing = {"layers": (), "repairs": (), "convergence": None, "disagreements": ()}
    floating = make_report().encodings[:1]
    text = _read(make_report(encodings=floating, verdict=verdict_of("classify", None, []), **nothing)).words
    assert "Safe to deploy" in text
    assert "suffer" not in text
    assert "For CPUs" not in text


def test_the_page_in_a_bundle_says_where_the_pictures_are(make_report):
    reader = _read(for_bundle(make_report()))
    assert reader.links == []
    assert "beside the bundle" in reader.words


def test_the_same_report_gives_the_same_bytes(make_report):
    assert report_html(make_report()) == report_html(make_report())


def _chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    pytest.skip("no Chromium here: neither chromium, chromium-browser nor google-chrome is installed")


_MEASURE = b"""<script>addEventListener("load", () => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  const wide = [...document.querySelectorAll("body *:not(svg *)")].filter(
    (one) => one.getBoundingClientRect().right > innerWidth + 0.5);
  const lines = (one) => {
    const inside = document.createRange();
    inside.selectNodeContents(one);
    return inside.getClientRects().length;
  };
  const torn = [...document.querySelectorAll("dl.pairs:not(.changes) dt")].filter((one) => lines(one) > 1);
  parent.told.push(`width ${innerWidth} scroll ${document.documentElement.scrollWidth} torn ${torn.length} ` +
    `beyond ${wide.length} ` +
    wide.slice(0, 3).map((one) => one.tagName + "." + one.className).join(" "));
  parent.document.title = parent.told.join("; ");
});</script></main>"""


def test_nothing_scrolls_sideways_on_a_phone_and_no_name_is_torn_for_its_value(
    tmp_path, make_report, make_detector_report
):
    browser, long = _chromium(), "a_name_without_any_space_" * 8
    reports = [
        make_report(),
        make_report(long, notes=(long,), warnings=(long,), skipped=(long,), model={"Model": long, long: long}),
        make_report(lost=0.3, layer_count=200),
        make_detector_report(),
    ]
    for index, report in enumerate(reports):
        # A page of ours has no script; this one measures, and tells the page around it.
        (tmp_path / f"{index}.html").write_bytes(report_html(report).replace(b"</main>", _MEASURE))
    # Frames of a phone's width: a window may not be made that narrow everywhere.
    frames = "".join(f'<iframe src="{index}.html" style="width:390px;height:800px"></iframe>' for index in range(4))
    (tmp_path / "phones.html").write_text(f"<style>iframe{{border:0}}</style><script>told = []</script>{frames}")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"]
    profile, page = f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "phones.html").as_uri()
    done = subprocess.run(
        [browser, *options, profile, "--virtual-time-budget=5000", "--dump-dom", page],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    title = re.search("<title>(.*?)</title>", done.stdout)
    assert title is not None, done.stderr[-1000:]
    assert [one.strip() for one in title[1].split(";")] == ["width 390 scroll 390 torn 0 beyond 0"] * 4
