from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pytest

from edgekit.bundle.archive import read_bundle, write_bundle
from edgekit.bundle.bundle import Bundle
from edgekit.bundle.layout import END_BYTES, directory_entry, end_record, local_header
from edgekit.bundle.manifest import Encoding
from edgekit.errors import BundleError, BundleTampered, OutputError

MakeBundle = Callable[..., Path]


def raw_archive(
    members: dict[str, bytes],
    comment: str | None = None,
    claimed: dict[str, int] | None = None,
    twice: str = "",
    gap: bytes = b"",
) -> bytes:
    """An archive in the writer's layout, whatever its members are called and claim."""
    out, directory, offset = b"", b"", 0
    entries = [entry for entry in members.items() for _ in range(2 if entry[0] == twice else 1)]
    for name, content in entries:
        size = (claimed or {}).get(name, len(content))
        directory += directory_entry(name, crc32(content), size, offset)
        out += local_header(name, crc32(content), size) + content
        offset = len(out)
    digest = comment or sha256(members.get("manifest.json", b"")).hexdigest()
    return out + gap + directory + end_record(len(entries), len(directory), offset + len(gap), digest)


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(BundleTampered) as caught:
        Bundle.open(path)
    return str(caught.value)


def test_the_same_content_gives_the_same_bytes(tiny_bundle: MakeBundle) -> None:
    assert tiny_bundle("a.edgekit").read_bytes() == tiny_bundle("b.edgekit").read_bytes()


def test_the_order_of_members_given_does_not_matter(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    first = tiny_bundle()
    archive = read_bundle(first)
    backwards = {name: bytes(content) for name, content in reversed(archive.members.items())}
    digest = write_bundle(tmp_path / "second.edgekit", archive.manifest, backwards)
    assert (tmp_path / "second.edgekit").read_bytes() == first.read_bytes()
    assert digest == archive.sha256


def test_any_zip_program_reads_it(tiny_bundle: MakeBundle) -> None:
    with zipfile.ZipFile(tiny_bundle(members={"report.json": b"{}"})) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:3] == ["manifest.json", "graphs/float.onnx", "graphs/int8-tensorrt.onnx"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert stat.filemode(archive.infolist()[0].external_attr >> 16) == "-rw-r--r--"
        assert archive.comment.decode() == sha256(archive.read("manifest.json")).hexdigest()
        manifest = json.loads(archive.read("manifest.json"))
    assert set(manifest["files"]) == set(archive.namelist()) - {"manifest.json"}


@pytest.mark.slow
def test_every_change_of_one_byte_anywhere_is_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    content = bytearray(tiny_bundle(encodings=(Encoding.FLOAT,)).read_bytes())
    path = tmp_path / "changed.edgekit"
    accepted = []
    for position in range(len(content)):
        old = content[position]
        content[position] = old ^ 1 << position % 8
        path.write_bytes(content)
        try:
            Bundle.open(path)
            accepted.append(position)
        except BundleError:
            pass
        content[position] = old
    assert accepted == []


def test_the_member_that_was_changed_is_named(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    content = tiny_bundle().read_bytes()
    archive = read_bundle(tiny_bundle())
    for name, member in archive.members.items():
        at = content.index(bytes(member))
        changed = bytearray(content)
        changed[at + len(member) // 2] ^= 0x10
        assert name in refused(tmp_path / "changed.edgekit", bytes(changed))


def test_a_changed_member_with_a_matching_checksum_is_refused_by_its_hash(
    tiny_bundle: MakeBundle, tmp_path: Path
) -> None:
    members = members_of(tiny_bundle())
    members["graphs/float.onnx"] = members["graphs/float.onnx"][:-1] + b"\0"
    assert "graphs/float.onnx was changed" in refused(tmp_path / "x.edgekit", raw_archive(members))


def test_a_changed_manifest_is_refused_by_the_comment(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    members = members_of(tiny_bundle())
    digest = sha256(members["manifest.json"]).hexdigest()
    members["manifest.json"] = members["manifest.json"].replace(b'"tiny"', b'"tina"')
    assert "manifest.json was changed" in refused(tmp_path / "x.edgekit", raw_archive(members, digest))


def test_every_truncation_is_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    content = tiny_bundle().read_bytes()
    path = tmp_path / "short.edgekit"
    for length in [*range(0, 200, 7), *range(len(content) - 300, len(content))]:
        path.write_bytes(content[:length])
        with pytest.raises(BundleError):
            Bundle.open(path)


def test_bytes_before_after_or_between_are_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    content = tiny_bundle().read_bytes()
    path = tmp_path / "more.edgekit"
    refused(path, content + b"x")
    refused(path, b"x" + content)
    end = len(content) - END_BYTES
    refused(path, content[:end] + b"x" + content[end:])
    assert refused(path, content + content)


def test_bytes_of_no_member_before_the_directory_are_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    hidden = raw_archive(members_of(tiny_bundle()), gap=b"hidden")
    assert "6 bytes between" in refused(tmp_path / "x.edgekit", hidden)


def test_a_member_that_is_in_it_twice_is_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    doubled = raw_archive(members_of(tiny_bundle()), twice="graphs/float.onnx")
    assert "graphs/float.onnx is in it twice" in refused(tmp_path / "x.edgekit", doubled)


def test_the_raw_archive_of_these_tests_is_the_writers(tiny_bundle: MakeBundle) -> None:
    path = tiny_bundle()
    assert raw_archive(members_of(path)) == path.read_bytes()


def test_the_same_content_zipped_by_another_program_is_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    members = members_of(tiny_bundle())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = sha256(members["manifest.json"]).hexdigest().encode()
    refused(tmp_path / "x.edgekit", buffer.getvalue())


def test_members_in_another_order_are_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    members = members_of(tiny_bundle())
    names = [*list(members)[:1], *list(members)[:0:-1]]
    text = refused(tmp_path / "x.edgekit", raw_archive({name: members[name] for name in names}))
    assert "order" in text


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "graphs/../../evil", "golden/float/../1.npy", "x.txt", ""])
def test_a_member_of_another_name_is_refused_by_reader_and_writer(
    name: str, tiny_bundle: MakeBundle, tmp_path: Path
) -> None:
    path = tiny_bundle()
    members = {**members_of(path), name: b"x"}
    assert repr(name) in refused(tmp_path / "x.edgekit", raw_archive(members))
    with pytest.raises(BundleError, match="cannot have a member"):
        write_bundle(tmp_path / "y.edgekit", read_bundle(path).manifest, {name: b"x"})
    assert not (tmp_path / "y.edgekit").exists()


def test_a_member_that_the_manifest_does_not_know_is_refused(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    members = members_of(tiny_bundle(encodings=(Encoding.FLOAT,)))
    order = [*list(members)[:2], "report.json", *list(members)[2:]]
    extra = {name: members.get(name, b"{}") for name in order}
    assert "report.json is not in its manifest" in refused(tmp_path / "x.edgekit", raw_archive(extra))


def test_a_member_that_is_missing_is_named(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    members = members_of(tiny_bundle())
    del members["golden/prepared.npy"]
    assert "golden/prepared.npy is missing" in refused(tmp_path / "x.edgekit", raw_archive(members))


def test_sizes_that_are_only_claimed_allocate_nothing(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    members = members_of(tiny_bundle())
    huge = raw_archive(members, claimed={"graphs/float.onnx": 2**32 - 1})
    assert "graphs/float.onnx claims 4294967295 bytes" in refused(tmp_path / "x.edgekit", huge)
    large = raw_archive(members, claimed={"graphs/float.onnx": 2**30})
    assert "does not lie before the directory" in refused(tmp_path / "x.edgekit", large)
    many = raw_archive({"manifest.json": b""} | {f"m{index}": b"" for index in range(300)})
    assert "claims 301 members" in refused(tmp_path / "x.edgekit", many)


def test_a_sparse_file_of_terabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "x.edgekit"
    with path.open("wb") as file:
        file.truncate(2**42)
    with pytest.raises(BundleError, match="at most"):
        Bundle.open(path)


def test_what_is_no_bundle_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "x.edgekit"
    with pytest.raises(BundleError, match="There is no bundle"):
        Bundle.open(path)
    with pytest.raises(BundleError, match="is a folder"):
        Bundle.open(tmp_path)
    path.write_bytes(b"not a zip at all" * 20)
    with pytest.raises(BundleError, match="is not a bundle"):
        Bundle.open(path)
    path.write_bytes(b"")
    with pytest.raises(BundleError, match="is not a bundle"):
        Bundle.open(path)


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"[]\n", "not a JSON object"),
        (b"{", "not JSON"),
        (b'{"format_version": 2}', "format version 2"),
        (b'{"format_version": 1}', "not in the writer's form"),
        (b'{\n "format_version": 1\n}\n', "Field required"),
        (b'{\n "format_version": 1,\n "format_version": 1\n}\n', "not in the writer's form"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_manifest_that_hashes_well_may_still_be_wrong(manifest: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.edgekit"
    path.write_bytes(raw_archive({"manifest.json": manifest}))
    with pytest.raises(BundleError, match=says):
        read_bundle(path)


def test_a_failed_write_leaves_the_old_file(tiny_bundle: MakeBundle, tmp_path: Path) -> None:
    path = tiny_bundle()
    archive = read_bundle(path)
    old = path.read_bytes()
    with pytest.raises(OutputError):
        write_bundle(path / "inside-a-file.edgekit", archive.manifest, {})
    with pytest.raises(BundleError):
        write_bundle(path, archive.manifest, {"nonsense": b""})
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
