"""The real product in use: followers who chat, a week that was, an owner who looks."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from bench.children import free_bind
from bot import recipes
from bot.admin.access import hash_of
from bot.editing import library, menu, styles
from bot.editing.desk import Desk
from bot.editing.style_checks import Written
from bot.errors import Reason
from bot.models import ImageRequest, JobKind
from bot.sandbox import picture
from bot.settings import Settings
from bot.store import accounts, breakers, members, tables
from bot.store.database import Database
from bot.store.files import Files
from bot.store.folder import Folder
from bot.store.history import Actor
from bot.store.members import Role, Stage

ROOT = Path(__file__).resolve().parents[2]
SAID = ("电子书", "AI", "课程表", "你们几点开门", "画一只在雪山下喝茶的猫", "大厂内推", "电子数")
WEEK = ((31, 22, 4), (44, 30, 6), (38, 31, 5), (52, 40, 8), (47, 29, 6), (63, 51, 9), (22, 15, 5))
STATES = (
    *(("delivered", ""), ("collected", ""), ("delivered", ""), ("waiting", "")),
    *(("failed", "rate_limit"), ("delivered", ""), ("unknown", "outcome_unknown")),
)
PROMPTS = (
    "一座科幻风格的城市，空中有浮空设备",
    "江南水乡的清晨，水墨画",
    "戴围巾的橘猫，横版",
    "星空下的灯塔",
)
COMPLAINTS = (
    ("128号里有我的照片，没有经过我同意，请删除", ""),
    ("1号 侵犯我的权利", ""),
    ("发出来的图有血腥内容", "已隐藏这张图，屏蔽了相关的词"),
)
BLOCKED = (
    ("words", "屏蔽词：代开发票", "画一张代开发票的海报"),
    ("input", "flagged: violence", "两个人打得头破血流"),
    ("draw", "moderation_blocked: 请求被安全系统拒绝", "把照片里的人换成某位明星"),
    ("output", "flagged: sexual", "海边的泳装写真"),
)
PATIENCE = 60.0  # seconds a start may take


@contextmanager
def product(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the whole product; yield the addresses of the bot and of the phone."""
    bind, phone = free_bind(), free_bind()
    env = os.environ | {"DATA_DIR": str(folder), "BIND": bind, "SANDBOX_BIND": phone}
    command = [sys.executable, "-m", "bot.cli", "run", "--sandbox"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)  # noqa: S603 — ours
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                ask(f"http://{bind}/readyz")
            except OSError:
                time.sleep(0.2)
            else:
                break
        yield f"http://{bind}", f"http://{phone}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def ask(address: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 — loopback
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 — the same
        return json.load(answer)


def chat(phone: str) -> None:
    """Let the followers say a few things, and the bot draw a picture."""
    followers = ask(f"{phone}/_phone/state")["followers"]
    for follower in [one for one in followers if one["following"]]:
        for said in SAID:
            body = {"openid": follower["openid"], "type": "text", "content": said}
            ask(f"{phone}/_phone/send", body)
    time.sleep(8)


def stock(folder: Path) -> None:
    """Put a few files into the library, and change the menu's draft."""
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    desk = Desk(db, accounts.ensure(db), Actor(name="小林", via="console"))
    files = Files(Folder(folder / "library"))
    for name in ("开业海报", "秋季课程表", "扫码进群", "价目表"):
        drawn = picture.draw(name, size=(900, 600))
        library.add(desk, files, f"{name}.png", picture.encode(drawn, form="png"))
    library.add(desk, files, "欢迎语.amr", b"#!AMR\n" + (b"\x3c" + bytes(31)) * 400)
    draft = menu.first().document
    draft["button"][2] = {"name": "官网", "type": "view", "url": "https://example.com/"}
    draft["button"][0]["sub_button"][1]["name"] = "AI 资料"
    menu.save(desk, draft, revision=0)
    db.close()


def past(folder: Path, settings: Settings) -> None:
    """Write a week that was: what was said, drawn, paid and refused, and what needs a hand now."""
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    account_id, now = accounts.ensure(db), int(time.time() * 1000)
    with db.write() as tx:
        drawn = [dict(one) for one in tx.execute(select(tables.image_job)).mappings()]
        tx.execute(update(tables.follower).values(remark="老王 · 读书会"))
        for back, (said, hit, pictures) in enumerate(WEEK):
            at = now - (6 - back) * 86_400_000
            day = datetime.fromtimestamp(at / 1000, settings.zone).date().isoformat()
            rows = [
                {"account_id": account_id, "message_key": f"past|{back}|{number}"}
                | {"openid": f"oPast{number % 9}-0000000000000000", "kind": "text", "content": "AI"}
                | {"rule_id": int(number < hit), "created_at": at, "micros": 180 + number}
                for number in range(said)
            ]
            tx.execute(insert(tables.message), rows)
            tx.execute(
                insert(tables.image_job), list(_jobs(drawn, day, at=at, most=pictures, tag=back))
            )
            spent = {"account_id": account_id, "period": day, "amount": pictures * 290_000}
            tx.execute(db.insert_new(tables.budget), spent)
            seen = {"account_id": account_id, "day": day, "name": "forged", "value": back % 3}
            tx.execute(db.insert_new(tables.counter), seen)
        for number, (words, note) in enumerate(COMPLAINTS):
            told = {"account_id": account_id, "openid": f"oPast{number}-0000000000000000"}
            told |= {"message_key": f"past|{number}|c", "content": words, "job_id": number % 2}
            told |= {"created_at": now - number * 86_400_000, "note": note}
            handled = {"handled_at": now - 3_600_000, "handled_by": "小林"} if note else {}
            tx.execute(insert(tables.complaint), told | handled)
    db.close()


def studio(folder: Path, settings: Settings) -> None:
    """Let the operator have a style of their own, a service fail, and followers be refused."""
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    account_id, now = accounts.ensure(db), int(time.time() * 1000)
    desk = Desk(db, account_id, Actor(name="小林", via="console"))
    written = Written(
        name="青花瓷",
        aliases="青花、瓷器纹样",
        words="blue-and-white porcelain: cobalt brush painting on white glaze, fine floral scrolls",
    )
    styles.create(desk, written, reserved=frozenset())
    styles.switch(desk, "蒸汽波", on=False)
    for _ in range(3):
        breakers.failed(db, account_id, "openai", Reason.PROVIDER_DOWN)
    day = datetime.now(settings.zone).date().isoformat()
    with db.write() as tx:
        for number, (stage, reason, words) in enumerate(BLOCKED * 2):
            who = {"account_id": account_id, "openid": f"oPast{number % 2}-00"}
            seen = {"first_seen_at": now, "last_seen_at": now, "subscribed": True}
            tx.execute(db.insert_new(tables.follower).values(**who, **seen))
            own = who | {"message_key": f"blocked|{number}"}
            said = {"kind": "text", "content": words, "created_at": now}
            tx.execute(insert(tables.message), own | said)
            made = {"stage": stage, "verdict": "blocked", "reason": reason, "day": day}
            at = now - number * 420_000
            tx.execute(insert(tables.decision), own | made | {"at": at})
        _versions(tx, day)
    db.close()


def _versions(tx: Any, day: str) -> None:
    """Make the second picture an edit of the first, and the third one of that."""
    done = tables.image_job.c.picture.like("%.jpg")
    oldest = select(tables.image_job).where(done).order_by(tables.image_job.c.id).limit(3)
    first, second, third = tx.execute(oldest).all()
    for one, before in ((second, first), (third, second)):
        asked = ImageRequest(
            prompt="把背景换成夜晚的海边，水彩风格",
            kind=JobKind.EDIT,
            sources=(f"job:{before.id}", "photo:1"),
            style="水彩",
            title="海边的夜",
            lettering="ours",
            quality="high",
        )
        values = {"kind": asked.kind, "recipe": recipes.dump(asked), "parent_id": before.id}
        values |= {"prompt": asked.prompt, "tried": "ark,zhipu", "openid": first.openid}
        tx.execute(update(tables.image_job).where(tables.image_job.c.id == one.id).values(values))
        made = {"account_id": one.account_id, "openid": first.openid, "job_id": one.id}
        made |= {"message_key": one.message_key, "stage": "output", "verdict": "passed"}
        made |= {"reason": "openai 检查过图片", "day": day, "at": one.created_at}
        tx.execute(insert(tables.decision), made)


def _jobs(drawn: list[dict[str, Any]], day: str, *, at: int, most: int, tag: int) -> Iterator[Any]:
    """Jobs like one that was really *drawn*, in the states that operators see."""
    for number in range(most):
        state, reason = STATES[(number + tag) % len(STATES)]
        kept = drawn[(number + tag) % len(drawn)]
        kept = {name: value for name, value in kept.items() if name != "id"}
        row = kept | {"message_key": f"past|{tag}|{number}|p", "day": day, "created_at": at}
        row |= {"state": state, "reason": reason, "told": "told", "openid": f"oPast{number}-00"}
        row |= {"generated_at": at + 9_000 + 800 * number, "prompt": PROMPTS[number % len(PROMPTS)]}
        row |= {"dispatched_at": at + 300, "called_at": at + 900, "send_at": 0, "finished_at": 0}
        if reason:
            row |= {"generated_at": 0, "picture": "", "model": "", "request_id": ""}
            row |= {"cost": 290_000 * (state == "unknown")}
        yield row | ({"media_expires_at": at} if state == "waiting" else {})


def owner(folder: Path) -> dict[Stage, str]:
    """Make an owner; return a session's id for each stage of their way in."""
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    account_id = accounts.ensure(db)
    with db.write() as tx:
        member_id = members.insert(tx, account_id, name="小林", password_hash="", role=Role.OWNER)
    opened = {stage: secrets.token_urlsafe(32) for stage in Stage}
    for stage, session_id in opened.items():
        csrf = secrets.token_urlsafe(32)
        members.open_session(db, member_id, id_hash=hash_of(session_id), csrf=csrf, stage=stage)
    db.close()
    return opened
