"""Every reply re-parses to what was meant, by our reader and by wechatpy's."""

import re
from urllib.parse import quote

import pytest
import wechatpy
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.replies import deserialize_reply

from bot.errors import BadRequest
from bot.models import (
    Article,
    ImageReply,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Reply,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
)
from bot.wechat import codec, replies

OPENID, SENDER = "oia2TjuEGTNoeX76QEjQ", "gh_7f083739789a"
ARTICLE = Article(
    "MySQL 知识图谱", "从索引到事务", "https://example.com/?a=1&b=2", "https://e.c/1.png"
)
ANY_TEXT = st.text(st.characters(), max_size=300)


def render(reply: Reply, *, article_limit: int = 1) -> bytes:
    return codec.render(
        reply, openid=OPENID, sender=SENDER, created=1395, article_limit=article_limit
    )


def reread(reply: Reply, *, article_limit: int = 1) -> Reply:
    read, openid, sender = codec.parse_reply(render(reply, article_limit=article_limit))
    assert (openid, sender) == (OPENID, SENDER)
    return read


class TestRender:
    @pytest.mark.parametrize(
        "reply",
        [
            TextReply("收到，正在画\n<a href='https://example.com/'>链接</a>"),
            ImageReply("media-1"),
            VoiceReply("media-2"),
            VideoReply("media-3", "标题", "描述"),
            MusicReply("thumb-1", "歌名", "歌手", "https://e.c/a.mp3", "https://e.c/b.mp3"),
            NewsReply((ARTICLE,)),
            TransferReply(),
            TransferReply("agent@gh"),
        ],
    )
    def test_every_kind_parses_back(self, reply: Reply) -> None:
        assert reread(reply) == reply

    def test_exact_bytes(self) -> None:
        assert render(TextReply("电子书")).decode() == (
            "<xml><ToUserName><![CDATA[oia2TjuEGTNoeX76QEjQ]]></ToUserName>"
            "<FromUserName><![CDATA[gh_7f083739789a]]></FromUserName>"
            "<CreateTime>1395</CreateTime><MsgType><![CDATA[text]]></MsgType>"
            "<Content><![CDATA[电子书]]></Content></xml>"
        )

    @pytest.mark.parametrize(("limit", "count"), [(1, 1), (8, 8), (20, 8)])
    def test_news_are_limited(self, limit: int, count: int) -> None:
        news = NewsReply((ARTICLE,) * 10)

        assert reread(news, article_limit=limit) == NewsReply((ARTICLE,) * count)

    @pytest.mark.parametrize(
        ("reply", "text"),
        [
            (ImageReply("", "图片稍后就好"), "图片稍后就好"),
            (ImageReply("file:welcome.png", "图片稍后就好"), "图片稍后就好"),
            (VoiceReply("file:a.mp3", "语音"), "语音"),
            (VideoReply(" ", alt="视频"), "视频"),
            (MusicReply("file:t.jpg", "歌", url="https://e.c/a.mp3", alt="听歌"), "听歌"),
            (MusicReply("", "歌", url="https://e.c/a.mp3"), "歌\nhttps://e.c/a.mp3"),
            (ImageReply("file:welcome.png"), "…"),
            (NewsReply(()), "…"),
            (TextReply(""), "…"),
            (TextReply(" \n\x00"), "…"),
        ],
    )
    def test_text_stands_in_for_what_cannot_be_shown(self, reply: Reply, text: str) -> None:
        assert reread(reply) == TextReply(text)

    def test_a_mini_program_is_answered_as_a_link(self) -> None:
        card = MiniprogramReply(
            "wx1", 'pages/a?b="1"', "打开<小程序>", url="https://example.com/?a=1&b=2"
        )

        assert reread(card) == TextReply(
            '<a data-miniprogram-appid="wx1" data-miniprogram-path="pages/a?b=%221%22"'
            ' href="https://example.com/?a=1&b=2">打开＜小程序＞</a>'
        )

    def test_long_titles_are_cut_and_long_addresses_dropped(self) -> None:
        long = Article("题" * 100, "述" * 300, "https://e.c/" + "a" * 1024, "https://e.c/1.png")

        assert reread(NewsReply((long,))) == NewsReply(
            (Article("题" * 64, "述" * 170, "", "https://e.c/1.png"),)
        )

    @given(ANY_TEXT)
    @settings(max_examples=2000)
    def test_any_text_parses_back(self, text: str) -> None:
        assert reread(TextReply(text)) == TextReply(replies.cut(text) if _seen(text) else "…")

    @given(text=st.text(st.sampled_from("]>[<!CDAT &a/\r\n\x00\ud800书😀")), end=ANY_TEXT)
    @settings(max_examples=2000)
    def test_markup_parses_back(self, text: str, end: str) -> None:
        video = reread(VideoReply("m", text[:30], end[:30]))

        assert video == VideoReply("m", replies.cut(text[:30], 192), replies.cut(end[:30], 512))

    @given(st.text(st.sampled_from("]>[<!CDAT &a/\n书😀"), min_size=1))
    @settings(max_examples=2000)
    def test_wechatpy_reads_the_same(self, text: str) -> None:
        read = deserialize_reply(render(TextReply(text)).decode())

        # xmltodict, below wechatpy, strips.
        assert read.content == (replies.cut(text).strip() or "…")


class TestOracle:
    """wechatpy reads our replies, and we read wechatpy's."""

    def test_wechatpy_reads_ours(self) -> None:
        image = deserialize_reply(render(ImageReply("media-1")).decode())
        music = deserialize_reply(render(MusicReply("t", "歌", "手", "http://a", "http://b")))
        news = deserialize_reply(render(NewsReply((ARTICLE, ARTICLE)), article_limit=8))

        assert (image.type, image.image, image.target, image.source) == (
            "image",
            "media-1",
            OPENID,
            SENDER,
        )
        assert music.music == {
            "title": "歌",
            "description": "手",
            "music_url": "http://a",
            "hq_music_url": "http://b",
            "thumb_media_id": "t",
        }
        assert [article["title"] for article in news.articles] == [ARTICLE.title] * 2

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            (wechatpy.replies.TextReply(content="书"), TextReply("书")),
            (wechatpy.replies.ImageReply(media_id="m"), ImageReply("m")),
            (wechatpy.replies.VoiceReply(media_id="m"), VoiceReply("m")),
            (
                wechatpy.replies.VideoReply(media_id="m", title="a", description="b"),
                VideoReply("m", "a", "b"),
            ),
            (
                wechatpy.replies.MusicReply(
                    thumb_media_id="t", title="a", description="b", music_url="c", hq_music_url="d"
                ),
                MusicReply("t", "a", "b", "c", "d"),
            ),
            (
                wechatpy.replies.ArticlesReply(
                    articles=[{"title": "a", "description": "b", "image": "c", "url": "d"}]
                ),
                NewsReply((Article("a", "b", "d", "c"),)),
            ),
            (wechatpy.replies.TransferCustomerServiceReply(), TransferReply()),
        ],
    )
    def test_we_read_wechatpys(self, theirs: wechatpy.replies.BaseReply, ours: Reply) -> None:
        theirs.target, theirs.source = OPENID, SENDER

        assert codec.parse_reply(theirs.render().encode()) == (ours, OPENID, SENDER)


class TestParseReply:
    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("<ToUserName><![CDATA[oia2TjuEGTNoeX76QEjQ]]></ToUserName>", ""),
            ("[gh_7f083739789a]", "[]"),
            ("<CreateTime>1395<", "<CreateTime>now<"),
            ("[text]", "[Text]"),
            ("[text]", "[image]"),
            ("[书]", "[]"),
            ("[书]", "[ ]"),
            ("[书]", "[a]]><Content>b</Content><![CDATA[c]"),
            ("[书]", f"[{'书' * 683}]"),
            ("</xml>", ""),
        ],
    )
    def test_what_wechat_refuses_is_refused(self, right: str, wrong: str) -> None:
        rendered = render(TextReply("书")).decode()
        assert right in rendered
        with pytest.raises(BadRequest):
            codec.parse_reply(rendered.replace(right, wrong).encode())

    @pytest.mark.parametrize("body", [b"", b"success", b'{"a": 1}', b"null"])
    def test_what_is_no_xml_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadRequest):
            codec.parse_reply(body)

    @pytest.mark.parametrize("count", ["0", "2", "", "one"])
    def test_news_must_count_right(self, count: str) -> None:
        rendered = render(NewsReply((ARTICLE,)))
        with pytest.raises(BadRequest, match="ArticleCount"):
            codec.parse_reply(rendered.replace(b">1</A", f">{count}</A".encode()))


class TestCut:
    def test_what_fits_is_kept(self) -> None:
        assert replies.cut("书" * 666) == "书" * 666

    @pytest.mark.parametrize(
        ("text", "limit", "kept"),
        [
            ("书书书", 8, "书书"),
            ("a😀", 4, "a"),
            ("a👨‍👩‍👧", 12, "a"),
            ("a👍🏽", 6, "a"),
            ("a🇨🇳🇨🇳", 14, "a🇨🇳"),
            ("ae\u0301", 2, "a"),
            ("a1\ufe0f\u20e3", 3, "a"),
            ("甲<a href='#'>乙</a>丙", 18, "甲"),
            ("甲<a href='#'>乙</a>丙", 21, "甲"),
            ("甲<a href='#'>乙</a>丙", 22, "甲<a href='#'>乙</a>"),
            ("甲<A HREF='#'>乙</A>丙", 20, "甲"),
            ("甲<a href='#'>乙</a>", 4, "甲"),
            ("甲<abbr>乙</a>", 8, "甲<abbr"),
            ("<a href='#'>乙</a>", 12, "<a href='#'>"),
            ("e" + "\u0301" * 40, 41, "e" + "\u0301" * 20),
        ],
    )
    def test_glyphs_and_links_stay_whole(self, text: str, limit: int, kept: str) -> None:
        assert replies.cut(text, limit) == kept

    def test_a_menu_link_is_never_cut(self) -> None:
        link = f'<a href="weixin://bizmsgmenu?msgmenucontent={quote("取图")}&msgmenuid=1">取图</a>'
        for length in range(1900, 2000):
            kept = replies.cut("a" * length + link)
            assert kept in ("a" * length, "a" * length + link)

    @given(
        text=st.text(st.sampled_from("书a😀🇨🇳\u0301\u200d\x00\ud800")),
        limit=st.integers(min_value=40, max_value=200),
    )
    @settings(max_examples=2000)
    def test_a_cut_is_a_beginning_that_fits(self, text: str, limit: int) -> None:
        whole = re.sub("[\x00\ud800]", "", text)
        kept = replies.cut(text, limit)

        assert whole.startswith(kept)
        assert len(kept.encode()) <= limit
        assert kept == whole or len(kept.encode()) > limit - 70


def _seen(text: str) -> bool:
    return bool(replies.cut(text).strip())
