"""Every way of typing the same words is one spelling."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.keywords.normalise import normalise

SPELLINGS = (
    ("AI", "ai"),
    ("ａｉ ", "ai"),
    ("AI。", "ai"),
    ("Ａｉ！", "ai"),
    ("\u200bA\u200dI\ufeff", "ai"),
    ("【AI】", "ai"),
    ("“电子书”", "电子书"),
    ("《电子书》！！", "电子书"),
    ("電子書", "电子书"),
    ("電子書📚", "电子书"),
    ("  电子书\n", "电子书"),
    ("電\u0000子\u0008書", "电子书"),
    ("大厂\u3000内推", "大厂 内推"),
    ("my \t sql", "my sql"),
    ("MySQL知識圖譜", "mysql知识图谱"),
    ("C", "c"),
    ("C++", "c++"),
    ("Ｃ＋＋", "c++"),
    ("C#。", "c#"),
    ("#AI#", "#ai#"),
    ("+1", "+1"),
    ("1️⃣", "1"),
    ("ｶﾞｲﾄﾞ", "ガイド"),
    ("Straße", "strasse"),
    ("ΐ", "ΐ"),
    ("薴", "苎"),
    ("a.b", "a.b"),
    ("3.5%", "3.5"),
)
NOTHING = (
    "",
    " ",
    "。",
    "？？？",
    "……",
    "!!!",
    "+",
    "##",
    "+-+",
    "＋ ＃",
    "😀",
    "❤️",
    "👨‍👩‍👧",
    "\u200b",
    "\ue001",
)


@pytest.mark.parametrize(("text", "spelling"), SPELLINGS)
def test_a_text_has_one_spelling(text: str, spelling: str) -> None:
    assert normalise(text) == spelling


@pytest.mark.parametrize("text", NOTHING)
def test_pure_punctuation_is_nothing(text: str) -> None:
    assert normalise(text) == ""


def test_languages_with_plus_and_sharp_differ() -> None:
    assert len({normalise("C"), normalise("C++"), normalise("C#")}) == 3


@settings(max_examples=2000, deadline=None)
@given(st.text())
def test_a_second_time_changes_nothing(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


def test_no_character_changes_a_second_time() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) in ("Cn", "Co"):
            continue
        for text in (f"a{character}b", f"{character}\u0301x"):
            once = normalise(text)
            assert normalise(once) == once, hex(ord(character))


def test_nothing_unseen_is_left() -> None:
    unseen = (
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cc", "Cf", "Cs") and not character.isspace()
    )
    assert normalise(f"a{''.join(unseen)}b") == "ab"


@settings(max_examples=2000, deadline=None)
@given(
    st.text(), st.sampled_from("。，！? 　~“”…\t\n·🎉"), st.sampled_from("。，！? 　~“”…\t\n·🎉")
)
def test_decoration_at_the_ends_makes_no_difference(text: str, before: str, after: str) -> None:
    # A letter at each end, as a mark would join the decoration beside it.
    text = f"书{text}书"

    assert normalise(before + text + after) == normalise(text)


@settings(max_examples=2000, deadline=None)
@given(st.text(st.characters(codec="ascii")))
def test_the_quick_way_for_plain_letters_is_the_long_way(text: str) -> None:
    assert normalise(f"{text}\ufe0f") == normalise(text)
