"""Logs: one line per step, text or JSON, with secrets and openids taken out on the way."""

import atexit
import json
import logging
import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

PAUSE = 0.1  # seconds between two batches of lines
PATIENCE = 1.0  # seconds a warning may take its caller
MOST = 10_000  # lines that wait to be written
# Third parties may log or raise what we never would.
SECRETS = re.compile(
    r"(?P<name>access_token=|secret=|\"(?:access_token|secret|appsecret)\"\s*:\s*\"|Bearer\s+)"
    r"[^&\s\"']+",
    re.IGNORECASE,
)
# Every line pays for this and for OPENIDS, so both begin with what is quickly looked for.
SUSPECT = re.compile("[tsb](?:oken|ecret|earer|k-)", re.IGNORECASE)
KEYS = re.compile(r"\bsk-[A-Za-z0-9_\-]{8,}")
# What a JSON line says apart, so that a search need not read sentences. A line begins with them.
NAMES = re.compile(r"(job|parcel|message|handler|rule|refused)=([^\s=]+)")
OPENIDS = re.compile(r"(o(?<![\w-]o)[\w-]{5})[\w-]{22}(?![\w-])", re.ASCII)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return *text* without *secrets*, and what looks like a token, a secret or a whole openid."""
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, "***")
    if SUSPECT.search(text):
        text = KEYS.sub("sk-***", SECRETS.sub(r"\g<name>***", text))
    return OPENIDS.sub(lambda found: f"{found[1]}…", text)


class Text(logging.Formatter):
    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s  %(message)s", "%H:%M:%S")
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record), self._secrets)


class Json(logging.Formatter):
    """A line as JSON; *key* is the message's, the same from the push to the picture."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        said = redact(record.getMessage(), self._secrets)
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said,
        }
        for name, value in NAMES.findall(said):
            line.setdefault("key" if name == "message" else name, value)
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info), self._secrets)
        return json.dumps(line, ensure_ascii=False)


class Batches(logging.Handler):
    """Writes lines from a thread of its own, many at once: no reply waits for its log.

    A warning is written before its caller goes on; at a ``kill -9`` the last tenth of a second of
    the rest is lost. Where nobody reads the other end of a pipe a caller waits `PATIENCE`, once,
    and the newest `MOST` lines are kept.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._records: deque[logging.LogRecord] = deque(maxlen=MOST)
        self._start()
        # gunicorn forks: a thread does not come along.
        os.register_at_fork(before=self.flush, after_in_child=self._start)
        atexit.register(self.flush)

    def createLock(self) -> None:  # noqa: N802 — logging's own name
        """Do without: appending to a deque is atomic, and threads would queue here."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        # Said now, for what it speaks of may change; the rest is done by whoever writes.
        record.msg, record.args = record.getMessage(), None
        self._records.append(record)
        if record.levelno >= logging.WARNING:
            self.flush()

    def flush(self) -> None:
        """Have everything written that was said so far."""
        begun = self._begun
        if begun and time.monotonic() - begun > PATIENCE:
            return
        written = threading.Event()
        self._waiting.append(written)
        self._look.set()
        written.wait(PATIENCE)

    def _start(self) -> None:
        self._begun = 0.0  # when the line that is just written was, by the monotonic clock
        self._look = threading.Event()
        self._waiting: deque[threading.Event] = deque()
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._look.wait(PAUSE)
            self._look.clear()
            waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
            self._begun = time.monotonic()
            # What is done goes on though its log is lost, as on a full disk.
            with suppress(Exception):
                self._write()
            self._begun = 0.0
            for one in waiting:
                one.set()

    def _write(self) -> None:
        records = [self._records.popleft() for _ in range(len(self._records))]
        if lines := list(map(self.format, records)):
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()


def configure(form: str, *, secrets: Iterable[str] = ()) -> None:
    """Send every logger's lines, without *secrets*, to standard error, as ``text`` or ``json``."""
    handler = Batches(sys.stderr)
    handler.setFormatter(Json(secrets) if form == "json" else Text(secrets))
    # No line shows these; asking for them costs every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 — the way the logging HOWTO tells to do it
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("urllib3", "httpx2", "httpcore2", "openai", "dramatiq", "alembic", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
