"""An import from the file to its undoing: read in the background, looked at, done as one."""

import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from time import sleep, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.editing import bulk, exchange, planning, rules
from bot.editing.desk import Desk
from bot.editing.exchange import Form
from bot.editing.planning import Fate, Options, Plan
from bot.errors import (
    ConfigError,
    HuaxinError,
    NotThere,
    Stale,
    StorageError,
    StoreError,
    WeChatError,
)
from bot.settings import Settings
from bot.store import history, imports
from bot.store import rules as stored
from bot.store.database import Database
from bot.store.imports import Import, State
from bot.store.storage import Storage

log = logging.getLogger(__name__)
KEPT = 7 * 24 * 3600  # seconds a file may wait to be read again
PLANNED = {State.READY, State.APPLIED, State.UNDONE}
STEP = 200  # rows between two notes of how far it is
_BREATH = 0.001  # seconds, so that replies go on while a big file is read
_GONE = "这次导入已经不在了"
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Desktop:
    """Where imports are prepared: *storage* keeps a file until it is read, by any machine."""

    desk: Desk
    storage: Storage
    zone: ZoneInfo


def nobody(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def plan(
    desk: Desk, data: bytes, *, form: Form, zone: ZoneInfo, options: Options, told: Told = nobody
) -> Plan:
    """Read a file and hold it against the rules; tell how far it is.

    Raises:
        ConfigError: the file cannot be used at all.
    """
    found = exchange.find(data, form=form)
    rows = []
    for done, one in enumerate(found):
        if done % STEP == 0:
            sleep(_BREATH)
            told(done, len(found))
        rows.append(exchange.read(one, form=form, zone=zone))
    told(len(found), len(found))
    version, here = stored.every(desk.db, desk.account_id)
    return planning.make(rows, here, version=version, options=options)


def begin(top: Desktop, data: bytes, *, source: str, form: Form, options: Options) -> int:
    """Take a file and begin to read it in a thread of its own; return the import's id."""
    desk = top.desk
    task = {"form": form, "options": asdict(options)}
    import_id = imports.begin(
        desk.db, desk.account_id, source=source, by=desk.actor.name, plan=task
    )
    # Those were interrupted, and nobody came back to them.
    old = [one.name for one in top.storage.listed("") if time() - one.modified > KEPT]
    top.storage.drop(old)
    top.storage.keep(_file(import_id), data)
    _start(top, import_id, task)
    return import_id


def again(top: Desktop, import_id: int) -> None:
    """Read a file once more whose reading was interrupted.

    Raises:
        NotThere: there is no such import, or its file is gone.
    """
    desk = top.desk
    if get(desk, import_id).state is not State.INTERRUPTED or not top.storage.has(_file(import_id)):
        raise NotThere("文件已经不在了，请重新上传")
    task = imports.plan(desk.db, desk.account_id, import_id)
    if imports.again(desk.db, desk.account_id, import_id):
        _start(top, import_id, task)


def get(desk: Desk, import_id: int) -> Import:
    found = imports.get(desk.db, desk.account_id, import_id)
    if found is None:
        raise NotThere(_GONE)
    return found


def plan_of(desk: Desk, import_id: int) -> Plan:
    """Return the plan of an import that has one. Raises `NotThere`."""
    if get(desk, import_id).state not in PLANNED:
        raise NotThere("这次导入还没有比对好")
    return Plan.from_dict(imports.plan(desk.db, desk.account_id, import_id))


def problem_of(desk: Desk, import_id: int) -> str:
    """Return why an import failed."""
    return str(imports.plan(desk.db, desk.account_id, import_id).get("problem", ""))


def choose(desk: Desk, import_id: int, options: Options) -> Plan:
    """Plan anew from the rows that were read, for the rules as they are now."""
    made = _renewed(desk, plan_of(desk, import_id), options)
    imports.replan(desk.db, desk.account_id, import_id, made.as_dict())
    return made


def execute(desk: Desk, import_id: int) -> int:
    """Do what the plan says, in one transaction; return how many rules that concerned.

    Raises:
        Stale: the rules have changed so that something else would be done: there is a new plan.
        ConfigError: the rules would not work together.
        NotThere: it was done already.
    """
    if get(desk, import_id).state is not State.READY:
        raise NotThere("这次导入已经做过了")
    batch, count = f"import-{import_id}", 0
    # It may have been done by a process that was killed before it could say so.
    if not history.batch(desk.db, desk.account_id, batch):
        seen = plan_of(desk, import_id)
        now = _renewed(desk, seen, seen.options)
        if seen.differs(now):
            imports.replan(desk.db, desk.account_id, import_id, now.as_dict())
            raise Stale(None, revision=now.version)
        count = carry_out(desk, now, source=get(desk, import_id).source, batch=batch)
    ready, done = State.READY, State.APPLIED
    imports.settle(desk.db, desk.account_id, import_id, was=ready, state=done, batch=batch)
    return count


def carry_out(desk: Desk, made: Plan, *, source: str, batch: str) -> int:
    """Do what a plan says; return how many rules that concerned.

    Raises:
        Stale: the rules have changed since.
        ConfigError: the rules would not work together.
    """
    if made.problems:
        raise ConfigError("\n".join(made.problems))
    work = made.work(note=f"导入 {source}")
    bulk.apply(desk, work, batch=batch)
    return len(work.creates) + len(work.changes) + len(work.deletes)


def undo(desk: Desk, import_id: int) -> int:
    """Take an import back; return how many rules that concerned.

    Raises:
        NotThere: it was not done, or taken back already.
    """
    found = get(desk, import_id)
    if found.state is not State.APPLIED:
        raise NotThere("这次导入还没有做，或者已经撤销了")
    count = rules.undo(desk, found.batch, note=f"撤销导入 {found.source}")
    done, undone = State.APPLIED, State.UNDONE
    imports.settle(desk.db, desk.account_id, import_id, was=done, state=undone, batch=found.batch)
    return count


def _file(import_id: int) -> str:
    return f"{import_id}.part"


def _renewed(desk: Desk, seen: Plan, options: Options) -> Plan:
    version, here = stored.every(desk.db, desk.account_id)
    if version == seen.version and options == seen.options:
        return seen
    return planning.make(seen.rows(), here, version=version, options=options)


def _start(top: Desktop, import_id: int, task: dict[str, Any]) -> None:
    owner = secrets.token_hex(8)
    imports.hold(top.desk.db, import_id, owner=owner)
    thread = threading.Thread(
        target=_read, args=(top, import_id, task, owner), name=f"import-{import_id}", daemon=True
    )
    thread.start()


def _read(top: Desktop, import_id: int, task: dict[str, Any], owner: str) -> None:
    db = top.desk.db

    def told(done: int, total: int) -> None:
        imports.progress(db, import_id, done=done, total=total)

    try:
        with _alive(db, import_id, owner):
            state, kept = _planned(top, import_id, task, told)
        imports.finish(db, import_id, owner=owner, state=state, plan=kept)
        top.storage.drop([_file(import_id)])
    except HuaxinError as error:
        # What stands in the row without a living thread is shown as interrupted, to be repeated.
        log.warning("import %d was interrupted: %s", import_id, type(error).__name__)


@contextmanager
def _alive(db: Database, import_id: int, owner: str) -> Iterator[None]:
    """Give signs of life meanwhile, from a thread of their own: a big file takes long to open."""
    over = threading.Event()

    def tick() -> None:
        while not over.wait(imports.ALIVE / 4):
            with suppress(StoreError):  # the next one may get through
                imports.hold(db, import_id, owner=owner)

    ticking = threading.Thread(target=tick, name=f"alive-{import_id}", daemon=True)
    ticking.start()
    try:
        yield
    finally:
        over.set()
        ticking.join()


def _planned(
    top: Desktop, import_id: int, task: dict[str, Any], told: Told
) -> tuple[State, dict[str, Any]]:
    try:
        data = top.storage.read(_file(import_id))
        options = Options(**task["options"])
        made = plan(top.desk, data, form=task["form"], zone=top.zone, options=options, told=told)
    except ConfigError as error:
        return State.FAILED, {"problem": str(error)}
    except StorageError:
        raise
    except Exception:  # a file may be wrong in ways nobody has thought of
        log.exception("import %d cannot be read", import_id)
        return State.FAILED, {"problem": "这个文件读不了，请检查内容后再试"}
    return State.READY, made.as_dict()


def ask_wechat(settings: Settings) -> bytes:
    """Return the automatic replies of WeChat's own console, as a file to import.

    Raises:
        ConfigError: WeChat does not tell them.
    """
    from bot.platform import wechat_of  # noqa: PLC0415 — slow to load, and only used here
    from bot.wechat.errcodes import hint  # noqa: PLC0415 — the same

    try:
        told = wechat_of(settings).autoreply()
    except WeChatError as error:
        advice = hint(error.code)
        said = f"微信没有给出规则（{error}）" + (f"：{advice}" if advice else "，请稍后再试")
        raise ConfigError(said) from error
    return json.dumps(told, ensure_ascii=False).encode()


def summary(made: Plan) -> str:
    """Say in one line what a plan would do."""
    counts = made.counts()
    words = {
        Fate.NEW: "新增",
        Fate.CHANGED: "修改",
        Fate.DELETED: "删除",
        Fate.SAME: "不变",
        Fate.ERROR: "有错",
    }
    return "，".join(f"{word} {counts[fate]}" for fate, word in words.items())
