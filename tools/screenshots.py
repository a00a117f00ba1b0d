"""``make screenshots``: every page of the console as an operator sees it, on the real product.

Starts the bot with the sandbox on private ports, lets a few followers chat, and saves a picture of
each page, light and dark, 1280 and 390 px wide. ``tools/screenshots.py FOLDER [NAME …]``
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from sqlalchemy import insert, select, update

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.children import free_bind  # noqa: E402 — the tree is put on the path first
from bot.admin.access import hash_of  # noqa: E402 — the same
from bot.editing import library, menu  # noqa: E402 — the same
from bot.editing.desk import Desk  # noqa: E402 — the same
from bot.sandbox import picture  # noqa: E402 — the same
from bot.settings import Settings  # noqa: E402 — the same
from bot.store import (  # noqa: E402 — the same
    accounts,
    members,
    tables,
)
from bot.store.database import Database  # noqa: E402 — the same
from bot.store.files import Files  # noqa: E402 — the same
from bot.store.history import Actor  # noqa: E402 — the same
from bot.store.members import Role, Stage  # noqa: E402 — the same

# One line a page: its picture's name and its address.
PAGES = {
    "overview": "/admin/",
    "settings": "/admin/settings/wechat",
    "settings-quota": "/admin/settings/quota",
    "settings-texts": "/admin/settings/texts",
    "rules": "/admin/rules/",
    "rule-new": "/admin/rules/new",
    "rule": "/admin/rules/1",
    "greeting": "/admin/rules/?trigger=subscribe",
    "trial": "/admin/try/?lines=电子书%0A求一份MySQL资料%0A电子数%0A你们几点开门%0A你好",
    "unmatched": "/admin/unmatched/?kind=image",
    "library": "/admin/library/",
    "library-item": "/admin/library/item/mysql-map.jpg",
    "menu": "/admin/menu/",
    "menu-review": "/admin/menu/review",
    "menu-live": "/admin/menu/live",
    "gallery": "/admin/gallery/",
    "queue": "/admin/queue/",
    "followers": "/admin/followers/",
    "reports": "/admin/reports/",
    "gallery-picture": "/admin/gallery/1",
    "queue-job": "/admin/queue/10",
    "history": "/admin/history/",
    "transfer": "/admin/transfer/",
    "import": "/admin/transfer/1",
    "members": "/admin/members/",
    "logins": "/admin/members/logins",
    "me": "/admin/me/",
    "me-totp": "/admin/me/totp",
    "confirm": "/admin/confirm",
    "setup-phone": "/admin/setup/phone",
    "setup-wechat": "/admin/setup/wechat",
    "tokens": "/admin/tokens/",
    "token": "/admin/tokens/new",
    "apidocs": "/admin/api/",
}
RULES = """名称,关键词,回复1,回复2,标签
电子书,电子书,书单和网盘都在这里：https://example.com/books,,资料
年末优惠,"优惠券
包含：打折",满一百减二十，今天截止。,,活动
客服,包含：人工,[转人工],,
没写关键词,,请到官网报名,,
"""
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
PATIENCE = 60.0


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
                _ask(f"http://{bind}/readyz")
            except OSError:
                time.sleep(0.2)
            else:
                break
        yield f"http://{bind}", f"http://{phone}"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _ask(address: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310 — loopback
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 — the same
        return json.load(answer)


def chat(phone: str) -> None:
    """Let the followers say a few things, and the bot draw a picture."""
    followers = _ask(f"{phone}/_phone/state")["followers"]
    for follower in [one for one in followers if one["following"]]:
        for said in SAID:
            body = {"openid": follower["openid"], "type": "text", "content": said}
            _ask(f"{phone}/_phone/send", body)
    time.sleep(8)


def stock(folder: Path) -> None:
    """Put a few files into the library, and change the menu's draft."""
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    desk = Desk(db, accounts.ensure(db), Actor(name="小林", via="console"))
    files = Files(folder / "library")
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
    db.close()


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


def owner(folder: Path) -> str:
    """Make an owner who is signed in; return the session's id."""
    db = Database(f"sqlite:///{folder / 'huaxin.db'}", timeout=10)
    account_id = accounts.ensure(db)
    with db.write() as tx:
        member_id = members.insert(tx, account_id, name="小林", password_hash="", role=Role.OWNER)
    session_id = secrets.token_urlsafe(32)
    members.open_session(
        db, member_id, id_hash=hash_of(session_id), csrf=secrets.token_urlsafe(32), stage=Stage.FULL
    )
    db.close()
    return session_id


def imported(address: str, session_id: str) -> None:
    """Upload a file of rules, so that there is an import to look at."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(locale="zh-CN")
        context.add_cookies([{"name": "huaxin", "value": session_id, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/admin/transfer/")
        page.locator("#file").set_input_files(
            {"name": "十二月活动.csv", "mimeType": "text/csv", "buffer": RULES.encode()}
        )
        page.locator("form[enctype] button").click()
        page.get_by_text("确认导入").wait_for()
        browser.close()


def shoot(address: str, session_id: str, out: Path, names: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in ("light", "dark"):
            for width in (1280, 390):
                context = browser.new_context(
                    locale="zh-CN",
                    timezone_id="Asia/Shanghai",
                    color_scheme="dark" if scheme == "dark" else "light",
                    viewport={"width": width, "height": 844},
                )
                context.add_cookies([{"name": "huaxin", "value": session_id, "url": address}])
                page = context.new_page()
                for name in names:
                    page.goto(address + PAGES[name])
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=out / f"{name}-{scheme}-{width}.png", full_page=True)
                context.close()
        browser.close()


def main() -> None:
    out, names = Path(sys.argv[1]), sys.argv[2:] or list(PAGES)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="huaxin-screens-") as folder:
        place = Path(folder)
        with product(place) as (address, phone):
            chat(phone)
            past(place, Settings.load({"DATA_DIR": folder}))
            stock(place)
            session_id = owner(place)
            imported(address, session_id)
            shoot(address, session_id, out, names)
    sys.stdout.write(f"{out}: {len(names) * 4} 张\n")


if __name__ == "__main__":
    main()
