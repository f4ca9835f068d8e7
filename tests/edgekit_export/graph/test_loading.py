import numpy as np
import onnx
import pytest
from edgekit_export.graph.assemble import float_graph
from edgekit_export.graph.loading import load_onnx

from edgekit.bundle.manifest import ArithmeticSpec
from edgekit.errors import ModelError


def test_a_missing_file_and_one_that_is_not_onnx_are_named(tmp_path):
    with pytest.raises(ModelError, match=r"gone\.onnx"):
        load_onnx(tmp_path / "gone.onnx")
    for content in (b"", b"not a model", b"\x00" * 100, b"PK\x03\x04"):
        (tmp_path / "bad.onnx").write_bytes(content)
        with pytest.raises(ModelError, match=r"bad\.onnx is not an ONNX file"):
            load_onnx(tmp_path / "bad.onnx")


def test_a_truncated_model_is_refused(build, tmp_path):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = Add(x, w)}", w=np.ones((1, 4), np.float32))
    (tmp_path / "cut.onnx").write_bytes(model.SerializeToString()[:-20])
    with pytest.raises(ModelError, match="cut"):
        load_onnx(tmp_path / "cut.onnx")


def with_external_weights(build, folder, location="w.bin"):
    model = build("g (float[1,4000] x) => (float[1,4000] y) {y = Add(x, w)}", w=np.ones((1, 4000), np.float32))
    onnx.save(model, str(folder / "m.onnx"), save_as_external_data=True, location=location)
    return folder / "m.onnx"


def test_weights_in_files_beside_the_model_are_read(build, tmp_path):
    loaded = load_onnx(with_external_weights(build, tmp_path))
    assert np.array_equal(onnx.numpy_helper.to_array(loaded.graph.initializer[0]), np.ones((1, 4000), np.float32))
    assert loaded.graph.initializer[0].data_location == onnx.TensorProto.DEFAULT


def test_weights_in_files_that_are_missing_cut_off_or_elsewhere_are_told_in_one_line(build, tmp_path):
    path = with_external_weights(build, tmp_path)
    (tmp_path / "w.bin").write_bytes((tmp_path / "w.bin").read_bytes()[:100])
    with pytest.raises(ModelError, match=r"m\.onnx keeps the weights of 1 tensors \(first w\) in other files"):
        load_onnx(path)
    (tmp_path / "w.bin").unlink()
    with pytest.raises(ModelError, match="same folder"):
        load_onnx(path)
    model = onnx.load(str(path), load_external_data=False)
    next(entry for entry in model.graph.initializer[0].external_data if entry.key == "location").value = "../w.bin"
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/m.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "w.bin").write_bytes(bytes(16000))
    with pytest.raises(ModelError, match="other files"):
        load_onnx(tmp_path / "inner/m.onnx")


@pytest.mark.parametrize("says_length", [True, False])
def test_more_than_2_gb_of_weights_are_refused_before_any_is_read(build, tmp_path, says_length):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = Relu(x)}")
    tensor = model.graph.initializer.add(name="w", data_type=onnx.TensorProto.FLOAT, dims=[600, 1_000_000])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="w.bin")
    if says_length:
        tensor.external_data.add(key="length", value="2400000000")
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"m\.onnx has 2\.4 GB of weights; up to 2 GB can be exported"):
        load_onnx(tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("opset", "ir", "what"),
    [
        (1, 3, "written for opset 1; opsets from 7 on"),
        (6, 3, "written for opset 6; opsets from 7 on"),
        (99, 10, "written for opset 99 and ONNX file format 10, which the installed onnxruntime does not run"),
        (20, 99, "written for opset 20 and ONNX file format 99"),
    ],
)
def test_an_opset_or_format_that_is_too_old_or_too_new_is_told_in_one_line(build, tmp_path, opset, ir, what):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = Relu(x)}")
    model.opset_import[0].version, model.ir_version = opset, ir
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=what) as refused:
        load_onnx(tmp_path / "m.onnx")
    assert "Export it again with opset 20" in refused.value.hint


def test_the_oldest_opset_is_read(build, tmp_path):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = Relu(x)}", opset=7, ir_version=3)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    assert load_onnx(tmp_path / "m.onnx") == model


def test_a_good_file_is_read(build, tmp_path):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = Relu(x)}")
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    assert load_onnx(tmp_path / "m.onnx") == model


def test_a_model_that_is_quantized_already_is_refused_wherever_it_comes_from(build, tmp_path):
    text = "g (float[1,3,4,4] x) => (float[1,3,4,4] y) {q = QuantizeLinear(x, s) y = DequantizeLinear(q, s)}"
    model = build(text, s=np.float32(0.1))
    onnx.save(model, str(tmp_path / "m.onnx"))
    with pytest.raises(ModelError, match=r"m\.onnx is quantized already .*QuantizeLinear.*float model"):
        load_onnx(tmp_path / "m.onnx")
    with pytest.raises(ModelError, match="quantized already"):
        float_graph(model, ArithmeticSpec())
