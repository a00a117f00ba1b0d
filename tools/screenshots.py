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
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.children import free_bind  # noqa: E402 — the tree is put on the path first
from bot.admin.access import hash_of  # noqa: E402 — the same
from bot.store import accounts, members  # noqa: E402 — the same
from bot.store.database import Database  # noqa: E402 — the same
from bot.store.members import Role, Stage  # noqa: E402 — the same

# One line a page: its picture's name and its address.
PAGES = {
    "rules": "/admin/rules/",
    "rule-new": "/admin/rules/new",
    "rule": "/admin/rules/1",
    "greeting": "/admin/rules/?trigger=subscribe",
    "trial": "/admin/try/?lines=电子书%0A求一份MySQL资料%0A电子数%0A你们几点开门%0A你好",
    "unmatched": "/admin/unmatched/?kind=image",
    "history": "/admin/history/",
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
SAID = ("电子书", "AI", "课程表", "你们几点开门", "画一只在雪山下喝茶的猫", "大厂内推", "电子数")
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
            shoot(address, owner(place), out, names)
    sys.stdout.write(f"{out}: {len(names) * 4} 张\n")


if __name__ == "__main__":
    main()
