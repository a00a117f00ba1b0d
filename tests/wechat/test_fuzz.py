"""100,000 mutated pushes in safe mode: none accepted unsigned, none ends in a surprise."""

import random
import string
from collections import Counter

from bot.errors import BadRequest, BadSignature
from bot.models import TextMessage
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode

NOW = 1714037059
BODIES = 100_000
SAFE = Credentials.parse(
    "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)
PUSHED = TextMessage(
    to="gh_1", openid="o1", created=NOW, msg_id="5984173340656910006", content="画一只猫 ]]> 😀"
)
PIECES = (
    b"<![CDATA[",
    b"]]>",
    b"</Encrypt>",
    b"<Encrypt>",
    b"<xml>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"<?a?>",
    b"<!--",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"=",
    b"A" * 44,
    b"<a>" * 20,
    b" a='b'",
)


def mutated(body: bytes, chance: random.Random) -> bytes:
    """Return *body* with one to three of the ways a stranger may change it."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.randint(1, 40))
        match chance.randrange(6):
            case 0:
                body = body[:start] + chance.randbytes(end - start) + body[end:]
            case 1:
                body = body[:start] + body[end:]
            case 2:
                body = body[:end] + body[start:end] + body[end:]
            case 3:
                body = body[:start] + chance.choice(PIECES) + body[start:]
            case 4:
                body = body[:start] + chance.choice(string.printable).encode() + body[start + 1 :]
            case 5:
                body = body[:start]
    return body


def outcome(query: dict[str, str], body: bytes) -> str:
    try:
        inbound = codec.parse(crypto.open_body(SAFE, query, body, now=NOW))
    except (BadRequest, BadSignature) as error:
        return type(error).__name__
    # A change outside Encrypt is none to the message, which is the only signed and read part.
    assert inbound == PUSHED
    return "as pushed"


def test_no_mutated_push_is_accepted_or_surprises() -> None:
    chance = random.Random(20251124)
    xml = codec.render_inbound(PUSHED)
    pushes = [
        crypto.push(SAFE, xml, mode=mode, now=NOW, nonce="486452656")
        for mode in (Mode.SAFE, Mode.COMPATIBLE)
    ]
    unsigned, plain = crypto.push(SAFE, xml, mode=Mode.PLAINTEXT, now=NOW, nonce="486452656")
    seen: Counter[str] = Counter()
    for index in range(BODIES):
        if index % 10 == 0:
            result = outcome(unsigned, mutated(plain, chance))
            assert result != "as pushed"
        else:
            query, body = pushes[index % 2]
            result = outcome(query, mutated(body, chance))
        seen[result] += 1

    assert seen.total() == BODIES
    assert set(seen) == {"BadRequest", "BadSignature", "as pushed"}
    assert seen["BadRequest"] > BODIES // 10
    assert seen["BadSignature"] > BODIES // 10


def test_no_mutated_xml_surprises() -> None:
    """The parser's turn: what a broken sender would sign."""
    chance = random.Random(20251125)
    xml = codec.render_inbound(PUSHED)
    seen: Counter[str] = Counter()
    for _ in range(BODIES // 10):
        try:
            seen[type(codec.parse(mutated(xml, chance))).__name__] += 1
        except BadRequest:
            seen["BadRequest"] += 1

    assert seen["BadRequest"] > BODIES // 100
    assert set(seen) <= {"BadRequest", "TextMessage", "UnknownMessage"}
