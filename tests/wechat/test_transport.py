"""Connections, deadlines and faults on real sockets."""

import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import ConfigError
from bot.wechat.client import WeChat
from tests.wechat.scripted_wechat import (
    HEAD,
    OK,
    SECRET,
    SEND,
    STABLE_TOKEN,
    Answer,
    ScriptedWeChat,
    drip,
    hang,
    refusal,
    refuses,
    reset,
    send,
    token,
)


class TestTime:
    @pytest.mark.parametrize(
        "answer",
        [
            hang,
            drip(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"a"),
            drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
            drip(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
            drip(HEAD + b"Connection: close\r\n\r\n", b" "),
            drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        ],
        ids=["hang", "head", "100", "body", "close", "chunked"],
    )
    def test_every_answer_has_an_end(self, platform: ScriptedWeChat, answer: Answer) -> None:
        client = WeChat("wx1", SECRET, api_base=platform.address, read_timeout=0.4, deadline=0.8)
        platform.on(SEND, answer)
        begun = time.monotonic()
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, True)
        assert time.monotonic() - begun < 15

    def test_renewing_and_trying_again_share_the_deadline(self, platform: ScriptedWeChat) -> None:
        client = WeChat("wx1", SECRET, api_base=platform.address, read_timeout=5, deadline=0.8)
        platform.on(STABLE_TOKEN, token("TOKEN-1"), drip(HEAD, b"X: y\r\n"))
        platform.on(SEND, refuses(40001))
        begun = time.monotonic()
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, False)
        assert time.monotonic() - begun < 15

    def test_silence_ends_before_the_deadline(self, platform: ScriptedWeChat) -> None:
        client = WeChat("wx1", SECRET, api_base=platform.address, read_timeout=0.2, deadline=30)
        platform.on(SEND, hang)
        begun = time.monotonic()
        error = refusal(lambda: send(client))

        assert (str(error), error.sent) == ("0 TimeoutError", True)
        assert time.monotonic() - begun < 15

    def test_an_upload_nobody_reads_has_an_end(self, platform: ScriptedWeChat) -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            client = _with_token(platform, deaf.getsockname()[1])
            begun = time.monotonic()
            error = refusal(
                lambda: client.upload_temporary("image", "a.jpg", bytes(20_000_000), "image/jpeg")
            )

        assert (error.code, error.sent) == (0, True)
        assert time.monotonic() - begun < 15

    def test_no_connection_means_not_sent(self, platform: ScriptedWeChat) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        error = refusal(lambda: send(_with_token(platform, port)))

        assert (str(error), error.sent) == ("0 not connected: ConnectionRefusedError", False)

    def test_an_answer_lost_after_the_send_was_accepted_is_not_repeated(
        self, platform: ScriptedWeChat, client: WeChat
    ) -> None:
        accepted: list[bool] = []

        def accept_and_vanish(peer: socket.socket) -> None:
            accepted.append(True)
            reset(peer)

        platform.on(SEND, accept_and_vanish)
        error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, True)
        assert accepted == [True]


class TestConnection:
    def test_the_environments_proxy_is_passed_over(
        self, platform: ScriptedWeChat, client: WeChat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        platform.on(SEND, OK)
        send(client)

        assert len(platform.asked(SEND)) == 1

    def test_an_unknown_certificate_is_refused(self, tmp_path: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(tmp_path))
        with socket.create_server(("127.0.0.1", 0)) as door:
            threading.Thread(target=_handshake, args=(door, context), daemon=True).start()
            client = WeChat("wx1", SECRET, api_base=f"https://127.0.0.1:{door.getsockname()[1]}")
            error = refusal(lambda: send(client))

        assert (error.code, error.sent) == (0, False)
        assert str(error) == "0 not connected: SSLCertVerificationError"

    @pytest.mark.parametrize(
        "base", ["", "api.weixin.qq.com", "ftp://a", "https://", "http://a:b", "http://["]
    )
    def test_an_unusable_address_is_named(self, base: str) -> None:
        with pytest.raises(ConfigError, match="WECHAT_API_BASE"):
            WeChat("wx1", SECRET, api_base=base)

    def test_an_address_may_have_a_path_of_its_own(self, platform: ScriptedWeChat) -> None:
        platform.on("/relay/cgi-bin/stable_token", token("TOKEN-9"))
        client = WeChat("wx1", SECRET, api_base=f"{platform.address}/relay/")

        assert client.access_token == "TOKEN-9"

    @pytest.mark.parametrize("module", ["crypto", "codec", "replies", "errcodes"])
    def test_the_pure_parts_need_no_client(self, module: str) -> None:
        code = (
            f"import sys, bot.wechat.{module};"
            "print([name for name in ('wechatpy', 'requests', 'urllib3') if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

        assert done.stdout == b"[]\n"


def _with_token(platform: ScriptedWeChat, port: int) -> WeChat:
    """Return a client of *port* whose token came from *platform*."""
    known = WeChat("wx1", SECRET, api_base=platform.address)
    assert known.access_token == "TOKEN-1"
    client = WeChat("wx1", SECRET, api_base=f"http://127.0.0.1:{port}", upload_deadline=0.8)
    client._token = known._token
    return client


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "certificate.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _handshake(door: socket.socket, context: ssl.SSLContext) -> None:
    peer, _ = door.accept()
    with peer:
        try:
            context.wrap_socket(peer, server_side=True).close()
        except OSError:
            return
