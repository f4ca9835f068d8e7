import pytest
from edgekit_calibration import CalibrationTable, Method, TableKey
from edgekit_export.export import export
from edgekit_export.models import ModelOptions
from edgekit_export.quantize.tables import read_table
from edgekit_export.request import ExportRequest

from edgekit.bundle.manifest import Task
from edgekit.errors import BundleError, CalibrationError

TABLE = CalibrationTable(
    key=TableKey(graph_sha256="a" * 64, images_sha256="b" * 64, images=32, method=Method.AUTO), held_back=8, tensors={}
)


def test_a_table_is_read_from_its_json_file(tmp_path):
    (tmp_path / "t.json").write_text(TABLE.to_json())
    assert read_table(tmp_path / "t.json") == TABLE


@pytest.mark.parametrize("int8", [True, False])
def test_a_bundle_gives_the_table_that_it_was_quantized_with(tmp_path, write_classifier, write_pictures, int8):
    write_pictures(tmp_path / "shop", 16)
    request = ExportRequest(
        str(write_classifier(tmp_path / "m.onnx")),
        tmp_path / "m.edgekit",
        ModelOptions(task=Task.CLASSIFY),
        int8=int8,
        calibration=(tmp_path / "shop",),
    )
    bundle = export(request).bundle
    if int8:
        assert read_table(bundle).key.images == 16
        return
    with pytest.raises(CalibrationError, match="was exported without INT8"):
        read_table(bundle)


@pytest.mark.parametrize(
    ("content", "what"), [(b"{}", "says no version"), (b"\xff\xfe", "not text"), (None, "No such")]
)
def test_a_file_that_is_no_table_is_named(tmp_path, content, what):
    path = tmp_path / "t.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CalibrationError, match=what) as refused:
        read_table(path)
    assert str(path) in refused.value.message


def test_a_file_that_is_no_bundle_is_refused(tmp_path):
    (tmp_path / "t.edgekit").write_bytes(b"no zip")
    with pytest.raises(BundleError):
        read_table(tmp_path / "t.edgekit")
