"""Pictures from anywhere: any Python iterator of uint8 (height, width, 3) BGR arrays serves as a camera.

python examples/own_pictures.py edgekit.yaml
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

import edgekit
from edgekit.sources.iterable import IterableSource


def pictures() -> Iterator[NDArray[np.uint8]]:
    """Stands for your camera's SDK: here the first 150 pictures of a file."""
    capture = cv2.VideoCapture("bottle-detection.mp4")
    for _ in range(150):
        ok, picture = capture.read()
        if not ok:
            break
        yield np.asarray(picture, np.uint8)
    capture.release()


def main(config: str) -> None:
    camera = IterableSource(pictures, fps=30.0)
    with edgekit.Runtime(config, sources={"table": camera}) as runtime:
        runtime.wait()
        for name, facing in runtime.health().cameras[0].facings.items():
            print(f"{name}: {facing.committed}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "edgekit.yaml")
