"""A bundle's bytes: written the same for the same content, and read without trust.

The reader rebuilds every byte that the writer would have written around the members' contents, compares, and
checks each content's hash, before any parser sees it. So a bundle is either exactly the writer's, or refused with
the name of the member where it differs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn
from zlib import crc32

from pydantic import ValidationError

from edgekit.bundle.layout import (
    END_BYTES,
    directory_entry,
    end_record,
    local_header,
    parse_directory,
    parse_end,
)
from edgekit.bundle.manifest import FORMAT_VERSION, FileSpec, Manifest
from edgekit.bundle.members import MANIFEST, MAX_BUNDLE_BYTES, MAX_MEMBERS, in_order, is_member, limit_bytes
from edgekit.errors import BundleError, BundleTampered, InputError
from edgekit.files import replacing

__all__ = ["Archive", "read_bundle", "write_bundle"]

_AGAIN = "Get the file again, or export it anew."


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """A bundle's verified content.

    Attributes:
        manifest: parsed.
        members: content by path, views of one buffer; the manifest is not among them.
        sha256: hex digest of the manifest's bytes, which cover every other byte.
    """

    manifest: Manifest
    members: Mapping[str, memoryview]
    sha256: str


def write_bundle(path: Path, manifest: Manifest, members: Mapping[str, bytes]) -> str:
    """Write a bundle, whole or not at all; the same input gives the same bytes.

    Args:
        path: where to; an old file is replaced.
        manifest: `files` is filled in here.
        members: content by path, without the manifest.

    Returns:
        SHA-256 of the manifest, hex.

    Raises:
        BundleError: a member's name or size is not allowed.
        OutputError: the file cannot be written.
    """
    files = {}
    for name in in_order(_allowed(path, members)):
        content = members[name]
        if len(content) > limit_bytes(name):
            raise BundleError(f"{path}: {name} has {len(content)} bytes; at most {limit_bytes(name)} are allowed.")
        files[name] = FileSpec(sha256=sha256(content).hexdigest(), bytes=len(content))
    text = _canonical(manifest.model_copy(update={"files": files}).model_dump(mode="json"))
    digest = sha256(text).hexdigest()
    contents = {MANIFEST: text, **{name: members[name] for name in files}}
    if sum(map(len, contents.values())) > MAX_BUNDLE_BYTES - 2**20:
        raise BundleError(f"{path} would be larger than {MAX_BUNDLE_BYTES} bytes.")
    with replacing(path) as temporary, temporary.open("wb") as out:
        offset = 0
        directory = []
        for name, content in contents.items():
            described = name, crc32(content), len(content)
            header = local_header(*described)
            directory.append(directory_entry(*described, offset))
            out.write(header)
            out.write(content)
            offset += len(header) + len(content)
        listing = b"".join(directory)
        out.write(listing)
        out.write(end_record(len(directory), len(listing), offset, digest))
    return digest


def read_bundle(path: Path) -> Archive:
    """Read and verify a bundle.

    Raises:
        BundleError: there is no such file, it is no bundle, or it is of a newer format.
        BundleTampered: its bytes are not what the writer wrote; the message names the member.
    """
    data = _read(path)
    parsed = parse_end(data[-END_BYTES:])
    if parsed is None:
        if bytes(data[:4]) != b"PK\3\4":
            raise BundleError(f"{path} is not a bundle.", hint="A bundle is what `edgekit export` writes.")
        _tampered(path, "its end is cut off or was changed")
    count, directory_bytes, directory_at, comment = parsed
    contents = _contents(path, data, count, directory_bytes, directory_at)
    digest = sha256(contents[MANIFEST]).hexdigest()
    if comment != digest.encode("ascii"):
        _tampered(path, f"{MANIFEST} was changed, or the hash of it in the ZIP comment was")
    manifest = _manifest(path, bytes(contents.pop(MANIFEST)))
    _check_hashes(path, manifest, contents)
    return Archive(manifest, contents, digest)


def _tampered(path: Path, what: str) -> NoReturn:
    raise BundleTampered(f"{path} is not as it was written: {what}.", hint=_AGAIN)


def _allowed(path: Path, names: Mapping[str, bytes]) -> list[str]:
    for name in names:
        if name == MANIFEST or not is_member(name):
            raise BundleError(f"{path}: a bundle cannot have a member {name!r}.")
    if len(names) >= MAX_MEMBERS:
        raise BundleError(f"{path}: a bundle cannot have more than {MAX_MEMBERS} members.")
    return list(names)


def _read(path: Path) -> memoryview:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BundleError(f"{path} is a folder, not a bundle.")
        if size > MAX_BUNDLE_BYTES:
            raise BundleError(f"{path} has {size} bytes; a bundle has at most {MAX_BUNDLE_BYTES}.")
        with path.open("rb") as file:
            return memoryview(file.read(MAX_BUNDLE_BYTES + 1))
    except FileNotFoundError:
        raise BundleError(f"There is no bundle {path}.", hint="`edgekit export` writes one.") from None
    except OSError as error:
        raise BundleError(f"Cannot read {path}: {error.strerror or error}.") from error


def _contents(
    path: Path, data: memoryview, count: int, directory_bytes: int, directory_at: int
) -> dict[str, memoryview]:
    """Every member's content, after every byte around the contents was compared with the writer's."""
    if count > MAX_MEMBERS:
        _tampered(path, f"it claims {count} members; at most {MAX_MEMBERS} are allowed")
    if directory_at + directory_bytes + END_BYTES != len(data):
        _tampered(path, "its directory does not end where its end record says, so bytes were added or are missing")
    directory = data[directory_at : directory_at + directory_bytes]
    entries = parse_directory(directory, count)
    if entries is None:
        _tampered(path, "its directory was changed")
    names = [raw.decode("ascii", "backslashreplace") for raw, _ in entries]
    if not names or names[0] != MANIFEST:
        _tampered(path, f"its first member is not {MANIFEST}")
    contents: dict[str, memoryview] = {}
    offset = listed = 0
    for name, (_, size) in zip(names, entries, strict=True):
        if not is_member(name):
            _tampered(path, f"a bundle has no member {name!r}")
        if name in contents:
            _tampered(path, f"{name} is in it twice")
        if size > limit_bytes(name):
            _tampered(path, f"{name} claims {size} bytes; at most {limit_bytes(name)} are allowed")
        start = offset + len(local_header(name, 0, size))
        content = data[start : start + size]
        if start + size > directory_at:
            _tampered(path, f"{name} does not lie before the directory")
        described = name, crc32(content), size
        entry = directory_entry(*described, offset)
        if data[offset:start] != local_header(*described) or directory[listed : listed + len(entry)] != entry:
            _tampered(path, f"{name} was changed, or what the archive says of it was")
        contents[name] = content
        offset, listed = start + size, listed + len(entry)
    if offset != directory_at:
        _tampered(path, f"{directory_at - offset} bytes between {names[-1]} and the directory belong to no member")
    if names != in_order(names):
        _tampered(path, "its members are not in the writer's order")
    return contents


def _manifest(path: Path, text: bytes) -> Manifest:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: {MANIFEST} is not JSON: {error}.") from error
    if not isinstance(raw, dict):
        raise BundleError(f"{path}: {MANIFEST} is not a JSON object.")
    if raw.get("format_version") != FORMAT_VERSION:
        raise BundleError(
            f"{path} has format version {raw.get('format_version')!r}; this edgekit reads {FORMAT_VERSION}.",
            hint="Use the edgekit that wrote it, or a newer one.",
        )
    if _canonical(raw) != text:
        _tampered(path, f"{MANIFEST} is not in the writer's form")
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BundleError(f"{path}: {MANIFEST}: {where}: {first['msg']}.") from error


def _check_hashes(path: Path, manifest: Manifest, contents: Mapping[str, memoryview]) -> None:
    if missing := sorted(set(manifest.files) - set(contents)):
        _tampered(path, f"{missing[0]} is missing")
    for name, content in contents.items():
        spec = manifest.files.get(name)
        if spec is None:
            _tampered(path, f"{name} is not in its manifest")
        if spec.bytes != len(content) or spec.sha256 != sha256(content).hexdigest():
            _tampered(path, f"{name} was changed")


def _canonical(value: Any) -> bytes:
    """The one form of a manifest's JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
        return text.encode() + b"\n"
    except ValueError as error:
        raise InputError(f"{MANIFEST} holds a number that JSON cannot: {error}.") from error
