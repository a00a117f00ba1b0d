"""Settings, the bot's texts and blocked words, edited: checked, recorded, live within a second.

All are values by name: ``BUDGET_DAILY``, ``text.help``, ``words.blocked``. Secrets are sealed, and
the history says only that they were set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot import live
from bot.editing.desk import Desk
from bot.editing.rules import new_batch
from bot.errors import ConfigError, NotThere
from bot.keywords.blocked import MOST, blocked
from bot.live import CHANGEABLE, FORMER, SECRETS, TEXT, WORDS, Live
from bot.settings import Settings
from bot.store import history
from bot.store import settings as stored
from bot.store.database import clock
from bot.store.history import Change, Entry
from bot.store.members import Role
from bot.vault import Vault

WINDOW_MS = 600_000  # how long WeChat may use the token and key from before
SET, CHANGED = "已设置", "已更换"
LOCKED = "模拟环境的凭据是自动生成的，在这里改不了；接上真实公众号后可以改"
LONGEST = 2_000_000
OBJECT = "setting:"
# What an operator may change; the rest is keys, money, and where they are sent to.
QUOTAS = (
    "FOLLOWER_DAILY_IMAGES",
    "FOLLOWER_CONCURRENT_IMAGES",
    "IMAGES_PER_MINUTE",
    "PROMPT_TRIGGER",
    "CHOICES",
    "DRAWING",
)


class Wrong(ConfigError):
    """Values that cannot be kept: a sentence for each name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"{name} {said}" for name, said in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Drawer:
    """Where the values lie: a desk, the state without them, and what seals the secrets."""

    desk: Desk
    base: Live
    vault: Vault

    def now(self) -> Live:
        """The state as it is in the database."""
        _version, values = stored.read(self.desk.db, self.desk.account_id)
        return self.base.changed(values, self.vault)


def save(drawer: Drawer, wanted: Mapping[str, str | None], *, note: str = "") -> list[str]:
    """Keep each value that is another than now, None: as it is without the console.

    Returns the names that changed. An empty secret is left as it is.

    Raises:
        Wrong: with a sentence for each value that cannot be kept; nothing is changed.
    """
    desk, base = drawer.desk, drawer.base
    cleaned = {name: _clean(value) for name, value in wanted.items()}
    _check(base, cleaned)
    with desk.db.write() as tx:
        stored.touch(tx, desk.account_id)
        kept = stored.fetch(tx, desk.account_id)
        now = base.changed(kept, drawer.vault)
        changing = {
            name: value for name, value in cleaned.items() if _differs(now, kept, name, value)
        }
        rows = {name: _kept(drawer, name, value) for name, value in changing.items()}
        if rows.keys() & {"WECHAT_TOKEN", "WECHAT_AES_KEY"}:
            # What WeChat signs with now is accepted a while longer.
            rows[FORMER] = live.remember(
                now.settings,
                kept.get(FORMER, ""),
                drawer.vault,
                now=clock(tx),
                window=WINDOW_MS,
            )
        stored.keep(tx, desk.account_id, rows)
        batch = new_batch() if len(changing) > 1 else ""
        changes = [
            _change(drawer, name, kept.get(name), value, note=note, batch=batch)
            for name, value in changing.items()
        ]
        history.record(tx, desk.account_id, desk.actor, *changes)
    return list(changing)


def restore(drawer: Drawer, entry: Entry) -> str:
    """Bring a value to what it was after *entry*; return its name.

    Raises:
        NotThere: the entry is of no value, or of a secret, which no history holds.
        Wrong: the value cannot be kept any more.
    """
    if not can_restore(entry):
        raise NotThere("这条记录里没有可以恢复的内容")
    name = entry.object.removeprefix(OBJECT)
    save(drawer, {name: entry.after}, note=f"恢复到记录 {entry.id}")
    return name


def can_restore(entry: Entry) -> bool:
    """Whether the entry holds a value; no history holds a secret."""
    return entry.object.startswith(OBJECT) and entry.object.removeprefix(OBJECT) not in SECRETS


def least(name: str) -> Role:
    """Return the least role that may change a value."""
    free = name.startswith(TEXT) or name == WORDS or name in QUOTAS
    return Role.OPERATOR if free else Role.OWNER


def shown(settings: Settings, name: str) -> str:
    """Return a setting's value as it would be typed; nothing of a secret."""
    value = "" if name in SECRETS else getattr(settings, name.lower())
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def _clean(value: str | None) -> str | None:
    return None if value is None else value.replace("\r\n", "\n").replace("\r", "\n").strip()


# ---- checks ----


def _check(base: Live, wanted: Mapping[str, str | None]) -> None:
    problems = {}
    for name, value in wanted.items():
        try:
            _check_one(base, name, value)
        except ConfigError as problem:
            problems[name] = str(problem)
    if problems:
        raise Wrong(problems)


def _check_one(base: Live, name: str, value: str | None) -> None:
    if name.startswith(TEXT):
        text = name.removeprefix(TEXT)
        if text not in base.sentences.texts:
            raise ConfigError("机器人没有这句话")
        if value is not None:
            base.sentences.check(text, value)
    elif name == WORDS:
        if len(value or "") > LONGEST or len(blocked(value or "")) > MOST:
            raise ConfigError(f"太多了：最多 {MOST} 个词")
    elif name not in CHANGEABLE:
        raise ConfigError("这一项只能在环境变量或 .env 里改")
    elif live.locked(base.settings, name):
        raise ConfigError(LOCKED)
    elif value is not None and not (name in SECRETS and not value):
        live.parse(name, value)


def _differs(now: Live, kept: Mapping[str, str], name: str, value: str | None) -> bool:
    if value is None:
        return name in kept
    if name in SECRETS:
        return bool(value) and value != getattr(now.settings, name.lower())
    if name in CHANGEABLE:
        same = live.parse(name, value) == getattr(now.settings, name.lower())
        return not same or name in now.unreadable
    if name.startswith(TEXT):
        default = now.sentences.texts[name.removeprefix(TEXT)].default
        return value != kept.get(name, default)
    return value != kept.get(name, "")


# ---- keeping ----


def _kept(drawer: Drawer, name: str, value: str | None) -> str | None:
    """Return what the database gets of *value*; None: no row."""
    if name in SECRETS and value:
        return drawer.vault.seal(value)
    if name.startswith(TEXT):
        default = drawer.base.sentences.texts[name.removeprefix(TEXT)].default
        return None if value == default else value
    return value or None if name == WORDS else value


def _change(
    drawer: Drawer, name: str, before: str | None, after: str | None, *, note: str, batch: str
) -> Change:
    title = name
    if name in SECRETS:
        after = None if after is None else CHANGED if before else SET
        before = SET if before else None
    elif name.startswith(TEXT):
        title = drawer.base.sentences.texts[name.removeprefix(TEXT)].title
    return Change(
        action="setting.revert" if after is None else "setting.save",
        object=OBJECT + name,
        title=title,
        note=note,
        before=before,
        after=after,
        batch=batch,
    )
