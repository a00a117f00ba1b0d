"""nginx before several web processes, by the configuration of ``deploy/``, without TLS."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from bench.children import BenchError
from bot.settings import ROOT

NGINX = ROOT / "deploy" / "nginx"
TLS = re.compile(r"^ *ssl_.*;\n", re.MULTILINE)
UPSTREAM = "server 127.0.0.1:8000 max_fails=0;"


@contextmanager
def serving(folder: Path, bind: str, webs: Sequence[str]) -> Iterator[None]:
    """Serve on *bind* what *webs* answer; *folder* is nginx's own."""
    _lay_out(folder, bind, webs)
    program = which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise BenchError("没有 nginx：先运行 tools/test-packages")
    words = ["-c", str(folder / "nginx.conf"), "-p", str(folder), "-g", "daemon off;"]
    nginx = subprocess.Popen([program, *words], stderr=subprocess.DEVNULL)  # noqa: S603 — our own
    try:
        yield
    finally:
        nginx.terminate()
        nginx.wait(10)


def _lay_out(folder: Path, bind: str, webs: Sequence[str]) -> None:
    folder.mkdir()
    text = TLS.sub("", (NGINX / "nginx.conf").read_text(encoding="utf-8"))
    user = "\nuser root;" if os.geteuid() == 0 else ""
    for wanted, own in (
        ("worker_processes auto;", f"worker_processes 1;{user}"),
        ("listen 80 default_server;", f"listen unix:{folder}/plain;"),
        ("listen 443 ssl default_server;", f"listen {bind};"),
        ("/run/nginx.pid", f"{folder}/nginx.pid"),
        ("/var/log/nginx/", f"{folder}/"),
        (
            "http {",
            f"http {{\nclient_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;",
        ),
    ):
        text = text.replace(wanted, own)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    upstream = (NGINX / "upstream.conf").read_text(encoding="utf-8")
    servers = "\n".join(UPSTREAM.replace("127.0.0.1:8000", web) for web in webs)
    (folder / "upstream.conf").write_text(upstream.replace(UPSTREAM, servers), encoding="utf-8")
