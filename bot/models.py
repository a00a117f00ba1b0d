"""The words: what WeChat pushes, what we answer, rules, and image jobs. No I/O, no behaviour."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

# ---- what WeChat pushes: messages (wechat-platform: Receiving_standard_messages) ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """An ordinary message. *to* is our gh_ id, *created* WeChat's CreateTime in seconds."""

    to: str
    openid: str
    created: int
    msg_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMessage(Message):
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageMessage(Message):
    media_id: str
    pic_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceMessage(Message):
    """*recognition* is empty where the account has no speech recognition."""

    media_id: str
    format: str = ""
    recognition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMessage(Message):
    media_id: str
    thumb_media_id: str = ""
    short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationMessage(Message):
    latitude: str
    longitude: str
    scale: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkMessage(Message):
    title: str
    description: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMessage(Message):
    """A message type this project does not know; acknowledged and counted."""

    type: str


# ---- what WeChat pushes: events (no MsgId) ----


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event. *name* is WeChat's Event in lower case, *key* its EventKey or empty."""

    to: str
    openid: str
    created: int
    name: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeEvent(Event):
    """*scene* is the parameter QR's scene, without the ``qrscene_`` prefix, or empty."""

    scene: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeEvent(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEvent(Event):
    ticket: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationEvent(Event):
    latitude: str
    longitude: str
    precision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickEvent(Event):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEvent(Event):
    """A tapped link or mini program (``view``, ``view_miniprogram``)."""

    menu_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCodeEvent(Event):
    """``scancode_push`` or ``scancode_waitmsg``."""

    scan_type: str = ""
    scan_result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesEvent(Event):
    """``pic_sysphoto``, ``pic_photo_or_album``, ``pic_weixin``; the pictures follow as messages."""

    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationSelectEvent(Event):
    latitude: str = ""
    longitude: str = ""
    scale: str = ""
    label: str = ""
    poiname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFinishedEvent(Event):
    """``templatesendjobfinish`` or ``masssendjobfinish``."""

    msg_id: str = ""
    status: str = ""
    total: int = 0
    filtered: int = 0
    sent: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFinishedEvent(Event):
    publish_id: str = ""
    status: str = ""
    article_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeNoticeEvent(Event):
    """``subscribe_msg_popup_event``, ``…_change_event`` or ``…_sent_event``.

    *results* holds (template id, status) pairs.
    """

    results: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDataEvent(Event):
    """``user_info_modified`` or ``user_authorization_revoke``: refresh or delete the data."""

    revoke_info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSessionEvent(Event):
    """``kf_create_session``, ``kf_close_session`` or ``kf_switch_session``."""

    account: str = ""
    from_account: str = ""
    to_account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationEvent(Event):
    """The verification life cycle (``qualification_verify_success`` … ``verify_expired``)."""

    expired_time: int = 0
    fail_time: int = 0
    fail_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """An event this project does not know; acknowledged and counted."""


Inbound = Message | Event


def message_key(account: str, inbound: Inbound) -> str:
    """Return the key that makes one push one piece of work.

    WeChat repeats MsgIds over followers and sends distinct events within one second, so the key
    holds the account, FromUserName, CreateTime and MsgId, for events Event and EventKey instead.
    """
    match inbound:
        case Message():
            own: tuple[str, ...] = (inbound.msg_id,)
        case Event():
            own = (inbound.name, inbound.key)
    return "|".join((account, inbound.openid, str(inbound.created), *own))[:255]


# ---- what we answer ----


@dataclass(frozen=True, slots=True)
class TextReply:
    """*content* may hold line breaks, links and tappable ``weixin://bizmsgmenu`` anchors."""

    content: str


@dataclass(frozen=True, slots=True)
class ImageReply:
    """*media* is a media id; in a rule ``file:<name>`` until the snapshot resolves it.

    *alt* is the text that stands in while the picture has no valid media id.
    """

    media: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class VoiceReply:
    media: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class VideoReply:
    media: str
    title: str = ""
    description: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class MusicReply:
    """*thumb* is a media id of kind thumb, which WeChat demands."""

    thumb: str
    title: str = ""
    description: str = ""
    url: str = ""
    hq_url: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    description: str
    url: str
    pic_url: str = ""


@dataclass(frozen=True, slots=True)
class NewsReply:
    """WeChat shows one article in answer to a message, up to eight in answer to other events."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class MiniprogramReply:
    """A mini-program card: pushed as a card, passively a text link (*url* opens without it)."""

    app_id: str
    path: str
    title: str
    thumb: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class TransferReply:
    """Hand the chat to human agents (``transfer_customer_service``)."""

    account: str = ""


Reply = (
    TextReply
    | ImageReply
    | VoiceReply
    | VideoReply
    | MusicReply
    | NewsReply
    | MiniprogramReply
    | TransferReply
)


# ---- rules ----


class MatchMode(StrEnum):
    """How a keyword is held against a message; the console's words in Chinese."""

    EXACT = "exact"  # 完全匹配
    CONTAINS = "contains"  # 包含
    PREFIX = "prefix"  # 开头是
    ALL_OF = "all_of"  # 全部包含: every space-separated word of the keyword
    REGEX = "regex"  # 正则 (RE2)


class Trigger(StrEnum):
    SUBSCRIBE = "subscribe"
    KEYWORD = "keyword"
    DEFAULT = "default"


class Pick(StrEnum):
    ALL = "all"  # 回复全部
    RANDOM = "random"  # 随机一条, drawn from the message key


@dataclass(frozen=True, slots=True)
class Keyword:
    text: str
    mode: MatchMode = MatchMode.EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an operator wants answered. *position* is the operator's order, lowest first.

    *starts_at* and *ends_at* are UTC; None leaves that side open. *excluding* words switch the
    rule off for a message that contains one of them. *weights* says how often each reply is drawn
    at random, all alike where it is empty. *tags* are for the operators' list.
    """

    id: int = 0
    name: str
    trigger: Trigger = Trigger.KEYWORD
    keywords: tuple[Keyword, ...] = ()
    excluding: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()
    pick: Pick = Pick.ALL
    weights: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    enabled: bool = True
    position: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None


# ---- pictures ----


class JobKind(StrEnum):
    """What a job makes. A sheet or a deck is put together from the pictures of its own jobs."""

    DRAW = "draw"  # a picture from words
    EDIT = "edit"  # a picture from earlier pictures or photos, and words
    SHEET = "sheet"  # 抽卡: its drafts on one contact sheet
    DECK = "deck"  # 图像PPT: its pages as a contact sheet, PPTX and PDF
    OUTLINE = "outline"  # what stands on a deck's pages, by a text model
    DESCRIBE = "describe"  # 反推: a photo's description, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """A parsed prompt: what the model is asked to make. *width* and *height* are pixels.

    *sources* are what an edit starts from, in the order in which the words number them (图1, 图2):
    ``job:<id>`` an earlier picture, ``photo:<id>`` a photo; with *keeps_shape* the new picture has
    the ratio of the first of them, whatever *width* and *height* say. *style* is a name in the
    list of styles, *title* the exact words that stand in the picture, drawn by the model, or set by
    us where *lettering* is ``ours``: in the typeface *face* (`bot.images.titles.FACES`, empty for
    the sans), in lines or *vertical*. *ground* is the plain colour asked for behind the subject
    (``#1E90FF``). *quality* is ``low``, ``high`` or empty for the provider's
    own. *pages* are what stands on a deck's pages, one each (`bot.images.points.stored`); its topic
    is the *title*.
    """

    prompt: str
    width: int = 1024
    height: int = 1024
    kind: JobKind = JobKind.DRAW
    sources: tuple[str, ...] = ()
    keeps_shape: bool = False
    style: str = ""
    title: str = ""
    lettering: str = ""
    face: str = ""
    vertical: bool = False
    ground: str = ""
    transparent: bool = False
    quality: str = ""
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a provider returned, untouched. *output_tokens* are 0 where it reports none.

    *image_tokens* are the part of *input_tokens* that pictures took, *dollars* the price in US
    dollars where the provider names it.
    """

    data: bytes
    provider: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    image_tokens: int = 0
    dollars: Decimal | None = None
    request_id: str = ""


class JobState(StrEnum):
    QUEUED = "queued"
    GENERATING = "generating"
    GENERATED = "generated"  # the picture is stored; upload and delivery are left
    DELIVERED = "delivered"
    WAITING = "waiting"  # the follower collects it
    COLLECTED = "collected"
    KEPT = "kept"  # a picture of a sheet or a deck, finished: only the whole is delivered
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"  # perhaps paid for; never bought again by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageJob:
    """One accepted request and everything its steps have made; a row of ``image_job``.

    Times are epoch milliseconds, UTC, 0 for "not yet". *fence* is the fencing token every write of
    a worker carries. *cost* is in integer micro-units of CURRENCY: what is reserved until the
    picture is made, then what was spent. *picture* is the stored file's name, ``.raw`` as the
    provider gave it, ``.jpg`` once labelled. *told* says how far a failure's sentence has got.
    *recipe* is its request (`bot.images.recipes`), *provider* who draws it; *edits* and
    *transparent* are what it asks of a provider, *tried* names those that surely refused it.
    *group_id* is the sheet or deck it is drawn for, as *page*; *units* is what it takes of the
    follower's quota.
    """

    id: int
    account_id: int
    message_key: str
    openid: str
    prompt: str
    width: int
    height: int
    state: JobState
    reason: str
    acknowledgement: str
    created_at: int
    day: str
    month: str
    fence: int
    attempts: int
    uploads: int
    cost: int
    called_at: int
    generated_at: int
    finished_at: int
    picture: str
    media_id: str
    media_kind: str
    media_expires_at: int
    send_at: int
    push_until: int
    told: str
    collected_key: str
    pushes: int
    kind: JobKind
    recipe: str | None
    parent_id: int
    group_id: int
    page: int
    units: int
    edits: int
    transparent: bool
    provider: str
    tried: str
    words: str | None


# ---- the matcher's account of itself ----


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule the matcher looked at and what came of it (``won``, ``excluded``, ``later`` …)."""

    rule_id: int
    name: str
    keyword: str
    mode: str
    outcome: str


@dataclass(slots=True, kw_only=True)
class Trace:
    """Why an answer is what it is; filled in on the way."""

    text: str = ""
    normalised: str = ""
    handler: str = ""
    rule_id: int = 0
    rule: str = ""
    tried: tuple[Tried, ...] = field(default=())
    suggestion: str = ""
