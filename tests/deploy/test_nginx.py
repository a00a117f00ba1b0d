"""The nginx configuration before a real `huaxin web`: TLS, limits, what gets into the logs."""

import http.client
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.children import free_port
from bot import links
from bot.models import TextMessage, TextReply
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode
from bot.wechat.replies import parse_reply
from tests.deploy.paths import DEPLOY, ROOT, program
from tests.worlds import AES_KEY

pytestmark = pytest.mark.slow
HOST = "127.0.0.1"
SECRET = "secret-key-canary"
CREDENTIALS = Credentials.parse("wx0123456789abcdef", "tokencanary", AES_KEY)
# Only what has to differ on a machine where tests run: ports and folders of our own.
OWN = {
    "worker_processes auto;": "worker_processes auto;{user}",
    "listen 80 default_server": "listen 127.0.0.1:{plain} default_server",
    "listen 443 ssl default_server": "listen 127.0.0.1:{tls} ssl default_server",
    "https://$host$request_uri": "https://$host:{tls}$request_uri",
    "/run/nginx.pid": "{folder}/nginx.pid",
    "/var/log/nginx/": "{folder}/",
    "http {": "http {\nclient_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;",
}


@dataclass
class Said:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Front:
    """nginx before one web process; *dead* is the port of another that is down."""

    folder: Path
    plain: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    web: int = field(default_factory=free_port)
    dead: int = field(default_factory=free_port)
    web_server: subprocess.Popen[bytes] = field(init=False)

    def ask(
        self, path: str, body: bytes | None = None, *, method: str = "", **headers: str
    ) -> Said:
        trusted = ssl.create_default_context(cafile=self.folder / "tls" / "fullchain.pem")
        connection = http.client.HTTPSConnection(HOST, self.tls, timeout=20, context=trusted)
        with closing(connection):
            connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read())

    def push(self, text: str, number: int = 1) -> Said:
        """Push as WeChat does; raises nothing, whatever is answered."""
        message = TextMessage(
            to="gh_0123456789ab",
            openid="oThroughNginx-000000000000001",
            created=int(time.time()),
            msg_id=str(23_000_000_000_000_000 + number),
            content=text,
        )
        query, body = crypto.push(
            CREDENTIALS, codec.render_inbound(message), mode=Mode.SAFE, now=time.time()
        )
        return self.ask(f"/wechat?{urllib.parse.urlencode(query)}", body)

    def logs(self) -> str:
        return "".join(file.read_text() for file in self.folder.glob("*.log"))

    def lay_out(self) -> Path:
        """Write the configuration for here; return the main file."""
        text = (DEPLOY / "nginx" / "nginx.conf").read_text(encoding="utf-8")
        # The folder is the tests' own: whoever runs them has to be who reads it.
        user = "\nuser root;" if os.geteuid() == 0 else ""
        here = {"plain": self.plain, "tls": self.tls, "folder": self.folder, "user": user}
        for wanted, own in OWN.items():
            assert wanted in text
            for name, value in here.items():
                own = own.replace(f"{{{name}}}", str(value))  # noqa: PLW2901 — filled in step by step
            text = text.replace(wanted, own)
        file = self.folder / "nginx.conf"
        file.write_text(text, encoding="utf-8")
        upstream = (DEPLOY / "nginx" / "upstream.conf").read_text(encoding="utf-8")
        line = "server 127.0.0.1:8000 max_fails=0;"
        assert line in upstream
        both = [line.replace("8000", str(port)) for port in (self.dead, self.web)]
        upstream = upstream.replace(line, "\n".join(both))
        (self.folder / "upstream.conf").write_text(upstream, encoding="utf-8")
        certify(self.folder / "tls")
        return file


def certify(folder: Path) -> None:
    """Make a certificate that it signed itself, and its key."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bot.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "privkey.pem").write_bytes(private)


@contextmanager
def running(
    command: list[str], port: int, log: Path, **env: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server from when it listens."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, env={**os.environ, **env}, cwd=log.parent
        )
    try:
        until = time.monotonic() + 60
        while not _listens(port):
            assert process.poll() is None, log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < until, "it never listened"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(name="front", scope="module")
def _front(tmp_path_factory: pytest.TempPathFactory, first_database: Path) -> Iterator[Front]:
    front = Front(tmp_path_factory.mktemp("front"))
    shutil.copy(first_database, front.folder)
    env = {
        "WECHAT_APP_ID": CREDENTIALS.app_id,
        "WECHAT_APP_SECRET": "app-secret-canary",
        "WECHAT_TOKEN": "tokencanary",
        "WECHAT_AES_KEY": AES_KEY,
        "OPENAI_API_KEY": "sk-canary",
        "SECRET_KEY": SECRET,
        "DATA_DIR": str(front.folder),
        "BIND": f"{HOST}:{front.web}",
        "WEB_PROCESSES": "1",
        "NOTIFY_SOCKET": str(front.folder / "notify"),
        "PYTHONPATH": str(ROOT),
    }
    nginx = [program("nginx"), "-c", str(front.lay_out()), "-g", "daemon off;"]
    tested = subprocess.run([*nginx[:3], "-t"], capture_output=True, text=True, check=False)
    assert "[warn]" not in tested.stderr
    assert tested.returncode == 0, tested.stderr
    web = [sys.executable, "-m", "bot.cli", "web"]
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notified.bind(str(front.folder / "notify"))
    notified.settimeout(60)
    with (
        closing(notified),
        running(web, front.web, front.folder / "web.out", **env) as front.web_server,
        running(nginx, front.tls, front.folder / "nginx.out"),
    ):
        assert b"READY=1" in notified.recv(1000)  # huaxin-web.service is of Type=notify
        ready = f"http://{HOST}:{front.web}/healthz"  # it listens before it has loaded
        assert urllib.request.urlopen(ready, timeout=60).read() == b"ok"
        yield front


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_a_push_is_answered_through_tls_though_every_other_server_is_down(front: Front) -> None:
    """A message may be sent to the next: its answer repeats."""
    answers = [front.push("电子书", number) for number in range(6)]

    assert [one.status for one in answers] == [200] * 6
    replies = {parse_reply(crypto.open_reply(CREDENTIALS, one.body))[0] for one in answers}
    assert len(replies) == 1
    assert isinstance(reply := replies.pop(), TextReply)
    assert "电子书" in reply.content


def test_what_is_too_large_or_of_the_wrong_kind_ends_at_nginx(front: Front) -> None:
    sizes = [front.ask("/wechat?signature=x", b"x" * size).status for size in (2_000_000, 66_000)]
    forged = front.ask("/wechat?signature=abc&timestamp=1&nonce=2", b"<xml/>").status

    assert sizes == [413, 413]
    assert forged in {400, 403}
    assert front.ask("/wechat", method="PUT").status == 403
    assert front.ask("/p/x", b"form").status == 403
    assert front.ask("/terms", b"x" * 70_000).status == 413
    assert front.ask("/admin/login", b"x" * 13_000_000).status == 413
    assert front.ask("/admin/login", b"x" * 3_000_000).status != 413


def test_the_console_is_behind_tls_and_no_header_is_doubled(front: Front) -> None:
    page = front.ask("/admin/setup/")

    assert page.status == 200
    single = ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"]
    single += ["Strict-Transport-Security", "X-Frame-Options", "Cache-Control"]
    counted = {name: len(page.headers.get_all(name, [])) for name in single}
    assert {name for name, count in counted.items() if count > 1} == set()
    assert counted["Strict-Transport-Security"] == counted["Content-Security-Policy"] == 1
    assert page.headers["Server"] == "nginx"
    connection = http.client.HTTPConnection(HOST, front.plain, timeout=10)
    with closing(connection):
        connection.request("GET", "/admin/")
        sent_on = connection.getresponse()
        assert (sent_on.status, sent_on.headers["Location"]) == (
            301,
            f"https://{HOST}:{front.tls}/admin/",
        )


def test_who_asks_is_who_nginx_sees_not_what_they_say(front: Front) -> None:
    """The address stands in the login log, and is what the throttle counts by."""
    page = front.ask("/admin/setup/")
    cookie = page.headers["Set-Cookie"].partition(";")
    assert "Secure" in cookie[2]
    csrf = page.body.decode().partition('name="csrf" value="')[2].partition('"')[0]
    typed = {"csrf": csrf, "code": "wrong", "name": "somebody"} | dict.fromkeys(
        ("password", "again"), "a kettle on the roof"
    )
    form = urllib.parse.urlencode(typed).encode()
    said = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie[0]}
    front.ask("/admin/setup/", form, **said, **{"X-Forwarded-For": "203.0.113.9"})

    with closing(sqlite3.connect(front.folder / "huaxin.db", timeout=10)) as db:
        assert db.execute("SELECT DISTINCT address FROM login").fetchall() == [(HOST,)]


def test_what_is_not_for_strangers_is_not_there(front: Front) -> None:
    assert front.ask("/healthz").body == b"ok"
    assert [front.ask(path).status for path in ("/readyz", "/metrics")] == [404, 404]


def test_no_log_tells_a_signature_or_a_link(front: Front) -> None:
    """Not even the error log, which quotes the whole request when no server answers."""
    link = links.sign(SECRET, "2026-11-27/1-00.jpg")
    canaries = f"/wechat?signature=canary&timestamp={int(time.time())}&nonce=canary"
    front.push("电子书", 9)
    assert front.ask(f"/p/{link}", Referer="https://canary.example/").status == 404
    front.web_server.terminate()
    front.web_server.wait(timeout=30)
    paths = (canaries, f"/p/{link}", "/terms")
    assert [front.ask(path).status for path in paths] == [502, 502, 502]

    lines = front.logs().splitlines()
    assert [one for one in lines if " POST /wechat 200 " in one]
    assert [one for one in lines if " GET /p/*** 404 " in one]
    assert [one for one in lines if "upstream" in one and "GET /terms" in one]
    for hidden in ("signature", "canary", "nonce", link):
        assert [one for one in lines if hidden in one] == []
