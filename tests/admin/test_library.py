"""素材库: files come in checked, stay renewed, and go only when nobody uses them."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from bench.children import free_port
from bot.editing import library, rules
from bot.editing.desk import Desk
from bot.models import ImageReply
from bot.store import library as stored
from bot.store import media
from bot.store.files import Files
from bot.store.history import Actor
from bot.store.media import File
from bot.store.members import Role
from bot.store.storage import rooms_of
from tests.admin.conftest import Console

HOSTILE = "<img src=x onerror=alert(1)>\"'.png"


def picture(colour: str = "red", form: str = "PNG") -> bytes:
    target = BytesIO()
    Image.new("RGB", (60, 40), colour).save(target, form)
    return target.getvalue()


def file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.fixture(name="desk")
def _desk(console: Console) -> Desk:
    return Desk(console.bot.db, console.bot.account_id, Actor(name="小李", via="console"))


def add(console: Console, desk: Desk, name: str = "海报.png") -> str:
    return library.add(desk, console.bot.files, name, picture())[0].name


def use(desk: Desk, name: str, keyword: str = "看图") -> int:
    reply = {"type": "image", "media": f"file:{name}", "alt": "先看文字"}
    return rules.create(desk, {"name": "开业", "keywords": [keyword], "replies": [reply]})


def upload(console: Console, *files: tuple[str, bytes], **fields: str) -> Any:
    parts = [(BytesIO(data), name) for name, data in files]
    return console.post("/library/", data={"files": parts, **fields})


def test_several_files_get_a_verdict_each(console: Console) -> None:
    answer = upload(console, ("好.png", picture()), ("坏.exe", b"MZ"), ("大.png", b"\x89PNG" * 9))
    text = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert text.count("已收下") == 1
    assert "不认识这种文件" in text
    assert stored.find(console.bot.db, console.bot.account_id, "好.png")
    assert upload(console).status_code == 422
    assert upload(console, ("封面.png", picture()), use="thumb").status_code == 200
    cover = stored.find(console.bot.db, console.bot.account_id, "封面.jpg")
    assert cover
    assert cover.kind == "thumb"


def test_a_bucket_that_is_away_is_said(console: Console, desk: Desk) -> None:
    """Nobody listens where the bucket is said to be."""
    name = add(console, desk)
    nowhere = f"s3://bucket?endpoint=http://127.0.0.1:{free_port()}"
    keys: dict[str, Any] = {"aws_access_key_id": "a", "aws_secret_access_key": "bucket-canary"}
    away = replace(console.bot.settings, storage_url=nowhere, **keys)
    console.bot.files = Files(rooms_of(away, patience=0.5).library)

    for answer in (console.get(f"/library/picture/{name}"), upload(console, ("好.png", picture()))):
        assert answer.status_code in {422, 503}
        said = answer.get_data(as_text=True)
        assert "存图片和素材的地方暂时不可用" in said
        assert "canary" not in said
    assert stored.find(console.bot.db, console.bot.account_id, "好.png") is None


def test_too_large_a_request_is_said(console: Console) -> None:
    form = "multipart/form-data; boundary=x"
    answer = console.post("/library/", data=bytes(13 * 1024 * 1024), content_type=form)

    assert answer.status_code == 413
    assert "文件太大了，最多 12 MB" in answer.get_data(as_text=True)


def test_pictures_are_served_as_ours_and_nothing_else_is(console: Console, desk: Desk) -> None:
    name = add(console, desk, HOSTILE)
    voice, _ = library.add(desk, console.bot.files, "话.amr", b"#!AMR\n<script>alert(1)</script>")

    answer = console.client.get(f"/admin/library/picture/{name.replace('%', '%25')}?whole=1")

    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert "img" not in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert console.get(f"/library/picture/{name}").mimetype == "image/jpeg"  # the thumbnail
    assert console.get(f"/library/picture/{voice.name}").status_code == 404
    assert console.get("/library/picture/none.png").status_code == 404
    assert console.get("/library/picture/..%2Frules.toml").status_code == 404
    assert console.get("/library/item/none.png").status_code == 404


def test_hostile_names_are_shown_not_run(console: Console, desk: Desk) -> None:
    name = add(console, desk, HOSTILE)
    use(desk, name)

    for path in ("/library/", f"/library/item/{name}", "/history/"):
        page = console.page(path)
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_replaced_renamed_and_deleted(console: Console, desk: Desk) -> None:
    name = add(console, desk)
    use(desk, name)
    console.bot.snapshots.refresh()
    console.world.work()
    before = console.world.say("看图")

    data = {"file": (BytesIO(picture("blue")), "新.png")}
    assert console.post(f"/library/item/{name}/replace", data=data).status_code == 303
    assert "新的等待上传，旧的还在用" in console.page(f"/library/item/{name}")
    assert console.post(f"/library/item/{name}/rename", data={"name": "新海报"}).status_code == 303
    refused = console.post("/library/item/新海报/delete")
    assert refused.status_code == 422
    assert "还有 1 条规则在用它：「开业」" in refused.get_data(as_text=True)
    console.bot.snapshots.refresh()
    console.world.work()

    after = console.world.say("看图")
    assert isinstance(after, ImageReply)
    assert after != before
    assert "已上传" in console.page("/library/item/新海报")
    assert console.get(f"/library/item/{name}").status_code == 404


def test_what_is_wrong_is_said_where_it_was_typed(console: Console, desk: Desk) -> None:
    name = add(console, desk)
    add(console, desk, "别的.png")

    data = {"file": (BytesIO(b"ID3" + bytes(99)), "歌.mp3")}
    replaced = console.post(f"/library/item/{name}/replace", data=data)
    renamed = console.post(f"/library/item/{name}/rename", data={"name": "别的.png"})

    assert (replaced.status_code, renamed.status_code) == (422, 422)
    assert "同一种" in replaced.get_data(as_text=True)
    text = renamed.get_data(as_text=True)
    assert "已经有一个素材叫「别的.png」" in text
    assert 'value="别的.png"' in text


def test_a_refusal_of_wechats_is_explained_and_tried_again(console: Console, desk: Desk) -> None:
    name = add(console, desk)
    use(desk, name)
    console.bot.snapshots.refresh()
    console.world.sandbox.script(
        {"match": "/cgi-bin/media/upload", "times": 2, "errcode": 45009}  # what ships, and ours
    )
    console.world.work()
    page = console.page(f"/library/item/{name}")
    assert "微信没有收下" in page
    assert "今日接口调用次数已用完" in page

    assert console.post(f"/library/item/{name}/again").status_code == 303
    console.world.work()

    page = console.page(f"/library/item/{name}")
    assert "已上传" in page
    assert "会自动续传" in page


def test_what_was_deleted_comes_back_from_the_history(console: Console, desk: Desk) -> None:
    name = add(console, desk)
    console.post(f"/library/item/{name}/delete")
    assert console.get(f"/library/item/{name}").status_code == 404

    assert console.post("/history/2/restore").status_code == 303
    assert console.get(f"/library/item/{name}").status_code == 200


def test_permanent_material_and_missing_files_are_named(console: Console, desk: Desk) -> None:
    name = add(console, desk)
    use(desk, name)
    item = stored.find(desk.db, desk.account_id, name)
    assert item is not None
    own = (desk.db, desk.account_id, console.bot.settings.wechat_app_id)
    made = File(name, "image", item.sha256)
    media.keep(*own, made, media_id="m", lifetime_ms=3650 * 24 * 3600 * 1000)

    assert "已上传（永久）" in console.page(f"/library/item/{name}")


def test_who_may_do_what(sign_in: Callable[..., Console], console: Console, desk: Desk) -> None:
    name = add(console, desk)
    viewer, editor = sign_in(Role.VIEWER), sign_in(Role.EDITOR)

    page = viewer.page("/library/") + viewer.page(f"/library/item/{name}")
    assert 'name="files"' not in page
    assert "改名" not in page
    for action in ("replace", "rename", "delete", "again"):
        assert viewer.post(f"/library/item/{name}/{action}").status_code == 403
    assert upload(viewer, ("a.png", picture())).status_code == 403
    assert upload(editor, ("a.png", picture())).status_code == 200
    assert editor.post(f"/library/item/{name}/delete").status_code == 303


@pytest.mark.browser
def test_files_are_uploaded_found_and_replaced(
    open_page: Callable[..., Page], console: Console, desk: Desk
) -> None:
    page = open_page("/library/")
    page.get_by_label("选择文件").set_input_files(
        [
            file(HOSTILE, picture()),
            file("课程表.jpg", picture("green", "JPEG")),
            file("病毒.exe", b"MZ"),
            file("假的.png", b"no picture"),
            file("大.mp3", bytes(3 * 1024 * 1024)),
        ]
    )
    page.get_by_role("button", name="上传").click()
    verdicts = page.get_by_label("上传结果").get_by_role("listitem")
    expect(verdicts).to_have_count(5)
    expect(verdicts.nth(0)).to_contain_text("已收下 <img src=x onerror=alert(1)>")
    expect(verdicts.nth(1)).to_contain_text("已收下 课程表.jpg")
    expect(verdicts.nth(2)).to_contain_text("不认识这种文件 病毒.exe")
    expect(verdicts.nth(3)).to_contain_text("没有收下 假的.png")
    expect(verdicts.nth(4)).to_contain_text("太大了：微信最多收 2 MB 大.mp3")
    shelf = page.locator(".shelf-item")
    expect(shelf).to_have_count(3)

    page.get_by_label("搜索素材名").fill("课程")
    expect(shelf).to_have_count(1)
    shelf.get_by_role("link").click()
    page.get_by_label("新的文件").set_input_files(file("x.png", picture("blue")))
    page.get_by_role("button", name="替换").click()
    expect(page.get_by_text("已替换。")).to_be_visible()
    page.get_by_label("新名字").fill("春季课程表.jpg")
    page.get_by_role("button", name="改名").click()
    expect(page.get_by_role("heading", name="春季课程表.jpg")).to_be_visible()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("已删除")).to_be_visible()
    expect(shelf).to_have_count(2)
    assert desk.account_id == console.bot.account_id


@pytest.mark.browser
def test_a_file_is_dropped(open_page: Callable[..., Page]) -> None:
    page = open_page("/library/")
    dropped = page.evaluate_handle(
        """bytes => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array(bytes)], "拖.png", {type: "image/png"}));
          return carried;
        }""",
        list(picture()),
    )
    page.dispatch_event("#drop", "dragover", {"dataTransfer": dropped})
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})

    expect(page.get_by_label("上传结果")).to_contain_text("已收下 拖.png")
    expect(page.locator(".shelf-item")).to_have_count(2)
