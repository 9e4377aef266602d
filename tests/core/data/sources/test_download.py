"""Downloading scripts: once, and whole or not at all."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.data.sources.download import NOTES_ADDRESS, fetch, is_address, secrets_of, show_address
from core.data.sources.source import Source
from core.errors import CorpusError

SCRIPT = b'{"DS9": {"episode 0": "KIRA: No."}}'


class _Answers(BaseHTTPRequestHandler):
    """Answers /whole.json whole, /cut.json cut short, and anything else with 404."""

    asked: list[str]

    def do_GET(self) -> None:  # http.server's name
        """Answer one request."""
        self.asked.append(self.path)
        if self.path.startswith("/none.json"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(SCRIPT)))
        self.end_headers()
        self.wfile.write(SCRIPT if self.path.startswith("/whole.json") else SCRIPT[:10])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Yield a server's address and the paths it was asked for."""
    asked: list[str] = []
    handler = type("Answers", (_Answers,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}", asked
        running.shutdown()
        thread.join()


def test_download_happens_once(server: tuple[str, list[str]], tmp_path: Path) -> None:
    """The second use takes the copy in the cache and asks nobody."""
    address, asked = server
    first = fetch(f"{address}/whole.json", cache=tmp_path)
    assert first.read_bytes() == SCRIPT
    assert fetch(f"{address}/whole.json", cache=tmp_path) == first
    assert asked == ["/whole.json"]


@pytest.mark.parametrize("path", ["/none.json", "/cut.json"])
def test_download_leaves_nothing_half_done(path: str, server: tuple[str, list[str]], tmp_path: Path) -> None:
    """A missing or truncated file leaves nothing in the cache, and is asked for again the next time."""
    address, asked = server
    for _ in range(2):
        with pytest.raises(
            CorpusError, match=r"could not be downloaded .* check the network, or name a file"
        ):
            fetch(address + path, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert asked == [path, path]


def test_download_without_a_network_says_so(tmp_path: Path) -> None:
    """A port where nobody listens gives one sentence with the address and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(CorpusError, match=rf"from http://127.0.0.1:{port}/a.json; check the network"):
        fetch(f"http://127.0.0.1:{port}/a.json", cache=tmp_path)


@pytest.mark.parametrize("address", ["http://[", "http://", "https:///a.json", "http://a b/c"])
def test_download_from_no_address_says_so(address: str, tmp_path: Path) -> None:
    """An address that is none gives the same sentence."""
    with pytest.raises(CorpusError, match="could not be downloaded"):
        fetch(address, cache=tmp_path)


def test_download_into_no_folder_says_so(server: tuple[str, list[str]], tmp_path: Path) -> None:
    """A cache that cannot be made gives a sentence with its place."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CorpusError, match="could not be stored in"):
        fetch(f"{server[0]}/whole.json", cache=tmp_path / "file")


def test_addresses_are_told_from_paths() -> None:
    """What begins with http or https is an address, anything else a path."""
    assert is_address(NOTES_ADDRESS)
    assert is_address("HTTP://host/a.json")
    assert not is_address("data/scripts.json")
    assert not is_address("C:\\scripts.json")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:pass%40word@host:8/a.json?key=1234#x", "https://host:8/a.json"),
        ("https://host/a.json", "https://host/a.json"),
        ("s3://key@bucket/a.json", "s3://bucket/a.json"),
        ("data/what?.json", "data/what?.json"),
        ("http://[?key=1234", "http://..."),
    ],
)
def test_addresses_are_shown_without_their_secrets(address: str, shown: str) -> None:
    """User information, query and fragment are left out; a path stays as it is."""
    assert show_address(address) == shown
    assert all(secret not in shown for secret in secrets_of(address))


def test_download_shows_and_takes_a_secret_address_by_its_variable(
    server: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`env:NAME` fetches what the variable holds, and neither the source nor the error says the secret."""
    address, asked = server
    monkeypatch.setenv("SCRIPTS", f"{address}/whole.json?key=geheim".replace("//", "//me:geheim@"))
    assert fetch("env:SCRIPTS", cache=tmp_path).read_bytes() == SCRIPT
    assert asked == ["/whole.json?key=geheim"]
    assert Source(scripts="env:SCRIPTS", series="all").describe() == f"{address}/whole.json, series all"
    monkeypatch.setenv("SCRIPTS", f"{address}/none.json?key=geheim")
    with pytest.raises(CorpusError) as raised:
        fetch("env:SCRIPTS", cache=tmp_path)
    assert "geheim" not in str(raised.value)
