"""Signatures and encryption, against the official vector, wechatpy and every flaw we know."""

import base64
import dataclasses
import re
import secrets

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from bot.errors import BadRequest, BadSignature, ConfigError, StaleTimestamp
from bot.wechat import crypto
from bot.wechat.crypto import Credentials, Mode

NOW = 1714037059
APP_ID = "wx5823bf96d3bd56c7"
TOKEN = "QDG6eK"
ENCODING_AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SAFE = Credentials.parse(APP_ID, TOKEN, ENCODING_AES_KEY)
PLAIN = Credentials.parse(APP_ID, TOKEN, "")
XML = (
    "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName>"
    "<CreateTime>1714037059</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[电子书]]></Content><MsgId>1</MsgId></xml>"
).encode()
ORACLE = WeChatCrypto(TOKEN, ENCODING_AES_KEY, APP_ID)


def query(**changes: str) -> dict[str, str]:
    signed = {"timestamp": str(NOW), "nonce": "486452656"} | changes
    return {"signature": crypto.sign(TOKEN, signed["timestamp"], signed["nonce"])} | signed


def envelope(encrypted: str) -> tuple[dict[str, str], bytes]:
    """Return a rightly signed push of *encrypted*, whatever that is."""
    asked = query(encrypt_type="aes")
    asked["msg_signature"] = crypto.sign(TOKEN, asked["timestamp"], asked["nonce"], encrypted)
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return asked, body.encode()


def encrypt_raw(padded: bytes) -> str:
    assert SAFE.aes_key is not None
    encryptor = Cipher(algorithms.AES(SAFE.aes_key), modes.CBC(SAFE.aes_key[:16])).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def clear(*, xml: bytes = XML, length: int | None = None, app_id: str = APP_ID) -> bytes:
    size = len(xml) if length is None else length
    return bytes(16) + size.to_bytes(4, "big") + xml + app_id.encode()


def padded(data: bytes, *, block: int = 32) -> bytes:
    count = block - len(data) % block
    return data + bytes((count,)) * count


class TestCredentials:
    def test_the_key_is_read_from_its_43_characters(self) -> None:
        assert SAFE.aes_key == base64.b64decode(ENCODING_AES_KEY + "=")
        assert PLAIN.aes_key is None

    @pytest.mark.parametrize(
        ("app_id", "token", "key", "named"),
        [
            ("", "QDG6eK", "", ["WECHAT_APP_ID"]),
            ("wx 1", "QDG6eK", "", ["WECHAT_APP_ID"]),
            ("wx1", "ab", "", ["WECHAT_TOKEN"]),
            ("wx1", "a" * 33, "", ["WECHAT_TOKEN"]),
            ("wx1", "令牌令牌", "", ["WECHAT_TOKEN"]),
            ("wx1", "QDG6eK", "a" * 42, ["WECHAT_AES_KEY"]),
            ("wx1", "QDG6eK", "a" * 44, ["WECHAT_AES_KEY"]),
            ("wx1", "QDG6eK", "a" * 42 + "=", ["WECHAT_AES_KEY"]),
            ("wx1", "QDG6eK", "a" * 42 + "é", ["WECHAT_AES_KEY"]),
            ("", "", "a", ["WECHAT_APP_ID", "WECHAT_TOKEN", "WECHAT_AES_KEY"]),
        ],
    )
    def test_every_gap_is_named(self, app_id: str, token: str, key: str, named: list[str]) -> None:
        with pytest.raises(ConfigError) as caught:
            Credentials.parse(app_id, token, key)

        assert re.findall("WECHAT_[A-Z_]+", str(caught.value)) == named

    def test_secrets_are_not_shown(self) -> None:
        assert repr(SAFE) == f"Credentials(app_id='{APP_ID}')"


class TestSign:
    def test_official_vector(self) -> None:
        signature = crypto.sign("AAAAA", "1714037059", "486452656")

        assert signature == "899cf89e464efb63f54ddac96b0a0a235f53aa78"

    @given(
        token=st.from_regex("[0-9A-Za-z]{3,32}", fullmatch=True),
        timestamp=st.from_regex("[0-9]{10}", fullmatch=True),
        nonce=st.from_regex("[0-9A-Za-z]{1,64}", fullmatch=True),
    )
    @settings(max_examples=2000)
    def test_wechatpy_agrees(self, token: str, timestamp: str, nonce: str) -> None:
        check_signature(token, crypto.sign(token, timestamp, nonce), timestamp, nonce)


class TestVerify:
    @pytest.mark.parametrize("skew", [-300, -1, 0, 1, 300])
    def test_a_right_signature_passes_within_the_window(self, skew: int) -> None:
        crypto.verify(SAFE, query(timestamp=str(NOW + skew)), now=NOW)

    @pytest.mark.parametrize("skew", [-100000, -301, 301, 86400])
    def test_a_right_signature_of_another_time_tells_the_skew(self, skew: int) -> None:
        with pytest.raises(StaleTimestamp) as caught:
            crypto.verify(SAFE, query(timestamp=str(NOW + skew)), now=NOW)

        assert caught.value.skew == skew

    def test_a_wrong_signature_of_another_time_tells_nothing(self) -> None:
        asked = query(timestamp=str(NOW - 1000)) | {"signature": "0" * 40}
        with pytest.raises(BadSignature) as caught:
            crypto.verify(SAFE, asked, now=NOW)

        assert type(caught.value) is BadSignature

    @pytest.mark.parametrize(
        "signature",
        [
            "0" * 40,
            query()["signature"].upper(),
            query()["signature"][:-1],
            query()["signature"] + "0",
            " " + query()["signature"],
            "签名",
            "\udcff",
        ],
    )
    def test_a_wrong_signature_is_refused(self, signature: str) -> None:
        with pytest.raises(BadSignature):
            crypto.verify(SAFE, query() | {"signature": signature}, now=NOW)

    @pytest.mark.parametrize(
        "changes",
        [
            {"timestamp": ""},
            {"timestamp": "171403705"},
            {"timestamp": "17140370590"},
            {"timestamp": "１７１４０３７０５９"},
            {"timestamp": "+714037059"},
            {"timestamp": "1714037_59"},
            {"timestamp": "1714037059\n"},
            {"nonce": ""},
            {"nonce": "a" * 65},
            {"nonce": "a b"},
            {"nonce": "随机"},
            {"nonce": "a\n"},
        ],
    )
    def test_a_badly_formed_parameter_is_refused(self, changes: dict[str, str]) -> None:
        with pytest.raises(BadRequest):
            crypto.verify(SAFE, query(**changes), now=NOW)

    @pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
    def test_a_missing_parameter_is_refused(self, name: str) -> None:
        asked = query()
        del asked[name]
        with pytest.raises(BadRequest):
            crypto.verify(SAFE, asked, now=NOW)

    def test_timestamp_and_nonce_cannot_be_swapped_or_shifted(self) -> None:
        """The signature joins its parts without a delimiter; the forms keep them apart."""
        asked = query(timestamp="1795436007", nonce="1320562132")
        swapped = asked | {"timestamp": "1320562132", "nonce": "1795436007"}
        shifted = asked | {"timestamp": "21795436007", "nonce": "132056213"}

        crypto.verify(SAFE, asked, now=1795436007)
        with pytest.raises(StaleTimestamp):
            crypto.verify(SAFE, swapped, now=1795436007)
        with pytest.raises(BadRequest):
            crypto.verify(SAFE, shifted, now=1795436007)

    @given(st.dictionaries(st.sampled_from(sorted(query())), st.text()))
    @settings(max_examples=2000)
    def test_no_input_raises_anything_else(self, changes: dict[str, str]) -> None:
        with pytest.raises((BadRequest, BadSignature)):
            crypto.verify(SAFE, {"signature": "0"} | query() | changes, now=NOW + 1000)


class TestOpenBody:
    @pytest.mark.parametrize("mode", Mode)
    def test_what_wechat_pushes_is_opened(self, mode: Mode) -> None:
        credentials = PLAIN if mode is Mode.PLAINTEXT else SAFE
        asked, body = crypto.push(credentials, XML, mode=mode, now=NOW)

        assert crypto.open_body(credentials, asked, body, now=NOW) == XML

    def test_what_wechatpy_encrypts_is_opened(self) -> None:
        sealed = ORACLE.encrypt_message(XML.decode(), "486452656", str(NOW))
        found = re.search(r"<MsgSignature><!\[CDATA\[(.*?)\]\]>", sealed)
        assert found

        asked = query(msg_signature=found[1], encrypt_type="aes")
        # wechatpy writes the reply's envelope, which holds what a push's does and more.
        assert crypto.open_body(SAFE, asked, sealed.encode(), now=NOW) == XML

    def test_the_clear_fields_of_compatible_mode_are_not_believed(self) -> None:
        asked, body = crypto.push(SAFE, XML, mode=Mode.COMPATIBLE, now=NOW)
        forged = body.replace("电子书".encode(), "转账给我".encode())

        assert forged != body
        assert crypto.open_body(SAFE, asked, forged, now=NOW) == XML

    def test_a_typed_encrypt_tag_does_not_count(self) -> None:
        xml = XML.replace("电子书".encode(), b"<Encrypt>AAAA</Encrypt>")
        asked, body = crypto.push(SAFE, xml, mode=Mode.COMPATIBLE, now=NOW)

        assert crypto.open_body(SAFE, asked, body, now=NOW) == xml

    def test_a_key_makes_unencrypted_bodies_refused(self) -> None:
        asked, body = crypto.push(PLAIN, XML, mode=Mode.PLAINTEXT, now=NOW)
        with pytest.raises(BadSignature):
            crypto.open_body(SAFE, asked, body, now=NOW)

    @pytest.mark.parametrize("value", [None, "", "0" * 40, "签名"])
    def test_a_key_makes_unsigned_bodies_refused(self, value: str | None) -> None:
        asked, body = crypto.push(SAFE, XML, mode=Mode.SAFE, now=NOW)
        del asked["msg_signature"]
        with pytest.raises(BadSignature):
            crypto.open_body(
                SAFE, asked if value is None else asked | {"msg_signature": value}, body, now=NOW
            )

    def test_the_plain_signature_is_checked_before_the_body_is_read(self) -> None:
        asked, _ = crypto.push(SAFE, XML, mode=Mode.SAFE, now=NOW)
        with pytest.raises(BadSignature):
            crypto.open_body(SAFE, asked | {"signature": "0" * 40}, b"not XML", now=NOW)

    def test_the_msg_signature_is_not_a_plain_signature(self) -> None:
        asked, body = crypto.push(SAFE, XML, mode=Mode.SAFE, now=NOW)
        with pytest.raises(BadSignature):
            crypto.open_body(SAFE, asked | {"signature": asked["msg_signature"]}, body, now=NOW)

    def test_without_a_key_encrypted_bodies_are_refused(self) -> None:
        asked, body = crypto.push(SAFE, XML, mode=Mode.COMPATIBLE, now=NOW)
        with pytest.raises(BadSignature):
            crypto.open_body(PLAIN, asked, body, now=NOW)

    def test_another_token_is_refused(self) -> None:
        asked, body = crypto.push(SAFE, XML, mode=Mode.SAFE, now=NOW)
        with pytest.raises(BadSignature):
            crypto.open_body(dataclasses.replace(SAFE, token="other"), asked, body, now=NOW)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"x",
            b"<xml>",
            b"<xml><Encrypt><a/></Encrypt></xml>",
            b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
            b"<!DOCTYPE xml><xml><Encrypt>a</Encrypt></xml>",
            b"\xff",
        ],
    )
    def test_a_body_without_form_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadRequest):
            crypto.open_body(SAFE, query(), body, now=NOW)

    @pytest.mark.parametrize("body", [b"<xml/>", b"<xml><Encrypt/></xml>"])
    def test_a_body_without_encrypt_is_unencrypted(self, body: bytes) -> None:
        with pytest.raises(BadSignature):
            crypto.open_body(SAFE, query(), body, now=NOW)


class TestDecrypt:
    """One outcome for every flaw, even under a right signature."""

    def test_the_vectors_are_valid_without_their_flaw(self) -> None:
        asked, body = envelope(encrypt_raw(padded(clear())))

        assert crypto.open_body(SAFE, asked, body, now=NOW) == XML

    @pytest.mark.parametrize(
        "flawed",
        [
            pytest.param(clear() + bytes(-len(clear()) % 32), id="pad 0"),
            pytest.param(clear(xml=b"x" * 25) + b"\x21" * 33, id="pad 33"),
            pytest.param(clear() + b"\xff" * (32 - len(clear()) % 32), id="pad 255"),
            pytest.param(padded(clear())[:-2] + b"\x00" + padded(clear())[-1:], id="inconsistent"),
            pytest.param(padded(clear(xml=b"x" * 26), block=16), id="padded to 16"),
            pytest.param(padded(clear(length=len(XML) + 1)), id="length + 1"),
            pytest.param(padded(clear(length=len(XML) - 1)), id="length - 1"),
            pytest.param(padded(clear(length=2**32 - 1)), id="length 2^32 - 1"),
            pytest.param(padded(clear(length=0)), id="length 0"),
            pytest.param(padded(clear(app_id="wx0000000000000000")), id="other AppID"),
            pytest.param(padded(clear(app_id=APP_ID + "0")), id="longer AppID"),
            pytest.param(padded(clear(app_id="")), id="no AppID"),
            pytest.param(b"\x20" * 32, id="padding only"),
            pytest.param(padded(b"short"), id="short"),
        ],
    )
    def test_a_flawed_plaintext_is_refused(self, flawed: bytes) -> None:
        asked, body = envelope(encrypt_raw(flawed))
        with pytest.raises(BadSignature) as caught:
            crypto.open_body(SAFE, asked, body, now=NOW)

        assert (type(caught.value), caught.value.args, caught.value.__cause__) == (
            BadSignature,
            (),
            None,
        )

    @pytest.mark.parametrize(
        "encrypted",
        ["A", "AAAA", "!!!!", "é", "AAAA\n", "=" * 44, "A" * 43, "A" * 44, "AA==" * 16, "\ufdd1"],
    )
    def test_a_flawed_ciphertext_is_refused(self, encrypted: str) -> None:
        asked, body = envelope(encrypted)
        with pytest.raises(BadSignature):
            crypto.open_body(SAFE, asked, body, now=NOW)

    @pytest.mark.parametrize("junk", ["\n", " ", "!", "=", "-", "é"])
    def test_base64_is_strict(self, junk: str) -> None:
        encrypted = encrypt_raw(padded(clear()))
        for flawed in (encrypted + junk, encrypted[:8] + junk + encrypted[8:]):
            asked, body = envelope(flawed)
            with pytest.raises(BadSignature):
                crypto.open_body(SAFE, asked, body, now=NOW)

    def test_every_flipped_character_is_refused(self) -> None:
        asked, body = crypto.push(SAFE, XML, mode=Mode.SAFE, now=NOW)
        start = body.index(b"<Encrypt><![CDATA[") + len(b"<Encrypt><![CDATA[")
        end = body.index(b"]]></Encrypt>")
        for index in range(start, end):
            flipped = body[:index] + bytes((body[index] ^ 1,)) + body[index + 1 :]
            with pytest.raises((BadSignature, BadRequest)):
                crypto.open_body(SAFE, asked, flipped, now=NOW)

    @given(xml=st.binary(max_size=300))
    @settings(max_examples=2000)
    def test_what_is_encrypted_is_decrypted(self, xml: bytes) -> None:
        assert crypto.decrypt(SAFE, crypto.encrypt(SAFE, xml)) == xml

    @given(data=st.binary(max_size=128))
    @settings(max_examples=2000)
    def test_random_blocks_are_refused(self, data: bytes) -> None:
        with pytest.raises(BadSignature):
            crypto.decrypt(SAFE, base64.b64encode(data).decode())

    @given(text=st.text(max_size=100))
    @settings(max_examples=2000)
    def test_random_text_is_refused(self, text: str) -> None:
        with pytest.raises(BadSignature):
            crypto.decrypt(SAFE, text)


class TestSeal:
    @given(text=st.text(st.characters(codec="utf-8"), max_size=200))
    @settings(max_examples=2000)
    def test_wechatpy_opens_what_is_sealed(self, text: str) -> None:
        sealed = crypto.seal(SAFE, text.encode(), now=NOW)
        signature, timestamp, nonce = (
            re.search(form, sealed.decode())
            for form in (
                r"<MsgSignature><!\[CDATA\[(.*?)\]\]>",
                "<TimeStamp>(.*?)<",
                r"<Nonce><!\[CDATA\[(.*?)\]\]>",
            )
        )
        assert signature
        assert timestamp
        assert nonce

        assert ORACLE.decrypt_message(sealed, signature[1], timestamp[1], nonce[1]) == text
        assert crypto.open_reply(SAFE, sealed) == text.encode()

    def test_no_two_envelopes_are_alike(self) -> None:
        assert crypto.seal(SAFE, XML, now=NOW) != crypto.seal(SAFE, XML, now=NOW)

    def test_a_tampered_envelope_is_refused(self) -> None:
        sealed = crypto.seal(SAFE, XML, now=NOW)
        forged = sealed.replace(str(NOW).encode(), str(NOW + 1).encode())
        with pytest.raises(BadSignature):
            crypto.open_reply(SAFE, forged)

    def test_wechatpy_refuses_what_another_token_sealed(self) -> None:
        """The oracle can fail."""
        sealed = crypto.seal(SAFE, XML, now=NOW)
        with pytest.raises(InvalidSignatureException):
            ORACLE.decrypt_message(sealed, secrets.token_hex(20), str(NOW), "1")
