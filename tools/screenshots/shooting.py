"""The pages, and Chromium that takes their pictures: light and dark, 1280 and 390 px wide."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bot.store.members import Stage

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
    "complaints": "/admin/complaints/",
    "reviews": "/admin/reviews/",
    "styles": "/admin/styles/",
    "style": "/admin/styles/水彩",
    "style-new": "/admin/styles/new",
    "services": "/admin/services/",
    "settings-law": "/admin/settings/law",
    "reports": "/admin/reports/",
    "gallery-picture": "/admin/gallery/2",
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
# On the way in, each with how far one has come; before anybody is a member there is only the setup.
FIRST = {"setup": "/admin/setup/"}
WAY_IN: dict[str, tuple[str, Stage | None]] = {
    "login": ("/admin/login", None),
    "password": ("/admin/password", Stage.PASSWORD),
    "code": ("/admin/code", Stage.CODE),
    "recovery": ("/admin/recovery", Stage.CODE),
    "enrol": ("/admin/enrol", Stage.ENROL),
}
RULES = """名称,关键词,回复1,回复2,标签
电子书,电子书,书单和网盘都在这里：https://example.com/books,,资料
年末优惠,"优惠券
包含：打折",满一百减二十，今天截止。,,活动
客服,包含：人工,[转人工],,
没写关键词,,请到官网报名,,
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def imported(browser: Browser, address: str, session_id: str) -> None:
    """Upload a file of rules, so that there is an import to look at."""
    context = browser.new_context(locale="zh-CN")
    context.add_cookies([{"name": "huaxin", "value": session_id, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/admin/transfer/")
    page.locator("#file").set_input_files(
        {"name": "十二月活动.csv", "mimeType": "text/csv", "buffer": RULES.encode()}
    )
    page.locator("form[enctype] button").click()
    page.get_by_text("确认导入").wait_for()
    context.close()


def wanted(names: Iterable[str], opened: Mapping[Stage, str]) -> dict[str, tuple[str, str]]:
    """Return address and session of each page of these names, of all pages where there is none."""
    full = opened[Stage.FULL]
    known = {name: (path, full) for name, path in PAGES.items()}
    known |= {
        name: (path, opened[stage] if stage else "") for name, (path, stage) in WAY_IN.items()
    }
    return {name: known[name] for name in names or known if name in known}


def shoot(browser: Browser, address: str, out: Path, pages: Mapping[str, tuple[str, str]]) -> None:
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            context = browser.new_context(
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                color_scheme="dark" if scheme == "dark" else "light",
                viewport={"width": width, "height": 844},
            )
            page = context.new_page()
            for name, (path, session_id) in pages.items():
                context.clear_cookies()
                if session_id:
                    context.add_cookies([{"name": "huaxin", "value": session_id, "url": address}])
                page.goto(address + path)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=out / f"{name}-{scheme}-{width}.png", full_page=True)
            context.close()
