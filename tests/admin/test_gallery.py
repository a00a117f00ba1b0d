"""图片画廊: what was drawn, by whom it may be seen, hidden and walked through."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.images import label
from bot.store import library
from bot.store.members import Role
from tests.admin.conftest import Console
from tests.admin.people import HOSTILE, chatter
from tests.worlds import World


@pytest.fixture(name="console")
def _console(sign_in: Callable[..., Console], world: World) -> Console:
    chatter(world)
    return sign_in()


def test_a_picture_is_served_to_members_alone(console: Console, world: World) -> None:
    response = console.get("/gallery/1/picture.jpg")
    assert response.data == world.bot.pictures.read(world.job(1).picture)
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"].startswith("private")

    assert world.client.get("/admin/gallery/1/picture.jpg").status_code != 200
    assert console.get("/gallery/9/picture.jpg").status_code == 404


def test_filters_narrow_the_grid(console: Console) -> None:
    day = console.bot.today()
    for query, seen in (
        ("", 2),
        ("?state=delivered", 2),
        ("?state=waiting", 0),
        ("?model=gpt-image-2.5-flare", 2),
        ("?model=other", 0),
        (f"?day={day}", 2),
        ("?day=2020-01-01", 0),
        ("?day=nonsense", 2),
        ("?hidden=1", 0),
        (f"?follower={console.bot.vault.veil(console.world.openid)}", 2),
        (f"?follower={console.bot.vault.veil('other')}", 0),
    ):
        assert console.page(f"/gallery/{query}").count("work-words") == seen, query
    assert console.get("/gallery/?follower=nonsense").status_code == 404


def test_nobody_sees_a_whole_openid_and_a_viewer_hides_nothing(
    console: Console, sign_in: Callable[..., Console]
) -> None:
    viewer = sign_in(Role.VIEWER)
    openid = console.world.openid
    pages = [viewer.page(path) for path in ("/gallery/", "/gallery/1")]
    assert [openid in page for page in pages] == [False, False]
    assert openid[:6] in pages[1]
    assert openid not in console.page("/gallery/1")
    assert viewer.post("/gallery/1/hide").status_code == 403
    assert "取消隐藏" not in pages[1]


def test_hiding_is_recorded_and_undone(console: Console) -> None:
    assert console.post("/gallery/1/hide").status_code == 303
    assert console.page("/gallery/").count("work-words") == 1
    assert console.page("/gallery/?hidden=1").count("work-words") == 1
    assert console.post("/gallery/1/unhide").status_code == 303
    assert console.page("/gallery/").count("work-words") == 2
    assert console.page("/history/").count("第 1 号图片") == 2
    assert console.post("/gallery/99/hide").status_code == 404


def test_a_picture_is_copied_to_the_library_with_its_labels(
    console: Console, sign_in: Callable[..., Console]
) -> None:
    editor, world = sign_in(Role.EDITOR, name="小林"), console.world
    assert sign_in(Role.VIEWER).post("/gallery/1/copy").status_code == 403
    drawn = world.bot.pictures.read(world.job(1).picture)
    response = editor.post("/gallery/1/copy")
    assert response.status_code == 303

    (item,) = library.items(world.bot.db, world.bot.account_id)[:1]
    kept = library.read(world.bot.files, item)
    assert (item.name, item.kind, item.created_by) == ("一只橘猫-1.jpg", "image", "小林")
    assert label.read(drawn)
    assert label.read(kept) == label.read(drawn)
    assert label.read(world.bot.files.small(item.sha256)) == label.read(drawn)
    assert "已复制到素材库，叫「一只橘猫-1.jpg」" in editor.page("/library/")
    assert "一只橘猫-1.jpg" in editor.page("/history/")
    editor.post("/gallery/1/copy")
    assert library.items(world.bot.db, world.bot.account_id)[0].name.endswith("-2.jpg")
    assert editor.post("/gallery/99/copy").status_code == 404


@pytest.mark.browser
def test_pictures_are_walked_through_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("/gallery/")
    page.get_by_text("一只橘猫").click()
    expect(page.get_by_role("heading", name="第 1 号图片")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="第 2 号图片")).to_be_visible()
    # Hostile words are words.
    expect(page.get_by_text(HOSTILE.removeprefix("画")).first).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="第 1 号图片")).to_be_visible()
    page.get_by_role("button", name="隐藏", exact=True).click()
    expect(page.get_by_text("已隐藏，画廊里不再显示。")).to_be_visible()
    page.get_by_role("button", name="复制到素材库").click()
    expect(page.get_by_role("heading", name="一只橘猫-1.jpg")).to_be_visible()
