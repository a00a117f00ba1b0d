"""New picture or change: what a sentence is about."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.images import changes, meaning, prompts
from bot.images.changes import Change
from bot.images.meaning import Reading

OUTCOME = {
    Reading.NEW: "new",
    Reading.PICTURE: "edit",
    Reading.PHOTO: "edit",
    Reading.ASK_PICTURE: "ask",
    Reading.ASK_PHOTO: "photo",
}
TABLE = (Path(__file__).parent / "sentences.txt").read_text(encoding="utf-8")
EVERY = [
    (said, *expected.split())
    for expected, _, said in (line.partition(" | ") for line in TABLE.splitlines())
    if said and not expected.startswith("#")
]


def outcome(said: str, *, photos: bool = False, current: bool = False) -> str:
    return OUTCOME[meaning.decide(meaning.read(said), photos=photos, current=current)]


@pytest.mark.parametrize(("said", "first", "after"), EVERY, ids=[one[0][:20] for one in EVERY])
def test_a_sentence_is_what_it_is_meant_to_be(said: str, first: str, after: str) -> None:
    """Without a picture, right after one, and right after a photo."""
    assert outcome(said) == first
    assert outcome(said, current=True) == after
    assert outcome(said, photos=True) == "edit"


def test_the_table_is_large_and_says_each_sentence_once() -> None:
    assert len(EVERY) >= 300
    assert len({said for said, _first, _after in EVERY}) == len(EVERY)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("新图 背景换成夜晚", "背景换成夜晚"),
        ("新图：一只狗", "一只狗"),
        ("新图", ""),
        ("重新画", ""),
        ("重新画一张吧", ""),
        ("重新画：雪山", "雪山"),
        ("另画一只狗", "一只狗"),
        ("另外画一张雪山", "雪山"),
        ("再重新生成一张图", ""),
        ("重新畫一張雪山", "雪山"),
    ],
)
def test_new_is_said_first(said: str, words: str) -> None:
    sentence = meaning.read(said)

    assert (sentence.fresh, sentence.words) == (True, words)
    assert outcome(said, current=True, photos=True) == "new"


@pytest.mark.parametrize("said", ["新图书馆的设计", "新图案", "重新画面布局", "另画家的作品"])
def test_words_that_only_begin_like_new(said: str) -> None:
    assert not meaning.read(said).fresh


@pytest.mark.parametrize(
    ("said", "words"),
    [("改图 一只猫", "一只猫"), ("改图：夜晚的城市", "夜晚的城市"), ("改图", "")],
)
def test_change_is_said_first(said: str, words: str) -> None:
    sentence = meaning.read(said)

    assert (sentence.insists, sentence.words) == (True, words)
    assert (outcome(said, current=True), outcome(said)) == ("edit", "ask")


@pytest.mark.parametrize(
    ("said", "picture", "words"),
    [
        ("第2张", (2, 0, 0), ""),
        ("第2张背景换成夜晚", (2, 0, 0), "背景换成夜晚"),
        ("第二张图再亮一点", (2, 0, 0), "再亮一点"),
        ("把第三张的帽子换成红色", (3, 0, 0), "把帽子换成红色"),
        ("第十二张，变成水彩", (12, 0, 0), "变成水彩"),
        ("第二十一張再亮一點", (21, 0, 0), "再亮一點"),
        ("#128 背景换成夜晚", (0, 128, 0), "背景换成夜晚"),
        ("＃128", (0, 128, 0), ""),
        ("128号图变成水彩", (0, 128, 0), "变成水彩"),
        ("第128号再亮一点", (0, 128, 0), "再亮一点"),
        ("把128号的天空改成晚霞", (0, 128, 0), "把天空改成晚霞"),
        ("上一张再亮一点", (0, 0, 1), "再亮一点"),
        ("这张再亮一点", (0, 0, 1), "再亮一点"),
        ("把上一张图变成水彩", (0, 0, 1), "变成水彩"),
        ("上上张换成横版", (0, 0, 2), "换成横版"),
        ("改图 第2张 夜晚", (2, 0, 0), "夜晚"),
        # Not a picture of theirs.
        ("第三幅山水画", (0, 0, 0), "第三幅山水画"),
        ("第2张桌子上有花", (0, 0, 0), "第2张桌子上有花"),
        ("#1E90FF 背景的苹果", (0, 0, 0), "#1E90FF 背景的苹果"),
        ("3号球员射门", (0, 0, 0), "3号球员射门"),
        ("这张照片变成水彩", (0, 0, 0), "这张照片变成水彩"),
    ],
)
def test_a_picture_is_named(said: str, picture: tuple[int, int, int], words: str) -> None:
    sentence = meaning.read(said)

    assert (sentence.nth, sentence.number, sentence.back) == picture
    assert sentence.words == words
    assert sentence.names_a_picture is any(picture)


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "把",
                "背景",
                "换成",
                "夜晚",
                "再",
                "亮",
                "一点",
                "去掉",
                "加",
                "一只猫",
                "水彩",
                "风格",
                "的",
            ),
            *(
                "新图",
                "改图",
                "第2张",
                "第十",
                "#12",
                "128号",
                "上一张",
                "照片",
                "太",
                "了",
                "，",
                " ",
                "我",
            ),
        ]
    ),
    max_size=14,
).map("".join)


@settings(max_examples=800, deadline=None)
@given(st.text(max_size=120) | PIECES)
def test_anything_has_a_meaning_and_loses_no_word_it_is_about(text: str) -> None:
    text = prompts.clean(text)
    sentence = meaning.read(text)
    letters = iter(text)

    assert all(letter in letters for letter in sentence.words)
    if sentence.change is Change.NO and not (sentence.insists or sentence.names_a_picture):
        assert outcome(text, current=True) in {"new", "photo"}
    assert outcome(text) != "edit" or sentence.names_a_picture


@pytest.mark.parametrize(
    "text",
    [
        *("把" * 2000, "好看" * 1000, "再" * 2000, "太" * 2000, "背景" * 1000, "新图" * 1000),
        *("第" * 2000, "它" * 2000, "不够" * 1000, "一点" * 1000, "，" * 2000, "照片" * 1000),
    ],
)
@pytest.mark.parametrize("question", [meaning.read, changes.change, changes.of_photo])
def test_hostile_texts_take_no_time(text: str, question: Callable[[str], object]) -> None:
    """A bound of a quarter second: the request thread has five."""
    started = time.perf_counter()
    question(text)

    assert time.perf_counter() - started < 0.25
