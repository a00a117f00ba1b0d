"""WeChat's error codes: their names, what to do about each class, a hint for the operator."""

from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a code asks for."""

    TRANSPORT = (
        "transport"  # code 0: no usable answer; WeChatError.sent says what may have happened
    )
    TOKEN = "token"  # noqa: S105 — a class of errors; refresh once, try once more
    BUSY = "busy"  # not accepted; try again shortly
    PULL = "pull"  # may not be pushed now; keep it until the follower writes
    NOT_ALLOWED = "not_allowed"  # this account may not use the call
    GONE = "gone"  # the follower cannot be reached
    OPERATOR = "operator"  # only the operator can mend it
    QUOTA = "quota"  # used up until tomorrow
    MINUTE = "minute"  # wait a minute
    MEDIA_EXPIRED = "media_expired"  # upload again
    BAD_MEDIA = "bad_media"  # encode again
    BUG = "bug"  # our mistake, or a code we do not know


class Code(IntEnum):
    BUSY = -1
    INVALID_CREDENTIAL = 40001
    INVALID_OPENID = 40003
    INVALID_MEDIA_TYPE = 40004
    INVALID_FILE_TYPE = 40005
    INVALID_FILE_SIZE = 40006
    INVALID_MEDIA_ID = 40007
    INVALID_IMAGE_SIZE = 40009
    INVALID_APP_ID = 40013
    INVALID_ACCESS_TOKEN = 40014
    INVALID_CHARACTERS = 40033
    INVALID_IMAGE = 40113
    INVALID_APP_SECRET = 40125
    INVALID_IMAGE_FORMAT = 40137
    IP_NOT_LISTED = 40164
    TYPING_NOT_ALLOWED = 40200
    SECRET_FROZEN = 40243
    MISSING_MEDIA = 41005
    EXPIRED_ACCESS_TOKEN = 42001
    NOT_FOLLOWING = 43004
    BLOCKED = 43019
    EMPTY_CONTENT = 44004
    MEDIA_TOO_LARGE = 45001
    TEXT_TOO_LONG = 45002
    TOO_MANY_ARTICLES = 45008
    DAILY_QUOTA = 45009
    MINUTE_LIMIT = 45011
    WINDOW_CLOSED = 45015
    MESSAGE_COUNT = 45047
    TYPING_COMMAND = 45072
    TYPING_NO_INTERACTION = 45080
    TYPING_ALREADY = 45081
    NO_MENU = 46003
    BAD_JSON = 47001
    API_UNAUTHORIZED = 48001
    MESSAGES_REFUSED = 48002
    API_BANNED = 48004
    MATERIAL_IN_USE = 48005
    OBSOLETE_ADDRESS = 48017
    ACCOUNT_RESTRICTED = 50002
    TOKEN_FORBIDDEN = 50004
    ACCOUNT_FROZEN = 50007
    IP_UNCONFIRMED = 89503
    IP_REFUSED_DAY = 89506
    IP_REFUSED_HOUR = 89507


_CODES: dict[Kind, tuple[int, ...]] = {
    Kind.TRANSPORT: (0,),
    Kind.BUSY: (Code.BUSY,),
    Kind.TOKEN: (
        Code.INVALID_CREDENTIAL,
        Code.INVALID_ACCESS_TOKEN,
        Code.EXPIRED_ACCESS_TOKEN,
    ),
    Kind.PULL: (Code.WINDOW_CLOSED, Code.MESSAGE_COUNT),
    Kind.NOT_ALLOWED: (Code.API_UNAUTHORIZED,),
    Kind.GONE: (Code.INVALID_OPENID, Code.NOT_FOLLOWING, Code.BLOCKED, Code.MESSAGES_REFUSED),
    Kind.OPERATOR: (
        Code.INVALID_APP_ID,
        Code.INVALID_APP_SECRET,
        Code.IP_NOT_LISTED,
        Code.SECRET_FROZEN,
        Code.API_BANNED,
        Code.OBSOLETE_ADDRESS,
        Code.ACCOUNT_RESTRICTED,
        Code.TOKEN_FORBIDDEN,
        Code.ACCOUNT_FROZEN,
        Code.IP_UNCONFIRMED,
        Code.IP_REFUSED_DAY,
        Code.IP_REFUSED_HOUR,
    ),
    Kind.QUOTA: (Code.DAILY_QUOTA,),
    Kind.MINUTE: (Code.MINUTE_LIMIT,),
    Kind.MEDIA_EXPIRED: (Code.INVALID_MEDIA_ID,),
    Kind.BAD_MEDIA: (
        Code.INVALID_MEDIA_TYPE,
        Code.INVALID_FILE_TYPE,
        Code.INVALID_FILE_SIZE,
        Code.INVALID_IMAGE_SIZE,
        Code.INVALID_IMAGE,
        Code.INVALID_IMAGE_FORMAT,
        Code.MISSING_MEDIA,
        Code.MEDIA_TOO_LARGE,
    ),
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}
_NAMED = {0, *Code}

_HINTS: dict[int, str] = {
    0: "没有收到微信的有效应答：请检查网络、DNS 和 WECHAT_API_BASE",
    Code.BUSY: "微信系统繁忙，会自动重试",
    Code.INVALID_CREDENTIAL: "AppSecret 不正确或 access_token 已失效：请核对 WECHAT_APP_SECRET",
    Code.INVALID_OPENID: "关注者的 OpenID 不属于本账号，或已取消关注",
    Code.INVALID_MEDIA_ID: "素材已过期或不存在，会重新上传",
    Code.INVALID_APP_ID: "AppID 不正确：请核对 WECHAT_APP_ID",
    Code.INVALID_ACCESS_TOKEN: "access_token 不合法，会自动刷新一次",
    Code.INVALID_APP_SECRET: "AppSecret 不正确：请在微信开发者平台「开发密钥」重置后更新配置",
    Code.IP_NOT_LISTED: "服务器出口 IP 不在白名单：请在微信开发者平台「开发密钥 › IP 白名单」添加",
    Code.SECRET_FROZEN: "AppSecret 已被冻结：请在微信开发者平台「开发密钥」解冻",
    Code.EXPIRED_ACCESS_TOKEN: "access_token 已过期，会自动刷新一次",
    Code.NOT_FOLLOWING: "对方已取消关注",
    Code.BLOCKED: "对方在公众号的黑名单里",
    Code.DAILY_QUOTA: "今日接口调用次数已用完，明天恢复；可在微信开发者平台清零（每月 10 次）",
    Code.MINUTE_LIMIT: "调用过于频繁，请等一分钟",
    Code.WINDOW_CLOSED: "超过主动回复时限（48 小时或 1 分钟），结果等关注者来取",
    Code.MESSAGE_COUNT: "主动回复条数已用完，结果等关注者来取",
    Code.NO_MENU: "公众号还没有自定义菜单",
    Code.API_UNAUTHORIZED: "本账号没有此接口的权限（通常因为未认证），改为由关注者来取",
    Code.MESSAGES_REFUSED: "对方关闭了接收消息",
    Code.API_BANNED: "接口因违规被封禁：请登录微信公众平台查看通知",
    Code.MATERIAL_IN_USE: "素材正被自动回复或菜单引用，无法删除",
    Code.OBSOLETE_ADDRESS: "接口地址已停用：请使用域名，不要使用固定 IP",
    Code.ACCOUNT_RESTRICTED: "账号受限：请登录微信公众平台查看通知",
    Code.TOKEN_FORBIDDEN: "账号被禁止获取 access_token：请登录微信公众平台查看通知",
    Code.ACCOUNT_FROZEN: "账号已被冻结：请登录微信公众平台查看通知",
    Code.IP_UNCONFIRMED: "管理员需要在微信里确认这个 IP 的调用",
    Code.IP_REFUSED_DAY: "管理员拒绝了这个 IP，24 小时后才能再试",
    Code.IP_REFUSED_HOUR: "管理员拒绝了这个 IP，1 小时后才能再试",
}
_KIND_HINTS = {
    Kind.BAD_MEDIA: "微信不接受这个文件的类型或大小",
    Kind.BUG: "微信不接受这次调用，请把日志中的 rid 附在问题报告里",
}


def kind(code: int) -> Kind:
    """Return the class of *code*; unknown ones are BUG."""
    return _KINDS.get(code, Kind.BUG)


def hint(code: int) -> str:
    """Return one line in Chinese that tells the operator what *code* means and what to do."""
    return _HINTS.get(code) or _KIND_HINTS[kind(code)]


def outcome(code: int) -> str:
    """Return *code* as a metric's label, whatever WeChat may answer one of few: ``0`` is no answer.

    A code this project has no name for is ``other``.
    """
    return str(code) if code in _NAMED else "other"
