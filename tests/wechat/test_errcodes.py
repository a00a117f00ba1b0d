"""Every code has its class and a hint in Chinese."""

import pytest
from wechatpy.constants import WeChatErrorCode

from bot.wechat.errcodes import Code, Kind, hint, kind


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, Kind.TRANSPORT),
        (-1, Kind.BUSY),
        (40001, Kind.TOKEN),
        (40014, Kind.TOKEN),
        (42001, Kind.TOKEN),
        (45015, Kind.PULL),
        (45047, Kind.PULL),
        (48001, Kind.NOT_ALLOWED),
        (43004, Kind.GONE),
        (40003, Kind.GONE),
        (48002, Kind.GONE),
        (40013, Kind.OPERATOR),
        (40125, Kind.OPERATOR),
        (40164, Kind.OPERATOR),
        (40243, Kind.OPERATOR),
        (48004, Kind.OPERATOR),
        (50002, Kind.OPERATOR),
        (89503, Kind.OPERATOR),
        (45009, Kind.QUOTA),
        (45011, Kind.MINUTE),
        (40007, Kind.MEDIA_EXPIRED),
        (40004, Kind.BAD_MEDIA),
        (40005, Kind.BAD_MEDIA),
        (40006, Kind.BAD_MEDIA),
        (40009, Kind.BAD_MEDIA),
        (45001, Kind.BAD_MEDIA),
        (47001, Kind.BUG),
        (45002, Kind.BUG),
        (99999, Kind.BUG),
    ],
)
def test_a_code_has_its_class(code: int, expected: Kind) -> None:
    assert kind(code) is expected


@pytest.mark.parametrize("code", [*Code, 0, 99999])
def test_every_code_has_a_hint_in_chinese(code: int) -> None:
    assert any("一" <= character <= "鿿" for character in hint(code))
    assert "\n" not in hint(code)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Code.INVALID_CREDENTIAL, WeChatErrorCode.INVALID_CREDENTIAL),
        (Code.EXPIRED_ACCESS_TOKEN, WeChatErrorCode.EXPIRED_ACCESS_TOKEN),
        (Code.INVALID_MEDIA_ID, WeChatErrorCode.INVALID_MEDIA_ID),
        (Code.WINDOW_CLOSED, WeChatErrorCode.OUT_OF_RESPONSE_TIME_LIMIT),
        (Code.MESSAGE_COUNT, WeChatErrorCode.OUT_OF_RESPONSE_COUNT_LIMIT),
        (Code.API_UNAUTHORIZED, WeChatErrorCode.UNAUTHORIZED_API),
        (Code.NO_MENU, WeChatErrorCode.MENU_NO_EXIST),
        (Code.MESSAGES_REFUSED, WeChatErrorCode.USER_BLOCK_MESSAGE),
    ],
)
def test_wechatpy_means_the_same(ours: Code, theirs: WeChatErrorCode) -> None:
    assert ours == theirs
