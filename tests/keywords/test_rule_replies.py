"""One passive answer out of many replies, and the same one for every retry."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.keywords.replies import MAX_BYTES, MAX_PUSHES, choose, combine, resolve
from bot.models import (
    Article,
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Pick,
    Reply,
    Rule,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)

A, B, C = TextReply("甲"), TextReply("乙"), TextReply("丙")
PICTURE = ImageReply("media-1", "图的文字")
NEWS = NewsReply((Article("标题", "说明", "https://example.com/"),))
NEWS_TEXT = "标题\nhttps://example.com/"


class TestChoose:
    def test_all_are_chosen_in_their_order(self) -> None:
        assert choose(Rule(name="r", replies=(A, PICTURE, B)), message_key="k") == (A, PICTURE, B)

    def test_random_chooses_one_and_the_same_for_a_retry(self) -> None:
        rule = Rule(name="r", replies=(A, B, C), pick=Pick.RANDOM)

        assert all(len(choose(rule, message_key=f"{n}")) == 1 for n in range(50))
        assert choose(rule, message_key="k") == choose(rule, message_key="k")

    def test_random_is_fair(self) -> None:
        rule = Rule(name="r", replies=(A, B, C), pick=Pick.RANDOM)
        counts = Counter(choose(rule, message_key=f"app|openid|{n}|{n}")[0] for n in range(3000))

        assert all(900 < count < 1100 for count in counts.values())

    def test_random_keeps_to_the_weights(self) -> None:
        rule = Rule(name="r", replies=(A, B, C), pick=Pick.RANDOM, weights=(1, 1, 8))
        counts = Counter(choose(rule, message_key=f"app|openid|{n}|{n}")[0] for n in range(3000))

        assert {reply: True for reply, count in counts.items() if count > 2200} == {C: True}
        assert all(count > 200 for count in counts.values())

    def test_random_is_the_same_in_every_process(self) -> None:
        code = (
            "from bot.keywords.replies import choose\n"
            "from bot.models import Pick, Rule, TextReply\n"
            "rule = Rule(name='r', pick=Pick.RANDOM,"
            " replies=tuple(TextReply(str(n)) for n in range(7)))\n"
            "print([choose(rule, message_key=str(n))[0].content for n in range(40)])\n"
        )
        drawn = {
            subprocess.run(
                [sys.executable, "-c", code],
                env={"PYTHONHASHSEED": seed},
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for seed in ("0", "1", "4242")
        }

        assert len(drawn) == 1
        assert drawn.pop().count("'") == 80

    def test_a_rule_without_replies_has_none(self) -> None:
        assert choose(Rule(name="r", pick=Pick.RANDOM), message_key="k") == ()


@pytest.mark.parametrize(
    ("reply", "known", "unknown"),
    [
        (ImageReply("file:a", "字"), ImageReply("id", "字"), TextReply("字")),
        (VoiceReply("file:a", "字"), VoiceReply("id", "字"), TextReply("字")),
        (
            VideoReply("file:a", "题", "述", "字"),
            VideoReply("id", "题", "述", "字"),
            TextReply("字"),
        ),
        (VideoReply("file:a", "题", "述"), VideoReply("id", "题", "述"), TextReply("题\n述")),
        (
            MusicReply("file:a", "题", url="https://m"),
            MusicReply("id", "题", url="https://m"),
            TextReply("题\nhttps://m"),
        ),
        (ImageReply("media-9", "字"), ImageReply("media-9", "字"), ImageReply("media-9", "字")),
        (MusicReply("media-9"), MusicReply("media-9"), MusicReply("media-9")),
        (A, A, A),
        (NEWS, NEWS, NEWS),
        (TransferReply(), TransferReply(), TransferReply()),
    ],
)
def test_a_text_stands_in_for_a_file_wechat_does_not_have(
    reply: Reply, known: Reply, unknown: Reply
) -> None:
    assert resolve(reply, {"file:a": "id", "file:b": "other"}) == known
    assert resolve(reply, {"file:b": "other"}) == unknown
    assert resolve(reply, {"file:a": ""}) == unknown


class TestWherePushingIsAllowed:
    @pytest.mark.parametrize(
        ("replies", "passive", "rest"),
        [
            ([A], A, ()),
            ([PICTURE], PICTURE, ()),
            ([A, B], TextReply("甲\n\n乙"), ()),
            ([A, B, PICTURE], TextReply("甲\n\n乙"), (PICTURE,)),
            ([A, PICTURE, B], A, (PICTURE, B)),
            ([PICTURE, A, B, NEWS], PICTURE, (TextReply("甲\n\n乙"), NEWS)),
            ([A, TransferReply()], TransferReply(), (A,)),
        ],
    )
    def test_neighbouring_texts_are_one(
        self, replies: list[Reply], passive: Reply, rest: tuple[Reply, ...]
    ) -> None:
        assert combine(replies, can_push=True) == (passive, rest)

    def test_texts_that_do_not_fit_together_stay_apart(self) -> None:
        long = TextReply("长" * 600)

        assert combine([long, long, A], can_push=True) == (
            long,
            (TextReply(f"{long.content}\n\n甲"),),
        )

    def test_texts_are_joined_up_to_the_last_byte(self) -> None:
        fits = TextReply("x" * (MAX_BYTES - len("\n\n甲".encode())))
        over = TextReply(f"{fits.content}x")

        assert combine([fits, A], can_push=True)[1] == ()
        assert combine([over, A], can_push=True) == (over, (A,))

    def test_what_is_too_much_to_push_is_said_in_words(self) -> None:
        replies: list[Reply] = [A, PICTURE, B, PICTURE, C, NEWS, A]

        assert combine(replies, can_push=True) == (
            A,
            (PICTURE, B, PICTURE, TextReply(f"丙\n\n{NEWS_TEXT}\n\n甲")),
        )

    def test_fewer_pushes_may_be_allowed(self) -> None:
        replies: list[Reply] = [A, PICTURE, B, NEWS]

        assert combine(replies, can_push=True, pushes=2) == (
            A,
            (PICTURE, TextReply(f"乙\n\n{NEWS_TEXT}")),
        )


class TestWherePushingIsNot:
    @pytest.mark.parametrize(
        ("replies", "passive"),
        [
            ([A], A),
            ([PICTURE], PICTURE),
            ([NEWS], NEWS),
            ([A, PICTURE], TextReply("甲\n\n图的文字")),
            ([PICTURE, NEWS, A], TextReply(f"图的文字\n\n{NEWS_TEXT}\n\n甲")),
            ([A, ImageReply("media-1"), B], TextReply("甲\n\n乙")),
            (
                [A, MiniprogramReply("wx", "p", "小程序", url="https://mp")],
                TextReply("甲\n\n小程序\nhttps://mp"),
            ),
            ([A, VideoReply("m", "片名")], TextReply("甲\n\n片名")),
            ([A, TransferReply("kf")], TransferReply("kf")),
        ],
    )
    def test_all_is_in_one_answer(self, replies: list[Reply], passive: Reply) -> None:
        assert combine(replies, can_push=False) == (passive, ())

    def test_too_much_is_cut_at_a_line(self) -> None:
        lines = TextReply("\n".join(f"第{number}行" + "字" * 90 for number in range(7)))
        passive, _ = combine([lines, lines], can_push=False)

        assert isinstance(passive, TextReply)
        assert passive.content.endswith("字\n…")
        assert MAX_BYTES - 300 < len(passive.content.encode()) <= MAX_BYTES

    def test_one_line_that_is_too_long_is_cut_at_a_character(self) -> None:
        passive, _ = combine([TextReply("字" * 700)], can_push=False)

        assert passive == TextReply("字" * 665 + "…")


PIECES = st.one_of(
    st.builds(TextReply, st.text(min_size=1, max_size=30)),
    st.builds(TextReply, st.integers(1, 900).map(lambda size: "字" * size)),
    st.builds(ImageReply, st.just("m"), st.text(max_size=9)),
    st.just(NEWS),
    st.just(VideoReply("m", "片")),
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=12), st.booleans())
def test_whatever_the_replies_the_answer_fits(replies: list[Reply], can_push: bool) -> None:
    passive, rest = combine(replies, can_push=can_push)

    assert len(rest) <= (MAX_PUSHES if can_push else 0)
    for part in (passive, *rest):
        assert not isinstance(part, TextReply) or len(part.content.encode()) <= MAX_BYTES
    assert combine(replies, can_push=can_push) == (passive, rest)


@settings(max_examples=2000, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=5))
def test_what_can_be_pushed_is_all_given(replies: list[Reply]) -> None:
    passive, rest = combine(replies, can_push=True)
    given_back = [part for part in (passive, *rest) if not isinstance(part, TextReply)]

    assert given_back == [reply for reply in replies if not isinstance(reply, TextReply)]
