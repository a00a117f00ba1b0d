"""How a picture came about, as its pages tell: asked for, made from, its versions."""

import io
import zipfile
from collections.abc import Callable

from bot.sandbox import picture
from bot.store.members import Role
from tests.admin.conftest import Console
from tests.conversations.groups import worked
from tests.conversations.test_decks import OWN


def rows(page: str) -> dict[str, str]:
    """Return the list of details, its words alone."""
    details = page.partition("<h2>详情</h2>")[2].partition("</dl>")[0]
    found = {}
    for row in details.split("<dt>")[1:]:
        name, _, value = row.partition("</dt>")
        bare = "".join(part.partition(">")[2] for part in f">{value}".split("<"))
        found[name] = " ".join(bare.split())
    return found


def test_a_chain_of_versions_is_told(console: Console) -> None:
    world = console.world
    world.say("画一张水彩风格的海报，标题是“春天”，精准文字，横版")
    worked(world)
    world.photo(picture.encode(picture.draw("脸", size=(600, 400)), form="jpeg"))
    world.say("把这张照片变成油画风格")
    worked(world)
    world.say("再亮一点")
    worked(world)

    first = rows(console.page("/gallery/1"))
    assert (first["种类"], first["画风"], first["标题"]) == ("新图", "水彩", "春天 由我们写上去")
    edited = console.page("/gallery/2")
    assert rows(edited)["种类"] == "改图"
    assert rows(edited)["从哪里改"] == "照片 1 张 粉丝发的，不给别人看"
    assert rows(edited)["图片服务"].startswith("openai gpt-image")
    assert "下一版：第 3 号" in edited
    assert "上一版" not in edited
    last = console.page("/queue/3")
    assert rows(last)["从哪里改"] == "第 2 号图片"
    assert '<a href="/admin/gallery/2">' in last
    assert "上一版：第 2 号" in last
    checks = last.partition('id="checks-title"')[2]
    assert "通过</span> 画之前查描述" in checks

    assert console.page("/gallery/?kind=draw").count('class="work"') == 1
    assert console.page("/gallery/?kind=edit").count('class="work"') == 2
    assert console.page("/gallery/?kind=none").count('class="work"') == 3
    english = console.client
    english.set_cookie("huaxin_language", "en", path="/admin")
    assert "Before: no. 2" in console.page("/queue/3")


def test_a_deck_is_shown_with_its_pages_and_handed_out(
    console: Console, sign_in: Callable[..., Console]
) -> None:
    world = console.world
    world.say(OWN)
    worked(world)
    viewer = sign_in(Role.VIEWER)
    page = viewer.page("/gallery/1")
    assert page.count("已备好") == 3
    assert rows(page)["主题"] == "端午节"
    with viewer.get("/gallery/1/deck.pptx") as response:
        assert response.headers["Content-Disposition"] == 'attachment; filename="PPT-1.pptx"'
        names = zipfile.ZipFile(io.BytesIO(response.data)).namelist()
        assert sum(name.startswith("ppt/slides/slide") for name in names) == 3
    assert viewer.get("/gallery/1/deck.pdf").data.startswith(b"%PDF")
    for path in ("/gallery/1/deck.raw", "/gallery/2/deck.pdf", "/gallery/99/deck.pdf"):
        assert viewer.get(path).status_code == 404
    assert viewer.page("/gallery/?kind=deck").count('class="work"') == 1


def test_a_job_of_before_there_were_recipes_is_shown_too(console: Console) -> None:
    world = console.world
    world.say("一只橘猫")
    with world.bot.db.write() as tx:
        tx.exec_driver_sql("update image_job set recipe = null")
    assert rows(console.page("/queue/1"))["种类"] == "新图"
