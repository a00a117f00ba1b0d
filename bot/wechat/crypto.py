"""WeChat's signatures and message encryption. Pure: the caller brings the clock.

SHA-1, AES-CBC and the vector taken from the key are the platform's choice.
"""

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import sha1
from typing import Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.errors import BadRequest, BadSignature, ConfigError, StaleTimestamp
from bot.wechat import markup

WINDOW = 300  # seconds a push's timestamp may differ from our clock

_PADDING = 32  # PKCS#7 with twice AES's block size
_RANDOM = 16
_NONCE_BYTES = 8
_LENGTH = 4
_TIMESTAMP = re.compile("[0-9]{10}")
_NONCE = re.compile("[0-9A-Za-z]{1,64}")
_TOKEN = re.compile("[0-9A-Za-z]{3,32}")
_AES_KEY = re.compile("[0-9A-Za-z+/]{43}")
_APP_ID = re.compile("[0-9A-Za-z_-]{1,64}")


class Mode(StrEnum):
    """How WeChat pushes: 明文模式, 兼容模式, 安全模式."""

    PLAINTEXT = "plaintext"
    COMPATIBLE = "compatible"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one account and WeChat share; *aes_key* is None in plaintext mode."""

    app_id: str
    token: str = field(repr=False)
    aes_key: bytes | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, app_id: str, token: str, encoding_aes_key: str) -> Self:
        """Read the console's three values; raise ConfigError naming everything that is wrong."""
        gaps = []
        if not _APP_ID.fullmatch(app_id):
            gaps.append("WECHAT_APP_ID 不正确：请填写微信开发者平台「基础信息」里的 AppID")
        if not _TOKEN.fullmatch(token):
            gaps.append("WECHAT_TOKEN 不正确：应为 3–32 位英文字母或数字，与「消息推送配置」一致")
        if encoding_aes_key and not _AES_KEY.fullmatch(encoding_aes_key):
            gaps.append(
                "WECHAT_AES_KEY 不正确：应为 43 位英文字母或数字，请从「消息推送配置」完整复制"
                "EncodingAESKey；使用明文模式时请留空"
            )
        if gaps:
            raise ConfigError("\n".join(gaps))
        key = base64.b64decode(encoding_aes_key + "=") if encoding_aes_key else None
        return cls(app_id, token, key)


def sign(*parts: str) -> str:
    """Return WeChat's signature: the SHA-1 of the sorted, joined parts."""
    return sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _equal(expected: str, given: str) -> bool:
    # Bytes, because compare_digest raises TypeError for a str that is not ASCII.
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def verify(credentials: Credentials, query: Mapping[str, str], *, now: float) -> None:
    """Check the plain signature of a GET check or a push.

    Raise BadRequest for missing or badly formed parameters, BadSignature for a wrong signature,
    StaleTimestamp for a right one whose time is not within WINDOW of *now*.
    """
    signature = query.get("signature", "")
    timestamp = query.get("timestamp", "")
    nonce = query.get("nonce", "")
    if not (signature and _TIMESTAMP.fullmatch(timestamp) and _NONCE.fullmatch(nonce)):
        raise BadRequest("parameters")
    if not _equal(sign(credentials.token, timestamp, nonce), signature):
        raise BadSignature
    skew = int(timestamp) - round(now)
    if abs(skew) > WINDOW:
        raise StaleTimestamp(skew)


def open_body(
    credentials: Credentials, query: Mapping[str, str], body: bytes, *, now: float
) -> bytes:
    """Return the clear XML of a push; raise as ``verify`` does.

    With an AES key only what its Encrypt holds is believed, never the clear fields of compatible
    mode; without one an encrypted push cannot be read.
    """
    verify(credentials, query, now=now)
    if credentials.aes_key is None:
        if query.get("encrypt_type") == "aes":
            raise BadSignature
        return body
    encrypted = markup.read(body).get("Encrypt")
    expected = sign(credentials.token, query["timestamp"], query["nonce"], encrypted)
    if not encrypted or not _equal(expected, query.get("msg_signature", "")):
        raise BadSignature
    return decrypt(credentials, encrypted)


def seal(credentials: Credentials, xml: bytes, *, now: float) -> bytes:
    """Return the encrypted envelope of a passive reply."""
    # One call: at each the operating system is asked, and other threads are let in.
    noise = os.urandom(_RANDOM + _NONCE_BYTES)
    encrypted = _encrypt(credentials, xml, noise[:_RANDOM])
    timestamp, nonce = str(int(now)), noise[_RANDOM:].hex()
    parts = (
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt>",  # base64 needs no escaping
        markup.text("MsgSignature", sign(credentials.token, timestamp, nonce, encrypted)),
        markup.number("TimeStamp", timestamp),
        markup.text("Nonce", nonce),
    )
    return markup.group("xml", parts).encode()


def open_reply(credentials: Credentials, body: bytes) -> bytes:
    """Return the XML of a sealed reply, as WeChat does on receiving it."""
    envelope = markup.read(body)
    encrypted, timestamp, nonce = (envelope.get(tag) for tag in ("Encrypt", "TimeStamp", "Nonce"))
    expected = sign(credentials.token, timestamp, nonce, encrypted)
    if not encrypted or not _equal(expected, envelope.get("MsgSignature")):
        raise BadSignature
    return decrypt(credentials, encrypted)


def encrypt(credentials: Credentials, xml: bytes) -> str:
    return _encrypt(credentials, xml, os.urandom(_RANDOM))


def _encrypt(credentials: Credentials, xml: bytes, noise: bytes) -> str:
    cipher = _cipher(credentials)
    clear = b"".join(
        (
            noise,
            len(xml).to_bytes(_LENGTH, "big"),
            xml,
            credentials.app_id.encode(),
        )
    )
    count = _PADDING - len(clear) % _PADDING
    encryptor = cipher.encryptor()
    data = encryptor.update(clear + bytes((count,)) * count) + encryptor.finalize()
    return base64.b64encode(data).decode()


def decrypt(credentials: Credentials, encrypted: str) -> bytes:
    """Return the XML inside *encrypted*; every flaw raises the same BadSignature."""
    try:
        data = base64.b64decode(encrypted.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        raise BadSignature from None
    # Writing it again is the strict check: even validate=True lets surplus padding pass.
    if base64.b64encode(data).decode() != encrypted or not data or len(data) % _PADDING:
        raise BadSignature
    decryptor = _cipher(credentials).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    count = padded[-1]
    good = 1 <= count <= _PADDING
    good &= hmac.compare_digest(padded[-count:], bytes((count,)) * count)
    clear = padded[:-count] if good else padded
    start = _RANDOM + _LENGTH
    end = start + int.from_bytes(clear[_RANDOM:start], "big")
    good &= hmac.compare_digest(clear[end:], credentials.app_id.encode())
    if not good:
        raise BadSignature
    return clear[start:end]


def push(
    credentials: Credentials, xml: bytes, *, mode: Mode, now: float, nonce: str = ""
) -> tuple[dict[str, str], bytes]:
    """Return query and body of a push of *xml*, as WeChat sends it in *mode*.

    *xml* is a whole ``<xml>…</xml>``; compatible mode adds Encrypt to its clear fields.
    """
    timestamp, nonce = str(int(now)), nonce or secrets.token_hex(5)
    query = {
        "signature": sign(credentials.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    if mode is Mode.PLAINTEXT:
        return query, xml
    encrypted = encrypt(credentials, xml)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = sign(credentials.token, timestamp, nonce, encrypted)
    if mode is Mode.COMPATIBLE:
        clear = xml.removesuffix(b"</xml>").decode()
    else:
        clear = "<xml>" + markup.text("ToUserName", markup.read(xml).get("ToUserName"))
    return query, (clear + markup.text("Encrypt", encrypted) + "</xml>").encode()


@lru_cache(maxsize=8)
def _cipher(credentials: Credentials) -> Cipher[modes.CBC]:
    assert credentials.aes_key is not None
    key = credentials.aes_key
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
