"""The word list finds what it names, however it is typed, and nothing else."""

import pytest

from bot.keywords.blocked import Blocked


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
