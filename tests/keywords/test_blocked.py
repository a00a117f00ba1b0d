"""The word list finds what it names, however it is typed, and nothing else."""

import pytest

from bot.keywords.blocked import MOST, Blocked


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("血腥", "一只很血腥的猫", "血腥"),
        ("血腥\n暴力", "暴力和血腥", "血腥"),
        ("ＡＢＣ词", "要 abc词 的", "abc词"),
        ("國旗", "画一面国旗", "国旗"),
        ("ass", "a glass of water", ""),
        ("ass", "glass, ass!", "ass"),
        ("ass", "画ass给我", "ass"),
        ("two words", "these two words here", "two words"),
        ("c++", "learn c++ now", "c++"),
        ("猫", "一只猫", "猫"),
        ("", "什么都行", ""),
        ("\n  \n。\n", "什么都行。", ""),
    ],
)
def test_a_word_is_found(words: str, text: str, found: str) -> None:
    assert Blocked(words).find(text) == found


def test_a_hundred_thousand_words_find_what_is_there_and_nothing_else() -> None:
    words = [f"词{number:05d}号" for number in range(100_000)]
    found = Blocked("\n".join(words))

    assert len(found) == MOST
    assert found.find("画一个词99999號的招牌") == "词99999号"
    assert found.find("画一个词9999号的招牌") == ""
    assert Blocked("\n \n").find("随便什么") == ""
