"""A picture at an address: fetched from the open internet or the service, from nowhere else."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import ProviderError, Reason
from bot.images.providers import download, wire
from tests.images.scripted_api import (
    Script,
    ScriptedApi,
    answer,
    drip,
    hang,
    in_turn,
    reset,
    serving,
)
from tests.images.services import JPEG

SERVICE = "https://api.example.com/v1"
PICTURE = answer(200, JPEG, kind="image/jpeg")


@pytest.fixture(name="api")
def _api() -> Iterator[ScriptedApi]:
    with serving() as server:
        server.script = PICTURE
        yield server


def failure(link: str, *, service: str = SERVICE, seconds: float = 5) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        download.fetch(link, service=service, seconds=seconds)
    found = raised.value
    assert (found.reason, found.billed, found.retry_after) == (Reason.BAD_PICTURE, True, None)
    return found


def test_the_services_own_host_may_be_one_of_ours(api: ScriptedApi) -> None:
    link = f"{api.home}/a.jpg"

    assert download.fetch(link, service=api.url) == JPEG
    [heard] = api.heard
    assert heard.headers == {
        "host": api.home.removeprefix("http://"),
        "user-agent": "huaxin",
        "accept": "image/*",
        "accept-encoding": "identity",
        "connection": "close",
    }


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0", "localhost", "[::1]",
        "[::ffff:127.0.0.1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "[fe80::1]", "[fd00::1]", "100.64.0.1", "224.0.0.1", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "[::]", "198.18.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_nothing_is_fetched_from_within(api: ScriptedApi, host: str) -> None:
    port = api.server_address[1]
    for scheme in ("http", "https"):
        assert "not on a public host" in str(failure(f"{scheme}://{host}:{port}/latest/meta-data"))

    assert api.heard == []


@pytest.mark.parametrize(
    "link",
    [
        "http://",
        "https:///a",
        "http://user:pw@8.8.8.8/a",
        "http://8.8.8.8:99999/a",
        "http://[::1/a",
    ],
)
def test_what_is_no_address_is_said_so(link: str) -> None:
    assert "no address that can be used" in str(failure(link))


def test_another_port_of_the_services_host_is_not_the_service(api: ScriptedApi) -> None:
    assert "public" in str(failure(f"{api.home}/a.jpg", service="http://127.0.0.1:1/v1"))
    assert api.heard == []


def test_a_public_host_is_reached_by_https_at_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is looked up once: what a second look-up says does not matter."""
    asked: list[Any] = []
    answers = ["93.184.216.34", "127.0.0.1"]

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        found = answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    sent: list[Any] = []

    class Client(httpx2.AsyncClient):
        async def send(self, request: Any, **_: Any) -> Any:
            sent.append(request)
            raise httpx2.ConnectError("stop here", request=request)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(httpx2, "AsyncClient", Client)

    failure("http://pictures.example.com/a.png?x=1")

    assert asked == ["pictures.example.com"]
    assert {str(one.url) for one in sent} == {"https://93.184.216.34/a.png?x=1"}
    assert {one.headers["host"] for one in sent} == {"pictures.example.com"}
    assert {one.extensions["sni_hostname"] for one in sent} == {"pictures.example.com"}
    assert len(sent) == download.TRIES


def test_one_private_address_among_several_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(_: str, port: int, *__: Any, **___: Any) -> list[Any]:
        return [(2, 1, 6, "", (one, port)) for one in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert "public" in str(failure("https://pictures.example.com/a.png"))


def test_a_host_nobody_knows() -> None:
    assert "not known" in str(failure("https://no-such-host.invalid/a.png"))


@pytest.mark.parametrize(
    ("script", "said", "tries"),
    [
        (answer(302, b"", Location="http://169.254.169.254/"), "HTTP 302", 1),
        (answer(404, b"gone"), "HTTP 404", 1),
        (answer(200, b"<html>"), "no JPEG, PNG or WebP", 1),
        (answer(500, b""), "ReadError", 3),
        (reset, "ReadError", 3),
        (hang(), "within 0.6 s", 1),
        (drip(head=False), "within 0.6 s", 1),
    ],
    ids=["redirect", "gone", "no picture", "500", "reset", "hang", "drip"],
)
def test_what_cannot_be_fetched_was_paid_for(
    api: ScriptedApi, script: Script, said: str, tries: int
) -> None:
    api.script = script
    slow = "within" in said
    begun = time.monotonic()
    found = failure(f"{api.home}/a.jpg?sig=canary", service=api.url, seconds=0.6 if slow else 10)

    assert said in str(found)
    assert "canary" not in str(found)
    assert len(api.heard) == tries
    assert time.monotonic() - begun < 5


def test_too_large_a_picture_is_left_where_it_is(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_MOST_BYTES", 1000)
    api.script = answer(200, JPEG[:100] + bytes(2000), kind="image/jpeg")

    failure(f"{api.home}/a.jpg", service=api.url)


def test_a_fault_on_the_way_does_not_cost_the_picture(api: ScriptedApi) -> None:
    api.script = in_turn(answer(503, b""), reset, PICTURE)

    assert download.fetch(f"{api.home}/a.jpg", service=api.url) == JPEG
    assert len(api.heard) == 3


@pytest.mark.parametrize("name", ["pictures.example.com", "other.example.com"])
def test_the_certificate_is_held_against_the_name_not_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Connected is to an IP address; what the server has to prove is the host of the link."""
    certificate = certified(tmp_path, "pictures.example.com")
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(httpx2, "create_ssl_context", lambda **_: trusting)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, port, *__, **___: [(2, 1, 6, "", ("127.0.0.1", port))]
    )
    presented = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    presented.load_cert_chain(certificate, tmp_path / "key.pem")
    wire.tls.cache_clear()
    try:
        with ScriptedApi() as server:
            server.socket = presented.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
            server.script = PICTURE
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            link = f"https://{name}:{server.server_address[1]}/a.jpg"
            if name == "pictures.example.com":
                assert download.fetch(link, service=link) == JPEG
            else:
                assert "ConnectError" in str(failure(link, service=link))
            server.shutdown()
    finally:
        wire.tls.cache_clear()


def certified(folder: Path, name: str) -> Path:
    """Return a new certificate for *name*, its key beside it as ``key.pem``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path
