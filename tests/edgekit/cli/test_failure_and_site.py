from __future__ import annotations

import pytest
import typer

from edgekit.cli.failure import guarded
from edgekit.cli.site import RunOptions, site_for_run
from edgekit.errors import SourceError


def test_a_traceback_hides_the_passwords_of_what_caused_an_error(capsys) -> None:
    def expected() -> None:
        try:
            raise OSError("rtsp://user:hunter2@camera/live refused")
        except OSError as error:
            raise SourceError("no camera.") from error

    def unexpected() -> None:
        raise OSError("rtsp://user:hunter2@camera/live refused")

    for command, code in ((expected, 3), (unexpected, 1)):
        with pytest.raises(typer.Exit) as caught:
            guarded(command, debug=True)()
        assert caught.value.exit_code == code
        said = capsys.readouterr().err
        assert "rtsp://user:***@camera/live refused" in said
        assert "Traceback" in said
        assert "hunter2" not in said


@pytest.mark.parametrize("source", ["python:shop.cameras:aisle", "gst: videotestsrc ! appsink", "basler:0815"])
def test_a_source_with_a_scheme_is_no_path(tmp_path, monkeypatch, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    site = site_for_run(RunOptions(camera=source, planogram=tmp_path / "p.yaml"))
    assert site.cameras[0].source.url == source


def test_a_path_is_relative_to_where_the_command_is_typed_and_a_folder_keeps_its_slash(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ("clip.mp4", "pictures/"):
        site = site_for_run(RunOptions(camera=text, planogram=tmp_path / "p.yaml"))
        assert site.cameras[0].source.url == f"{tmp_path}/{text}"
