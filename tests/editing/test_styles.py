"""Styles: the operator's own over those of the file, in what followers say and models are told."""

import json
from collections.abc import Callable

import pytest

from bot import recipes
from bot.editing import changes, styles
from bot.editing.desk import Desk
from bot.editing.style_checks import Written, Wrong
from bot.errors import NotThere, Stale
from bot.images import own_styles
from bot.images import styles as first
from bot.images.styles import Style, Styles
from bot.store import history
from bot.store.history import Actor, Filter
from tests.worlds import World

GENERATIONS = "/v1/images/generations"
WORDS = "cobalt brush painting on white glaze"
PORCELAIN = Written(name="青花瓷", aliases="青花，瓷器纹样、青花", words=WORDS)


@pytest.fixture(name="desk")
def _desk(world: World) -> Desk:
    return Desk(world.bot.db, world.bot.account_id, Actor(name="小林", via="console"))


@pytest.fixture(name="create")
def _create(world: World, desk: Desk) -> Callable[[Written], str]:
    def create(written: Written) -> str:
        reserved = world.bot.base.sentences.sent_by_taps()
        return styles.create(desk, written, reserved=reserved)

    return create


def names(desk: Desk) -> list[str]:
    return [style.name for style in styles.read(desk).every]


def written(style: Style, **changed: object) -> Written:
    kept = {name: getattr(style, name) for name in ("name", "words", "instead", "example")}
    kept |= {"aliases": "、".join(style.aliases), "common": style.common, "on": style.on}
    return Written(**{**kept, **changed})


def asked(world: World, said: str) -> tuple[str, str]:
    """Return the style a sentence was taken for, and what the model was told."""
    world.bot.snapshots.refresh()
    world.say(said)
    world.work()
    calls = world.sandbox.calls(GENERATIONS)
    return recipes.of(world.job(len(calls))).style, str(calls[-1]["json"]["prompt"])


def test_what_the_operator_writes_is_heard_and_drawn(
    world: World, desk: Desk, create: Callable[[Written], str]
) -> None:
    key = create(PORCELAIN)
    assert styles.find(styles.read(desk), key).aliases == ("青花", "瓷器纹样")
    style, prompt = asked(world, "瓷器纹样风格的花瓶")
    assert style == "青花瓷"
    assert WORDS in prompt

    mine = Written(name="水彩", words="my own washes", instead="淡彩", aliases="水彩画")
    styles.save(desk, "水彩", mine, reserved=frozenset())
    style, prompt = asked(world, "水彩风格的雪山")
    assert style == "水彩"
    assert "my own washes" in prompt
    assert "淡彩风格的雪山" in prompt

    styles.switch(desk, "水彩", on=False)
    style, prompt = asked(world, "新图 水彩风格的灯塔")
    assert style == ""
    assert "washes" not in prompt
    assert world.bot.styles.words("水彩") == "my own washes"  # of jobs that wait

    styles.revert(desk, "水彩")
    styles.revert(desk, key)
    assert styles.read(desk).every == first.first().every


def test_what_cannot_be_is_said_at_its_field(desk: Desk, create: Callable[[Written], str]) -> None:
    before = styles.read(desk).every
    wrong = Written(name="高清", aliases="水彩画", words=" ", instead="一" * 31, example="a\nb")
    with pytest.raises(Wrong) as found:
        create(wrong)
    assert {name: said % values for name, (said, values) in found.value.problems.items()} == {
        "name": "“高清”对机器人有别的意思，粉丝这样说不会当成画风",
        "aliases": "“水彩画”已经是“水彩”的叫法",
        "words": "没有写：不写描述，画出来就没有这种画风",
        "instead": "太长了：最多 30 个字",
        "example": "写成一行文字",
    }
    cases = {
        "": "没有写",
        "一" * 11: "太长",
        "GHIBLI": "已经是",
        **dict.fromkeys(("<b>", "12"), "不能用的字"),
        **dict.fromkeys(("取图", "横版", "白底", "风格"), "别的意思"),
    }
    for name, said in cases.items():
        with pytest.raises(Wrong, match=said):
            create(Written(name=name, words=WORDS))
    with pytest.raises(Wrong, match="最多 30 个"):
        create(Written(name="青花", words=WORDS, aliases="、".join(f"花{n}" for n in range(31))))
    with pytest.raises(NotThere):
        styles.switch(desk, "没有", on=True)
    assert styles.read(desk).every == before


def test_every_style_of_the_file_may_be_saved_as_it_is(world: World, desk: Desk) -> None:
    reserved = world.bot.base.sentences.sent_by_taps()
    assert {"取图", "换风格", "高清"} <= reserved
    for style in first.first().every:
        assert not styles.save(desk, style.key, written(style), reserved=reserved)
    assert history.page(desk.db, desk.account_id, Filter(), most=1)[1] == 0


def test_the_order_is_the_operators(
    world: World, desk: Desk, create: Callable[[Written], str]
) -> None:
    key = create(PORCELAIN)
    before = names(desk)
    assert before[-1] == "青花瓷"
    styles.move(desk, key, by=-2)
    styles.move(desk, before[0], by=-1)
    assert names(desk)[-3:] == ["青花瓷", *before[-3:-1]]
    world.bot.snapshots.refresh()
    assert "吉卜力" in world.say("换风格").content  # type: ignore[union-attr] # the list, in words

    (entry, *_) = history.of(desk.db, desk.account_id, styles.ORDER_OBJECT)
    assert (entry.action, entry.title) == ("style.move", "青花瓷")
    changes.restore(desk, world.bot.files, entry)
    assert names(desk)[-3] == "青花瓷"


def test_the_history_brings_a_style_back(
    world: World, desk: Desk, create: Callable[[Written], str]
) -> None:
    key = create(PORCELAIN)
    seen = styles.find(styles.read(desk), key)
    styles.save(desk, key, written(seen, words="other"), reserved=frozenset(), seen=seen)
    with pytest.raises(Stale):
        styles.save(desk, key, PORCELAIN, reserved=frozenset(), seen=seen)
    styles.revert(desk, key)
    deleted, saved, created = history.of(desk.db, desk.account_id, f"style:{key}")
    assert [one.action for one in (deleted, saved, created)] == [
        *("style.delete", "style.save", "style.create"),
    ]
    changes.restore(desk, world.bot.files, deleted)
    assert styles.find(styles.read(desk), key).words == "other"
    changes.restore(desk, world.bot.files, created)
    assert styles.find(styles.read(desk), key) == seen

    styles.revert(desk, key)
    create(Written(name="青花", words=WORDS))
    with pytest.raises(NotThere, match="已经是"):
        changes.restore(desk, world.bot.files, created)


def test_a_newer_file_gives_way_to_what_the_operator_called_so() -> None:
    file = Styles(
        (
            Style(name="水彩", aliases=("水粉", "薄涂"), words="a", example="b", key="水彩"),
            Style(name="剪纸", words="a", example="b", key="剪纸"),
        )
    )
    own = Style(name="薄涂", aliases=("剪纸",), words="mine", example="c", key="own-1")
    kept = json.dumps(own_styles.document(own))
    laid = own_styles.laid_over(file, {"style.own-1": kept})

    assert laid.every[-1] == own
    assert [(one.name, one.aliases) for one in laid.every[:-1]] == [("水彩", ("水粉",))]
    assert laid.find("剪纸风格的猫") == "薄涂"


def test_with_no_style_at_all_nothing_is_one() -> None:
    none = Styles(())
    assert (none.find("水彩风格的猫"), none.is_all(""), none.is_all("水彩")) == ("", False, False)
