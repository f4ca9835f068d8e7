"""The commented files that `edgekit init` writes; they load as they stand."""

from __future__ import annotations

from pathlib import Path

from edgekit.errors import UsageError
from edgekit.files import write_whole

__all__ = ["PLANOGRAM_TEMPLATE", "TEMPLATE", "write_template"]

TEMPLATE = """\
# edgekit.yaml: one shop, its cameras, and what to tell whom.
# Lines that start with "#" and a word are settings you may use: delete the "#" (no blank after it).
# Paths are relative to this file. ${NAME} is replaced by the environment variable NAME: use it for passwords.
version: 1

# The shop's name in every event: letters, digits, dot, dash, underscore.
store: my-store

# The bundle that looks at the shelf, made by `edgekit export`. Without one, facings are judged by appearance alone.
#model: products.edgekit
# Products that were enrolled by photos (edgekit enroll), for a bundle that embeds.
#index: products.index
# How its numbers are computed: auto, float, fp16, int8-tensorrt or int8-cpu. auto takes what is best on this machine.
#encoding: auto
# What computes them: auto, onnxruntime, openvino, tensorrt or tensorrt-rtx.
#backend: auto
# How many processor cores a model may use; all of them if not given.
#threads: 2

# What `edgekit export --int8`, typed in this folder without more, does. It writes `model` above.
#export:
#  # A model file (.onnx), or the name of an architecture together with its checkpoint.
#  model: products.onnx
#  # classify (what is in the picture?), detect (what is where?) or embed (what does it resemble?)
#  task: detect
#  # detect: how the model's numbers become boxes: yolox, yolov8, ssd or boxes_scores.
#  decoder: yolox
#  # A folder of pictures like those the camera will see, some dozens of them; needed for INT8.
#  calibration: calibration/
#  # Trained weights of an architecture that was given by name.
#  checkpoint: products.pt
#  # One class name a line.
#  classes: classes.txt
#  # How pictures are prepared, where it differs from the architecture's own way: a file or a preset's name.
#  preprocess: preprocess.yaml
#  # The side of the model's input picture, in pixels.
#  input_size: 416
#  # Labelled pictures, to measure what INT8 costs.
#  data: labelled/

cameras:
  # A short name of your choice for each camera; it stands in its events.
  - id: camera-1
    # Where its pictures come from:
    #   0                          the first USB camera, 1 the second, and so on
    #   rtsp://user:${CAMERA_PASSWORD}@10.0.0.5/stream     a network camera
    #   clip.mp4                   a recording
    #   pictures/                  a folder of pictures, in the order of their names
    #   "gst: v4l2src ! …"         a GStreamer pipeline (needs an OpenCV with GStreamer, as JetPack has)
    # With settings of its own it is written as {url: …, setting: …}:
    #   {url: "rtsp://…", transport: udp, open_timeout_s: 10, read_timeout_s: 10}
    #   {url: clip.mp4, loop_for_s: 300}      starts over until 300 seconds have been seen
    #   {url: pictures/, fps: 5}              pictures per second
    #   {url: 0, size_wh: [1280, 720]}        width and height to ask the camera for
    source: 0
    # What stands where in this camera's view.
    planogram: planogram.yaml
    # How many pictures a second the shelf logic looks at.
    sample_fps: 5
    # Recordings only: when the first picture was taken.
    #started_at: 2026-01-31T08:00:00Z
    # This camera's own opening hours, where they differ from the store's below.
    #hours: {open: "Mo-Sa 07:00-22:00", timezone: Europe/Berlin}

# When to believe what is seen. Seconds count only while the facing can be seen: people in front of it stop the clock.
shelf:
  # A gap is reported when it has lasted this long, a filled gap when it has stayed filled this long.
  hold_out_of_stock_s: 30
  hold_restocked_s: 10
  # After a facing was filled, no new gap there is reported for this long.
  cooldown_s: 60
  # Nothing is concluded while something moved in the facing within the last so many seconds.
  stillness_s: 0.6
  # Looks at a facing before anything is concluded of it after a start.
  initial_samples: 10
  # One look may err: the middle one of so many counts.
  window: 5
  # A facing counts as stocked from the one share on, as out of stock up to the other (0 to 1).
  #stocked_at: 0.6
  #empty_at: 0.4
  # A facing that holds several units is low at this share of them or less.
  #low_at: 0.5
  # A facing of which less than this share can be seen is unknown.
  #min_visible_share: 0.7
  # Detections that are less certain than this do not count.
  #min_score: 0.3
  # Report a gap that is still there again and again, so often.
  #reminder_s: 3600
  # While staff fill the shelf no new gap is reported, nor for so many seconds after. Staff are at the shelf when this
  # share of the facings (and three at least) has been covered or touched at once for so many seconds.
  #restocking_quiet_s: 120
  #restocking_share: 0.4
  #restocking_s: 8

# When the store is open, in its own time zone. Outside these hours facings pause: nothing is reported of them, no time
# counts, and the lights may go out. Days are Mo Tu We Th Fr Sa Su; without this, facings are watched all the time.
#hours:
#  open: "Mo-Fr 08:00-20:00; Sa 09:00-18:00"
#  timezone: Europe/Berlin

# Where events go. More than one is fine; each gets every event, also after a failure or a restart.
sinks:
  # jsonl: one line of JSON for each event, appended to a file. stdout: the same to the terminal.
  - {type: jsonl, path: events.jsonl}
  #- {type: stdout, name: terminal}

# Where the state is kept that survives a restart.
#state: .edgekit
# How long events wait for a sink that cannot be reached.
#retention: {days: 30, megabytes: 100}

# The pictures that an event names: the facing before and after, never the whole picture unless you ask for it.
#pictures:
#  # Where they are written; if not given, `pictures` in the folder of the state.
#  folder: pictures
#  before_after: true
#  whole_picture: false
#  # People are filled in grey before anything is written.
#  mask_people: true
#  # What is older goes, and the oldest go while all take more than so many megabytes.
#  expire_days: 30
#  max_mb: 200
"""

PLANOGRAM_TEMPLATE = """\
# What stands where in one camera's view.
# Lines that start with "#" and a word are settings you may use: delete the "#" (no blank after it).
# Paths are relative to this file.
version: 1

# A picture of the full shelf, taken by this very camera where it now hangs.
reference: reference.jpg

facings:
  # One product position, seen from the front. Its name is your choice, and unique in this file.
  - id: shelf-1-left
    # The outline of the position in the reference picture: its corners as [x, y] in pixels from the top left,
    # in order around it. Big enough for every way the product may stand there.
    polygon: [[100, 100], [200, 100], [200, 300], [100, 300]]
    # The product's name.
    product: bottle
    # The number under its bar code (8, 12, 13 or 14 digits), in quotes.
    #gtin: "04006381333931"
    # How many units are visible when it is full; from 2 on it can also be low.
    #capacity: 1
    # How its stock is seen: auto, detector, classifier, any_product or appearance (which needs no model).
    #method: auto
    # The reference picture shows this position empty.
    #empty_in_reference: false

# Which of the model's classes mean a product; if not given, the class of the product's own name.
#classes: {bottle: [water bottle, wine bottle, pop bottle]}
"""

_FILES = {"edgekit.yaml": TEMPLATE, "planogram.yaml": PLANOGRAM_TEMPLATE}


def write_template(folder: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write edgekit.yaml and planogram.yaml into `folder`; returns their paths.

    Args:
        folder: is made if it is not there.
        overwrite: replace files that are there; otherwise they are left alone and nothing is written.

    Raises:
        UsageError: one of them is there already.
        OutputError: they cannot be written.
    """
    folder = Path(folder)
    paths = {folder / name: text for name, text in _FILES.items()}
    if not overwrite and (there := [path for path in paths if path.exists()]):
        raise UsageError(
            f"{there[0]} is there already; nothing was written.", hint="Move it away, or choose another folder."
        )
    for path, text in paths.items():
        write_whole(path, text.encode())
    return tuple(paths)
