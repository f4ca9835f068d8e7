from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgekit.assets import Asset, asset, catalogue
from edgekit.errors import AssetError, OutputError

CONTENT = b"a public file" * 1000


class Server(http.server.ThreadingHTTPServer):
    asked: int = 0
    content: bytes = CONTENT


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.path != "/file.bin":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), _Handler) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        served.shutdown()
        thread.join()


def known(url: str = "http://127.0.0.1:9/file.bin") -> dict[str, Asset]:
    digest = hashlib.sha256(CONTENT).hexdigest()
    return {"some/file.bin": Asset("some/file.bin", url, len(CONTENT), digest, "CC0-1.0")}


def url_of(server: Server, name: str = "file.bin") -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/{name}"


def environment(folder: Path, *, given: bool = False) -> dict[str, str]:
    named = {"XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder)}
    return named | {"EDGEKIT_ASSETS": str(folder / "given")} if given else named


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_the_given_folder_comes_first_then_the_cache(tmp_path: Path) -> None:
    cached = put(tmp_path / "cache/edgekit/assets/some/file.bin")
    assert asset("some/file.bin", environment=environment(tmp_path, given=True), assets=known()) == cached
    given = put(tmp_path / "given/some/file.bin")
    assert asset("some/file.bin", environment=environment(tmp_path, given=True), assets=known()) == given
    assert asset("some/file.bin", environment=environment(tmp_path), assets=known()) == cached


def test_what_is_nowhere_is_downloaded_once(tmp_path: Path, server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        found = asset("some/file.bin", environment=environment(tmp_path), assets=known(url_of(server)))
        assert found == tmp_path / "cache/edgekit/assets/some/file.bin"
        assert found.read_bytes() == CONTENT
    assert server.asked == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("given", [True, False])
def test_a_changed_byte_is_found_every_time(tmp_path: Path, *, given: bool) -> None:
    place = put(tmp_path / ("given" if given else "cache/edgekit/assets") / "some/file.bin")
    asset("some/file.bin", environment=environment(tmp_path, given=given), assets=known())
    place.write_bytes(b"A" + CONTENT[1:])
    with pytest.raises(AssetError) as caught:
        asset("some/file.bin", environment=environment(tmp_path, given=given), assets=known())
    assert str(place) in str(caught.value)
    assert known()["some/file.bin"].sha256 in str(caught.value)
    assert hashlib.sha256(b"A" + CONTENT[1:]).hexdigest() in str(caught.value)


def left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_download_with_another_hash_leaves_nothing(tmp_path: Path, server: Server) -> None:
    server.content = b"B" + CONTENT[1:]
    with pytest.raises(AssetError, match="gave another file") as caught:
        asset("some/file.bin", environment=environment(tmp_path), assets=known(url_of(server)))
    assert hashlib.sha256(server.content).hexdigest() in str(caught.value)
    assert left_behind(tmp_path) == []


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path, server: Server) -> None:
    server.content = CONTENT[:100]
    with pytest.raises(AssetError):
        asset("some/file.bin", environment=environment(tmp_path), assets=known(url_of(server)))
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("given", [True, False])
def test_what_is_not_to_be_had_is_one_line_with_url_size_and_place(tmp_path: Path, *, given: bool) -> None:
    with pytest.raises(AssetError) as caught:
        asset("some/file.bin", environment=environment(tmp_path, given=given), assets=known())
    said = str(caught.value)
    assert "\n" not in said
    assert "http://127.0.0.1:9/file.bin" in said
    assert "13000 bytes" in said
    assert "refused" in said
    assert str(tmp_path / ("given" if given else "cache/edgekit/assets") / "some/file.bin") in said
    assert left_behind(tmp_path) == []


def test_an_answer_that_is_no_file_is_said(tmp_path: Path, server: Server) -> None:
    with pytest.raises(AssetError, match="the server answered 404"):
        asset("some/file.bin", environment=environment(tmp_path), assets=known(url_of(server, "other.bin")))


def test_a_cache_that_cannot_be_made_is_said(tmp_path: Path, server: Server) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="Cannot write"):
        asset("some/file.bin", environment=environment(tmp_path), assets=known(url_of(server)))


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(AssetError, match=r"There are: .*models/yolox_nano\.onnx"):
        asset("models/yolo.onnx", environment={})


def test_every_entry_of_the_catalogue_is_whole() -> None:
    for path, entry in catalogue().items():
        assert entry.path == path
        assert not Path(path).is_absolute()
        assert ".." not in path
        assert entry.url.startswith("https://")
        assert len(bytes.fromhex(entry.sha256)) == 32
        assert entry.size_bytes > 0
        assert entry.licence
        assert entry.attribution


def test_the_public_files_are_those_of_the_catalogue(assets_dir: Path, tmp_path: Path) -> None:
    named = {"EDGEKIT_ASSETS": str(assets_dir), "XDG_CACHE_HOME": str(tmp_path)}
    for path in catalogue():
        assert asset(path, environment=named) == assets_dir / path
