"""Imports point down only, and each third-party library has one owner."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    ("wsgi",),
    ("handlers", "bot.app", "bot.health", "bot.public"),
    (
        *("bot.webhook", "bot.admin", "bot.cli", "bot.doctor", "bot.processes", "bot.seed"),
        *("bot.say", "bot.logs", "bot.commands", "bot.metrics"),
    ),
    ("bot.jobs",),
    ("bot.engine",),
    ("bot.snapshot", "bot.editing", "bot.live", "bot.platform"),
    (
        *("bot.store", "bot.wechat", "bot.images", "bot.keywords", "bot.links", "bot.vault"),
        *("bot.passwords", "bot.sandbox", "bot.traces", "bot.memory"),
    ),
    (
        *(
            "bot.errors",
            "bot.models",
            "bot.recipes",
            "bot.settings",
            "bot.sentences",
            "bot.taps",
            "bot.values",
        ),
        *("bot.counts", "bot.board", "bot.failpoints"),
    ),
)
BESIDE = FLOORS[-2]  # these do not import each other
SANDBOX_MAY = ("bot.sandbox", "bot.wechat.crypto", "bot.wechat.codec", "bot.wechat.replies")
OWNERS = {
    "flask": ("bot.public", "bot.app", "bot.health", "bot.admin", "bot.sandbox"),
    "werkzeug": ("bot.admin", "bot.sandbox"),
    "markupsafe": ("bot.admin",),
    "babel": ("bot.admin.translate",),
    "sqlalchemy": ("bot.store",),
    "alembic": ("bot.store",),
    "psycopg": ("bot.store",),
    "pymysql": ("bot.store",),
    "prometheus_client": ("bot.metrics",),
    "opentelemetry": ("bot.traces",),
    "dramatiq": ("bot.jobs.broker", "bot.jobs.worker"),
    "obstore": ("bot.store.bucket",),
    "redis": ("bot.jobs.broker", "bot.memory"),
    "openai": ("bot.images.providers.wire",),
    "httpx2": ("bot.images.providers.wire", "bot.images.providers.download"),
    "pptx": ("bot.images.presentation",),
    "fpdf": ("bot.images.deck",),
    "PIL": ("bot.images", "bot.sandbox"),
    "wechatpy": ("bot.wechat.client",),
    "requests": ("bot.wechat.client", "bot.wechat.transport"),
    "urllib3": ("bot.wechat.client", "bot.wechat.transport"),
    "cryptography": ("bot.wechat.crypto", "bot.vault"),
    "gunicorn": ("bot.processes",),
    "click": ("bot.cli", "bot.commands"),
    "argon2": ("bot.passwords",),
    "pyotp": ("bot.admin.totp",),
    "segno": ("bot.admin.totp",),
    "opencc": ("bot.keywords.normalise",),
    "re2": ("bot.keywords.patterns",),
    "rapidfuzz": ("bot.keywords.nearmiss",),
    "yaml": ("bot.keywords.files", "bot.sandbox"),
    "tomlkit": ("bot.keywords.files",),
    "openpyxl": ("bot.editing.sheets",),
    "dotenv": ("bot.settings",),
    "itsdangerous": ("bot.links",),
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def sources() -> dict[str, str]:
    files = [*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py"), ROOT / "wsgi.py"]
    return {name_of(path): path.read_text(encoding="utf-8") for path in files}


def imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def floor(name: str) -> int | None:
    return next((level for level, places in enumerate(FLOORS) if within(name, places)), None)


def faults(module: str, source: str) -> list[str]:
    """Return what *source* imports though it may not."""
    own = floor(module)
    found = []
    for imported in imports(source):
        theirs = floor(imported)
        if own is not None and theirs is not None and theirs < own:
            found.append(f"{module} imports upwards: {imported}")
        place = next((one for one in BESIDE if within(imported, (one,))), None)
        if place and within(module, ("bot.sandbox",)):
            if not within(imported, SANDBOX_MAY) and imported != "bot.wechat":
                found.append(f"the sandbox knows too much: {imported}")
        elif place and within(module, BESIDE) and not within(module, (place,)):
            found.append(f"{module} imports its neighbour: {imported}")
        library = imported.partition(".")[0]
        if library in OWNERS and not within(module, OWNERS[library]):
            found.append(f"{module} is no owner of {library}")
        if within(module, ("bot",)) and library in {"handlers", "wsgi"}:
            found.append(f"{module} knows what the bot says: {imported}")
    return found


def test_every_module_stands_on_a_floor() -> None:
    homeless = [name for name in sources() if floor(name) is None and name != "bot"]

    assert homeless == []


def test_imports_point_down_and_libraries_have_one_owner() -> None:
    found = [fault for name, source in sources().items() for fault in faults(name, source)]

    assert found == []


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("bot.store.jobs", "from bot.engine import Bot"),
        ("bot.engine", "import handlers"),
        ("bot.keywords.index", "from bot.store import rules"),
        ("bot.sandbox.push", "from bot.store import rules"),
        ("bot.sandbox.push", "from bot.wechat import client"),
        ("bot.jobs.run", "import openai"),
        ("bot.settings", "from bot.jobs import run"),
    ],
)
def test_a_planted_fault_is_found(module: str, planted: str) -> None:
    assert faults(module, planted)


def test_every_library_has_an_owner() -> None:
    """A new dependency is given its place here."""
    known = {*OWNERS, "bot", "handlers", "wsgi"}
    import sys  # noqa: PLC0415 — its list of standard modules is all that is wanted

    used = {
        imported.partition(".")[0] for source in sources().values() for imported in imports(source)
    }
    assert used - known - set(sys.stdlib_module_names) == set()
