"""Logs: one line per step, text or JSON, with secrets and openids taken out on the way."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

# Third parties may log or raise what we never would.
SECRETS = re.compile(
    r"(?P<name>access_token=|secret=|\"(?:access_token|secret|appsecret)\"\s*:\s*\"|Bearer\s+)"
    r"[^&\s\"']+",
    re.IGNORECASE,
)
SUSPECT = re.compile("token|secret|bearer|sk-", re.IGNORECASE)  # every line pays for this alone
KEYS = re.compile(r"\bsk-[A-Za-z0-9_\-]{8,}")
OPENIDS = re.compile(r"(?<![\w-])(o[\w-]{5})[\w-]{22}(?![\w-])", re.ASCII)


def redact(text: str) -> str:
    """Return *text* without tokens, secrets and whole openids."""
    if SUSPECT.search(text):
        text = KEYS.sub("sk-***", SECRETS.sub(r"\g<name>***", text))
    return OPENIDS.sub(r"\1…", text)


class Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s  %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(form: str) -> None:
    """Send every logger's lines to standard error, as ``text`` or ``json``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == "json" else Text())
    # No line shows these; asking for them costs every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("urllib3", "httpx2", "httpcore2", "openai", "dramatiq", "alembic", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
