import hashlib

import onnx
import pytest
from edgekit_export.models import ModelOptions, resolve_model

from edgekit.bundle.manifest import Task
from edgekit.errors import ModelError, UsageError


def test_a_classifier_tells_its_classes_and_gets_the_default_contract(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx", 4, metadata={"names": "{0: 'a', 1: 'b', 2: 'c', 3: 'd'}"})
    model = resolve_model(str(path), ModelOptions(task=Task.CLASSIFY))
    assert model.class_names == ("a", "b", "c", "d")
    assert model.decoder.name == "softmax"
    assert model.preprocessing.geometry.size_hw == (32, 32)
    assert model.preprocessing_from == "default of classifiers (preset imagenet)"
    assert model.source == "net.onnx"
    assert model.source_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_graph_that_ends_in_softmax_gives_probabilities(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx", softmax=True)
    assert resolve_model(str(path), ModelOptions(task=Task.CLASSIFY)).decoder.name == "probabilities"


def test_the_files_own_task_is_believed(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx", metadata={"task": "classify"})
    assert resolve_model(str(path), ModelOptions()).task is Task.CLASSIFY


def test_an_embedding_is_a_vector_without_classes(tmp_path, write_classifier):
    model = resolve_model(str(write_classifier(tmp_path / "net.onnx")), ModelOptions(task=Task.EMBED))
    assert (model.class_names, model.decoder.name) == ((), "embedding")
    assert any("16 values before the last layer (head)" in note for note in model.notes)


def test_a_detector_is_no_embedding(tmp_path, write_yolox):
    with pytest.raises(ModelError, match=r"gives \(1, 21, 8\); an embedding is \(1, values\)"):
        resolve_model(str(write_yolox(tmp_path / "det.onnx")), ModelOptions(task=Task.EMBED))


def test_an_open_input_size_is_asked_for_and_then_fixed(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx", side=None)
    with pytest.raises(UsageError, match="input size open"):
        resolve_model(str(path), ModelOptions(task=Task.CLASSIFY))
    model = resolve_model(str(path), ModelOptions(task=Task.CLASSIFY, input_size=48))
    dims = model.onnx.graph.input[0].type.tensor_type.shape.dim
    assert [dim.dim_value for dim in dims] == [1, 3, 48, 48]
    assert model.preprocessing.geometry.size_hw == (48, 48)


def test_yolox_is_read_with_its_contract(tmp_path, write_yolox):
    model = resolve_model(str(write_yolox(tmp_path / "det.onnx")), ModelOptions(task=Task.DETECT, decoder="yolox"))
    assert model.decoder.parameters == {"decoded": False}
    assert model.class_names == ("class_0", "class_1", "class_2")
    assert model.preprocessing.arithmetic.order == "bgr"


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        (ModelOptions(), UsageError, "--task"),
        (ModelOptions(task=Task.DETECT), UsageError, "--decoder"),
        (ModelOptions(task=Task.DETECT, decoder="yolx"), UsageError, "Did you mean yolox"),
        (ModelOptions(task=Task.DETECT, decoder="yolox:decoded"), UsageError, "key=value"),
        (ModelOptions(task=Task.DETECT, decoder="yolox:decodet=true"), ModelError, "decodet"),
        (ModelOptions(task=Task.DETECT, decoder="ssd"), ModelError, "logits and offsets"),
        (ModelOptions(task=Task.CLASSIFY), ModelError, r"\(1, 21, 8\); a classifier gives"),
        (ModelOptions(task=Task.CLASSIFY, decoder="yolox"), UsageError, "--decoder yolox is for detectors"),
        (ModelOptions(task=Task.DETECT, decoder="yolox", input_size=64), ModelError, "takes 32x32 pixels and no other"),
        (ModelOptions(task=Task.DETECT, decoder="yolox", input_size=3), UsageError, "16 to 8192"),
    ],
)
def test_wrong_options_say_what_is_wrong(tmp_path, write_yolox, options, error, what):
    path = write_yolox(tmp_path / "det.onnx")
    with pytest.raises(error, match=what):
        resolve_model(str(path), options)


def test_a_batch_that_is_fixed_to_several_pictures_is_refused(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx")
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 4
    onnx.save(model, path)
    with pytest.raises(ModelError, match="4 pictures at once") as refused:
        resolve_model(str(path), ModelOptions(task=Task.CLASSIFY))
    assert "dynamic batch" in str(refused.value.hint)


def test_a_classifier_of_no_class_is_refused(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx", 0)
    with pytest.raises(ModelError, match=r"\(1, 0\); a classifier gives"):
        resolve_model(str(path), ModelOptions(task=Task.CLASSIFY))


def test_a_folder_named_like_a_model_file_is_called_a_folder(tmp_path):
    (tmp_path / "net.onnx").mkdir()
    with pytest.raises(ModelError, match="is a folder"):
        resolve_model(str(tmp_path / "net.onnx"), ModelOptions(task=Task.CLASSIFY))


def test_a_checkpoint_beside_an_onnx_file_is_refused(tmp_path, write_yolox):
    path = write_yolox(tmp_path / "det.onnx")
    with pytest.raises(UsageError, match="holds its own weights"):
        resolve_model(str(path), ModelOptions(task=Task.DETECT, decoder="yolox", checkpoint=tmp_path / "w.pt"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match="no such model file"):
        resolve_model(str(tmp_path / "none.onnx"), ModelOptions(task=Task.CLASSIFY))


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"not a model at all", b"\x08\x08\x12"])
def test_a_corrupt_file_is_refused(tmp_path, content):
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"net\.onnx is not an ONNX file"):
        resolve_model(str(path), ModelOptions(task=Task.CLASSIFY))


def test_a_file_cut_in_half_is_refused(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match=r"net\.onnx is not an ONNX file"):
        resolve_model(str(path), ModelOptions(task=Task.CLASSIFY))


def _edited(path, edit):
    model = onnx.load(str(path))
    edit(model)
    onnx.save(model, str(path))
    return str(path)


def test_an_input_that_is_no_picture_is_refused_with_its_shape(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx")

    def four_channels(model):
        model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4

    with pytest.raises(ModelError, match=r"1x4x32x32; a picture of 3 channels"):
        resolve_model(_edited(path, four_channels), ModelOptions(task=Task.CLASSIFY))


def test_an_input_of_another_type_is_refused(tmp_path, write_classifier):
    path = write_classifier(tmp_path / "net.onnx")

    def uint8(model):
        model.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.UINT8

    with pytest.raises(ModelError, match="uint8 1x3x32x32; edgekit takes models with a float32 input"):
        resolve_model(_edited(path, uint8), ModelOptions(task=Task.CLASSIFY))


@pytest.mark.parametrize(
    ("name", "what"), [("w.pt", "without an architecture"), ("e.engine", "TensorRT engine"), ("b.edgekit", "bundle")]
)
def test_other_kinds_of_files_are_refused_with_the_way_out(tmp_path, name, what):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ModelError, match=what) as caught:
        resolve_model(str(tmp_path / name), ModelOptions())
    assert caught.value.hint


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ModelError, match="is a folder"):
        resolve_model(str(tmp_path), ModelOptions())


def test_the_public_detector_is_cocos(assets_dir):
    model = resolve_model(
        str(assets_dir / "models" / "yolox_nano.onnx"), ModelOptions(task=Task.DETECT, decoder="yolox")
    )
    assert len(model.class_names) == 80
    assert model.class_names[39] == "bottle"
    assert model.decoder.parameters == {"decoded": False}
