"""Every push WeChat makes becomes its record; everything else is refused."""

import pytest
import wechatpy
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadRequest
from bot.models import (
    Inbound,
    SubscribeEvent,
    TextMessage,
)
from bot.wechat import codec
from tests.wechat.pushes import EVENTS, HEAD, MESSAGES, SENT, event, message, push, text


class TestParse:
    @pytest.mark.parametrize(("xml", "record"), MESSAGES + EVENTS)
    def test_every_push_becomes_its_record(self, xml: bytes, record: Inbound) -> None:
        assert codec.parse(xml) == record

    @pytest.mark.parametrize(("xml", "record"), MESSAGES + EVENTS)
    def test_wechatpy_reads_the_same(self, xml: bytes, record: Inbound) -> None:
        seen = wechatpy.parse_message(xml)

        assert (seen.source, seen.target, seen._data["CreateTime"]) == (
            record.openid if "OpenID" not in seen._data else HEAD["openid"],
            record.to,
            str(record.created),
        )
        if isinstance(record, TextMessage):
            assert (seen.content, str(seen.id)) == (record.content, record.msg_id)

    @pytest.mark.parametrize("name", ["subscribe", "SUBSCRIBE", "Subscribe"])
    def test_event_names_have_no_case(self, name: str) -> None:
        assert codec.parse(event(name)) == SubscribeEvent(**HEAD, name="subscribe")

    def test_article_fields_are_passed_over(self) -> None:
        xml = message("text", "<Content>a</Content><MsgDataId>1</MsgDataId><Idx>2</Idx>")

        assert codec.parse(xml) == TextMessage(**SENT, content="a")

    @pytest.mark.parametrize(
        "content", ["", " ", "  画 猫\n\n", "ＡＩ　", "👨‍👩‍👧", "</Content>", "&lt;", "&amp;<b>"]
    )
    def test_content_stays_as_typed(self, content: str) -> None:
        assert codec.parse(text(content)) == TextMessage(**SENT, content=content)

    def test_escaped_content_is_read(self) -> None:
        xml = message("text", "<Content>a &lt;b&gt; &#20070;</Content>")

        assert codec.parse(xml) == TextMessage(**SENT, content="a <b> 书")

    @pytest.mark.parametrize("code", [0, 1, 8, 11, 12, 14, 31, 0xFFFE, 0xFFFF])
    def test_forbidden_characters_are_dropped(self, code: int) -> None:
        assert codec.parse(text(f"画{chr(code)}猫")) == TextMessage(**SENT, content="画猫")

    def test_a_dropped_character_cannot_end_the_cdata_section(self) -> None:
        """Dropped before reading, it would leave ``]]>`` and let the follower add tags."""
        typed = "a]]\x01></Content><MsgDataId>1</MsgDataId><x><![CDATA["

        assert codec.parse(text(typed)) == TextMessage(**SENT, content=typed.replace("\x01", ""))

    def test_a_message_of_64_kib_is_read_and_no_more(self) -> None:
        room = 64 * 1024 - len(text(""))

        assert codec.parse(text("a" * room)) == TextMessage(**SENT, content="a" * room)
        with pytest.raises(BadRequest):
            codec.parse(text("a" * (room + 1)))

    @pytest.mark.parametrize(
        "xml",
        [
            b"",
            b"success",
            b"{}",
            b"<xml>",
            b"<xml/>",
            b"<xml>abc</xml>",
            b"<xml></xml><xml></xml>",
            b"<html></html>",
            text("a") + b"!",
            text("a").decode().encode("utf-16"),
            text("书").decode().encode("gbk"),
            text("a").replace(b"[a]", b"[\xed\xa0\x80]"),
            text("a").replace(b"<xml>", b'<xml a="1">'),
            b'<?xml version="1.0"?>' + text("a"),
            b"<?php 1 ?>" + text("a"),
            b"<!-- -->" + text("a"),
            b"<!DOCTYPE xml>" + text("a"),
            b'<!DOCTYPE xml [<!ENTITY a "b">]>' + message("text", "<Content>&a;</Content>"),
            b'<!DOCTYPE xml SYSTEM "file:///etc/passwd">' + text("a"),
            message("text", "<Content>&a;</Content>"),
            message("text", "<Content>&#0;</Content>"),
            message("text", ""),
            message("text", "<Content>a</Content><Content>b</Content>"),
            message("text", "<Content><a>b</a></Content>"),
            message("text", "<Content>a<b/></Content>"),
            message("text", "<Content>a</Content><Idx>1</Idx><Idx>1</Idx>"),
            message("text", "stray<Content>a</Content>"),
            event("scancode_push", "<ScanCodeInfo>a<ScanType>b</ScanType></ScanCodeInfo>"),
            event("CLICK", "<EventKey><item>a</item></EventKey>"),
            message("image", ""),
            message("image", "<MediaId> </MediaId>"),
            message("location", "<Location_X>1</Location_X>"),
            message("", ""),
            message("text text", "<Content>a</Content>"),
            event(""),
            event("a b"),
            event("subscribe", "<Event>scan</Event>"),
            event("click", "<EventKey><a/></EventKey>"),
            event("LOCATION"),
            event("pic_weixin", "<SendPicsInfo><Count>two</Count></SendPicsInfo>"),
            event("user_info_modified", "<OpenID> </OpenID>"),
            push("<MsgType>event</MsgType>"),
            push("<MsgType>text</MsgType><Content>a</Content>"),
        ],
    )
    def test_anything_else_is_refused(self, xml: bytes) -> None:
        with pytest.raises(BadRequest):
            codec.parse(xml)

    @pytest.mark.parametrize("levels", [5, 100, 5000])
    def test_deeper_nesting_is_refused(self, levels: int) -> None:
        with pytest.raises(BadRequest, match="nested"):
            codec.parse(message("text", "<a>" * levels + "</a>" * levels))

    @pytest.mark.parametrize(
        "value", ["", "0", "01", "-1", "+1", "１２３", "1_0", "1.0", " 1", "1 ", "1e3", "1" * 21]
    )
    @pytest.mark.parametrize("tag", ["MsgId", "CreateTime"])
    def test_numbers_are_ascii_digits(self, tag: str, value: str) -> None:
        right = {"MsgId": "5984173340656910006", "CreateTime": "1395"}[tag]
        xml = text("a").replace(f"<{tag}>{right}".encode(), f"<{tag}>{value}".encode())
        with pytest.raises(BadRequest, match=tag):
            codec.parse(xml)

    @pytest.mark.parametrize("value", ["", " ", "\t", "o 1", "o|1", "关注者", "o" * 65])
    @pytest.mark.parametrize("tag", ["ToUserName", "FromUserName"])
    def test_names_have_a_form(self, tag: str, value: str) -> None:
        right = {"ToUserName": "gh_7f083739789a", "FromUserName": "oia2TjuEGTNoeX76QEjQ"}[tag]
        xml = text("a").replace(f"[{right}]".encode(), f"[{value}]".encode())
        with pytest.raises(BadRequest, match=tag):
            codec.parse(xml)

    @given(st.binary(max_size=400))
    @settings(max_examples=2000)
    def test_random_bodies_are_refused(self, body: bytes) -> None:
        with pytest.raises(BadRequest):
            codec.parse(body)


class TestRenderInbound:
    @pytest.mark.parametrize("record", [record for _, record in MESSAGES + EVENTS])
    def test_what_is_rendered_is_parsed(self, record: Inbound) -> None:
        assert codec.parse(codec.render_inbound(record)) == record

    @pytest.mark.parametrize(
        ("name", "written"),
        [("click", "CLICK"), ("scan", "SCAN"), ("subscribe", "subscribe"), ("verify_expired",) * 2],
    )
    def test_event_names_have_wechats_case(self, name: str, written: str) -> None:
        record = codec.parse(event(name))

        assert f"<Event><![CDATA[{written}]]></Event>".encode() in codec.render_inbound(record)

    @given(st.text(st.characters(codec="utf-8"), max_size=300))
    @settings(max_examples=2000)
    def test_any_content_survives_but_what_xml_forbids(self, content: str) -> None:
        read = codec.parse(codec.render_inbound(TextMessage(**SENT, content=content)))

        allowed = "".join(
            character
            for character in content.replace("\r\n", "\n").replace("\r", "\n")
            if character in "\t\n" or (character >= " " and character not in "\ufdd0\ufffe\uffff")
        )
        assert read == TextMessage(**SENT, content=allowed)
