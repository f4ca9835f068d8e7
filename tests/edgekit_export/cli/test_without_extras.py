"""The commands are there in a bare install, and say which extra they need."""

import subprocess
import sys

_BARE = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("onnx", "pycocotools", "torch"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from edgekit.errors import MissingExtra
from edgekit_export.cli import evaluate, export
heavy = {"cv2", "numpy", "onnxruntime", "rich.progress", "yaml"} & set(sys.modules)
assert not heavy, heavy
try:
    export("net.onnx", output=__import__("pathlib").Path("x.edgekit"), task="classify")
except MissingExtra as error:
    print(error.exit_code, error)
"""


def test_a_bare_install_loads_the_commands_lightly_and_names_the_extra():
    done = subprocess.run([sys.executable, "-c", _BARE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "4 onnx is not installed; edgekit export needs it. pip install 'edgekit[export]'\n"
