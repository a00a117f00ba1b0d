"""What the commands of the terminal share."""

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from bot import logs
from bot.editing.deeds import deed
from bot.editing.desk import Desk
from bot.errors import ConfigError, StoreError
from bot.live import merge
from bot.settings import Settings
from bot.store import accounts
from bot.store import settings as changed
from bot.store.database import Database
from bot.store.history import Actor, Entry
from bot.vault import Vault


def fail(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


def settings() -> Settings:
    loaded = Settings.load()
    logs.configure(loaded.log_format, secrets=loaded.secrets())
    return loaded


def database(loaded: Settings, *, statement: float | None = None) -> Database:
    return Database(loaded.database_address, timeout=10, statement=statement)


def live(loaded: Settings) -> Settings:
    """Return the settings with what the console changed, as the running processes have them."""
    db = database(loaded)
    try:
        _version, values = changed.read(db, accounts.ensure(db))
    except StoreError:
        return loaded
    finally:
        db.close()
    return merge(loaded, values, Vault(loaded.secret_key))[0]


def desk(loaded: Settings) -> Desk:
    """Where the command's changes are made, in the name of who types it."""
    db = database(loaded)
    if loaded.redis_url:
        from bot.snapshot import bells_of  # noqa: PLC0415 — the embedded default does without Redis

        if bells := bells_of(loaded):
            db.on_move = bells.ring
    return Desk(db, accounts.ensure(db), Actor(name=_user(), via="cli"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "cli"


def told(loaded: Settings, entry: Entry) -> str:
    """Return an entry of the history as one line."""
    at = datetime.fromtimestamp(entry.at / 1000, UTC).astimezone(loaded.zone)
    note = f"  {entry.note}" if entry.note else ""
    who = f"{entry.actor}（{entry.via}）"
    what = f"{deed(entry.action)}  {entry.title or entry.object}"
    line = f"{entry.id:>6}  {at:%Y-%m-%d %H:%M}  {who}  {what}{note}"
    return logs.redact(line)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} 读不了：{error.strerror}") from error


def print_change(column: str, before: str, after: str) -> None:
    """Print how one field of a rule changes."""
    click.echo(f"    {column}")
    for sign, colour, cell in (("-", "red", before), ("+", "green", after)):
        for line in cell.split("\n") if cell else ():
            click.echo(click.style(f"      {sign} {line}", fg=colour))
