"""导入/导出: a file is compared first, then taken over as one, and taken back as one."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from sqlalchemy import update

from bot.editing import exchange, rules
from bot.editing import imports as editing
from bot.editing.desk import Desk
from bot.models import TextReply
from bot.store import history, imports
from bot.store import rules as stored
from bot.store.history import Actor
from bot.store.imports import State
from bot.store.members import Role
from bot.store.tables import rule_import
from tests.admin.conftest import Console
from tests.browser import violations

RULE: dict[str, Any] = {
    "name": "优惠",
    "keywords": ["优惠券"],
    "replies": [{"type": "text", "content": "满一百减二十"}],
}
HOSTILE = "<img src=x onerror=alert(1)>"
CSV = (
    "名称,关键词,回复1,启用\n优惠,优惠券,满两百减五十,\n报名,包含：报名,请到官网,\n坏的,,没有词,\n"
    f"{HOSTILE},{HOSTILE},{HOSTILE},\n"
)


@pytest.fixture(name="desk")
def _desk(console: Console) -> Desk:
    return Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))


def upload(console: Console, data: bytes, name: str = "规则.csv", **options: str) -> int:
    """Upload a file, wait until it is read; return the import's id."""
    answer = console.post("/transfer/upload", data={"file": (io.BytesIO(data), name), **options})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    import_id = int(answer.headers["Location"].rpartition("/")[2])
    for thread in threading.enumerate():
        if thread.name == f"import-{import_id}":
            thread.join(60)
    return import_id


def state(console: Console, import_id: int) -> State:
    found = imports.get(console.bot.db, console.bot.account_id, import_id)
    assert found is not None
    return found.state


def documents(console: Console) -> dict[str, Any]:
    _version, found = stored.every(console.bot.db, console.bot.account_id)
    return {one.document["name"]: one.document for one in found}


def test_an_import_is_compared_done_and_taken_back(console: Console, desk: Desk) -> None:
    rules.create(desk, RULE)
    before = stored.every(desk.db, desk.account_id)[1]

    import_id = upload(console, CSV.encode())

    page = console.page(f"/transfer/{import_id}?fate=changed")
    assert "满一百减二十</del>" in page
    assert "满两百减五十</ins>" in page
    assert "第 4 行「坏的」：缺少 关键词" in console.page(f"/transfer/{import_id}?fate=error")
    assert len(documents(console)) == len(before)

    assert console.post(f"/transfer/{import_id}/execute").status_code == 303
    console.bot.snapshots.refresh()
    assert console.world.say("优惠券") == TextReply("满两百减五十")
    assert console.world.say("我要报名") == TextReply("请到官网")
    batch = {entry.batch for entry in history.batch(desk.db, desk.account_id, "import-1")}
    assert batch == {"import-1"}

    assert console.post(f"/transfer/{import_id}/undo").status_code == 303
    after = stored.every(desk.db, desk.account_id)[1]
    assert [(one.id, one.document) for one in after] == [(one.id, one.document) for one in before]
    assert state(console, import_id) is State.UNDONE
    assert console.post(f"/transfer/{import_id}/undo").status_code == 404


def test_what_is_there_may_be_kept_and_what_is_not_deleted(console: Console, desk: Desk) -> None:
    rules.create(desk, RULE)
    before = stored.every(desk.db, desk.account_id)[1]

    import_id = upload(console, CSV.encode(), existing="skip", complete="on")
    console.post(f"/transfer/{import_id}/execute")

    assert list(documents(console)) == ["优惠", "报名", HOSTILE]
    assert documents(console)["优惠"] == RULE
    console.post(f"/transfer/{import_id}/undo")
    after = stored.every(desk.db, desk.account_id)[1]
    assert [(one.id, one.document) for one in after] == [(one.id, one.document) for one in before]


def test_the_options_can_be_changed_while_looking(console: Console, desk: Desk) -> None:
    rules.create(desk, RULE)
    import_id = upload(console, CSV.encode())

    table = console.post(f"/transfer/{import_id}/choose", data={"existing": "skip"})

    assert "新增 2，修改 0，删除 0" in table.get_data(as_text=True)
    console.post(f"/transfer/{import_id}/execute")
    assert documents(console)["优惠"] == RULE


def test_a_plan_that_went_stale_is_made_anew(console: Console, desk: Desk) -> None:
    rule_id = rules.create(desk, RULE)
    import_id = upload(console, CSV.encode())
    theirs = RULE | {"replies": [{"type": "text", "content": "满三百减八十"}]}
    rules.save(desk, rule_id, theirs, revision=1)

    console.post(f"/transfer/{import_id}/execute")

    assert documents(console)["优惠"] == theirs
    assert "满三百减八十</del>" in console.page(f"/transfer/{import_id}?fate=changed")
    # A change that is none of the plan's business does not hold it up.
    rules.create(desk, RULE | {"name": "别的"})
    console.post(f"/transfer/{import_id}/execute")
    assert documents(console)["优惠"]["replies"][0]["content"] == "满两百减五十"


def test_what_comes_out_goes_in_unchanged(console: Console, desk: Desk) -> None:
    rules.create_many(desk, [RULE, RULE, RULE | {"name": "=1+1", "tags": ["活动"]}])

    for form in ("xlsx", "csv", "yaml", "toml"):
        answer = console.get(f"/transfer/export?form={form}")
        assert answer.headers["Content-Disposition"].startswith("attachment; filename")
        import_id = upload(console, answer.data, f"规则.{form}", complete="on")
        assert "没有要改的" in console.page(f"/transfer/{import_id}")
    tagged = console.get("/transfer/export?form=csv&tag=活动").get_data(as_text=True)
    assert "'=1+1" in tagged
    assert "优惠券" in tagged
    assert "\r\n优惠," not in tagged
    assert load_workbook(io.BytesIO(console.get("/transfer/template").data)).sheetnames[0] == "规则"


def test_the_rules_of_wechats_own_console_come_over(console: Console) -> None:
    answer = console.post("/transfer/wechat")
    assert answer.status_code == 303
    import_id = int(answer.headers["Location"].rpartition("/")[2])
    for thread in threading.enumerate():
        if thread.name == f"import-{import_id}":
            thread.join(60)

    assert "先停用，到素材库上传" in console.page(f"/transfer/{import_id}?fate=new")
    console.post(f"/transfer/{import_id}/execute")
    found = documents(console)
    assert found["价格"]["keywords"] == [{"text": "价格", "mode": "contains"}, "多少钱"]
    assert found["联系我们"]["pick"] == "random"
    assert found["新手指南"]["replies"][0]["articles"][0] == {
        "title": "三分钟上手",
        "description": "从关注到第一张图",
        "url": "http://mp.weixin.qq.com/s?__biz=MzA&mid=1&idx=1",
        "pic_url": "http://mmbiz.qpic.cn/mmbiz_jpg/cover1/0",
    }
    assert found["进群"]["enabled"] is False
    assert found["微信后台的关注回复"]["trigger"] == "subscribe"
    console.bot.snapshots.refresh()
    assert console.world.say("多少钱") == TextReply("单次 9 元，包月 99 元。")


def test_wechats_refusal_is_said(console: Console) -> None:
    console.world.sandbox.script({"match": "/cgi-bin/get_current_autoreply_info", "errcode": 48001})

    answer = console.post("/transfer/wechat")

    assert answer.status_code == 422
    assert "微信没有给出规则（48001" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "said"), [("规则.xlsm", "不收 .xlsm 文件"), ("", "请先选一个文件"), ("x.pdf", "只收")]
)
def test_other_files_are_refused_at_once(console: Console, name: str, said: str) -> None:
    answer = console.post("/transfer/upload", data={"file": (io.BytesIO(b"x"), name)})

    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_a_file_that_is_none_is_said(console: Console) -> None:
    import_id = upload(console, b"rubbish", "规则.xlsx")

    assert state(console, import_id) is State.FAILED
    assert "这不是 .xlsx 文件" in console.page(f"/transfer/{import_id}")


def test_rules_that_do_not_work_together_are_not_taken(console: Console) -> None:
    alike = [
        RULE | {"name": f"同{n}", "ends_at": f"2030-01-01T00:00:00.{n:06d}+00:00"}
        for n in range(1002)
    ]
    data = exchange.write(alike, form="csv", zone=console.bot.settings.zone)

    import_id = upload(console, data)
    console.post(f"/transfer/{import_id}/execute")

    assert "条规则用「优惠券」，请合并" in console.page(f"/transfer/{import_id}")
    assert "同1" not in documents(console)


def test_a_reading_that_died_is_shown_and_repeated(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after a kill: the row and the file are there, nobody is at it.
    monkeypatch.setattr(editing, "_start", lambda *_: None)
    import_id = upload(console, CSV.encode())
    with console.bot.db.write() as tx:
        tx.execute(update(rule_import).values(created_at=1))
    assert "读到一半中断了" in console.page(f"/transfer/{import_id}")
    monkeypatch.undo()

    assert console.post(f"/transfer/{import_id}/again").status_code == 303
    for thread in threading.enumerate():
        if thread.name == f"import-{import_id}":
            thread.join(60)
    assert state(console, import_id) is State.READY
    assert not list((console.bot.settings.data_dir / "imports").iterdir())


def test_ten_thousand_rows_show_how_far_they_are(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []
    note = imports.progress

    def watched(db: Any, import_id: int, *, done: int, total: int) -> None:
        seen.append((done, total))
        note(db, import_id, done=done, total=total)

    monkeypatch.setattr(imports, "progress", watched)
    lines = [f"规则{n},关键词{n},回答{n}" for n in range(10_000)]

    import_id = upload(console, "\n".join(["名称,关键词,回复1", *lines]).encode())
    console.post(f"/transfer/{import_id}/execute")

    assert seen[:3] == [(0, 10_000), (200, 10_000), (400, 10_000)]
    assert seen[-1] == (10_000, 10_000)
    console.bot.snapshots.refresh()
    assert console.world.say("关键词9999") == TextReply("回答9999")
    console.post(f"/transfer/{import_id}/undo")
    assert "规则9999" not in documents(console)


def test_who_may_do_what(sign_in: Callable[..., Console]) -> None:
    viewer, editor = sign_in(Role.VIEWER), sign_in(Role.EDITOR)

    assert "上传并比对" not in viewer.page("/transfer/")
    assert viewer.get("/transfer/export?form=csv").status_code == 200
    for path in ("upload", "wechat", "1/choose", "1/execute", "1/undo", "1/again"):
        assert editor.post(f"/transfer/{path}").status_code == 403, path


@pytest.mark.browser
def test_importing_in_the_browser(
    open_page: Callable[..., Page], console: Console, desk: Desk, tmp_path: Path
) -> None:
    rules.create(desk, RULE)
    path = tmp_path / "规则.csv"
    path.write_text(CSV)
    page = open_page("/transfer/")
    page.get_by_label("把文件拖到框里").set_input_files(path)
    page.get_by_role("button", name="上传并比对").click()
    expect(page.get_by_text("第 4 行「坏的」：缺少 关键词")).to_be_visible()
    page.get_by_role("link", name="有改动").click()
    expect(page.get_by_text("满两百减五十")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("跳过已有").check()
    expect(page.get_by_role("button", name="确认导入：新增 2，修改 0")).to_be_visible()
    page.get_by_label("覆盖已有").check()
    page.get_by_role("button", name="确认导入：新增 2，修改 1，删除 0").click()
    expect(page.get_by_text("已导入：新增 2")).to_be_visible()
    assert documents(console)["优惠"]["replies"][0]["content"] == "满两百减五十"
    page.get_by_role("button", name="撤销整个导入").click()
    expect(page.get_by_text("这次导入已经撤销")).to_be_visible()
    assert documents(console)["优惠"] == RULE
    page.get_by_role("link", name="导入/导出").first.click()
    expect(page.get_by_text("以前的导入")).to_be_visible()


@pytest.mark.browser
def test_english_is_complete(open_page: Callable[..., Page], console: Console) -> None:
    import_id = upload(console, b"name,keywords,\xe5\x9b\x9e\xe5\xa4\x8d1\na,b,c\n", "a.csv")
    for path in ("/transfer/", f"/transfer/{import_id}"):
        page = open_page(path, language="en")
        texts = page.evaluate(
            "[...document.querySelectorAll('main *')]"
            ".filter((one) => !one.children.length && !one.closest('.pager'))"
            ".map((one) => one.textContent)"
        )
        left = [text for text in texts if any("\u4e00" <= letter <= "\u9fff" for letter in text)]
        assert left == []


def test_the_progress_is_polled(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "_start", lambda *_: None)
    import_id = upload(console, CSV.encode())
    imports.progress(console.bot.db, import_id, done=400, total=1000)

    part = console.get(f"/transfer/{import_id}", headers={"HX-Request": "true"})

    text = part.get_data(as_text=True)
    assert 'hx-trigger="every 1s"' in text
    assert 'value="400" max="1000"' in text
    assert "<html" not in text
