"""Lines: the rules hold for any title, and known titles break where a reader would."""

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.images.lettering.breaking import CLOSING, OPENING, break_lines, is_han

TITLES = st.text(
    alphabet="春夏秋冬的第月一ab5A .,!-，。！？：（）《》“”—…%", min_size=1, max_size=60
)


def width(character: str) -> float:
    return 1.0 if is_han(character) else 0.5


@given(TITLES, st.integers(1, 4))
def test_the_rules_hold(title: str, lines: int) -> None:
    text = re.sub(" +", " ", title).strip()
    assume(text)
    broken = break_lines(text, lines=lines, width=width)
    if broken is None:
        assert lines > 1
        return

    assert len(broken.lines) == lines
    assert re.sub(" ", "", "".join(broken.lines)) == re.sub(" ", "", text)
    for before, after in zip(broken.lines, broken.lines[1:], strict=False):
        assert after[0] not in CLOSING
        assert before[-1] not in OPENING
    for line in broken.lines if lines > 1 else ():
        assert len([one for one in line if one not in CLOSING | OPENING | {" "}]) > 1


@given(st.lists(st.text(alphabet="abcXYZ019", min_size=1, max_size=9), min_size=2, max_size=9))
def test_latin_words_stay_whole(words: list[str]) -> None:
    broken = break_lines(" ".join(words), lines=2, width=width)
    assume(broken)
    assert broken is not None

    assert " ".join(broken.lines).split() == words


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("5.1 vacation happy", ("5.1 vacation", "happy")),
        ("落霞与孤鹜齐飞，秋水共长天一色", ("落霞与孤鹜齐飞，", "秋水共长天一色")),
        ("2026年5月1日至5月5日", ("2026年5月", "1日至5月5日")),
        ("欢迎来到《红楼梦》读书会", ("欢迎来到", "《红楼梦》读书会")),
        ("iPhone 17新品发布会", ("iPhone 17", "新品发布会")),
    ],
)
def test_a_title_breaks_where_a_reader_would(title: str, lines: tuple[str, ...]) -> None:
    broken = break_lines(title, lines=2, width=width)

    assert broken is not None
    assert broken.lines == lines


@pytest.mark.parametrize("title", ["快乐", "节日好", "《春》", "Congratulations", "第5届"])
def test_what_cannot_be_broken_is_not(title: str) -> None:
    assert break_lines(title, lines=2, width=width) is None


def test_signs_of_full_width_count_as_chinese() -> None:
    assert all(map(is_han, "春，：！カＡ"))
    assert not any(map(is_han, "a5.“é"))
    assert unicodedata.east_asian_width("“") == "A"
