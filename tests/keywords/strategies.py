"""Rules as hypothesis makes them: everything a document may hold."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.keywords.normalise import normalise
from bot.models import (
    Article,
    ImageReply,
    Keyword,
    MatchMode,
    MiniprogramReply,
    MusicReply,
    NewsReply,
    Pick,
    Rule,
    TextReply,
    TransferReply,
    Trigger,
    VideoReply,
    VoiceReply,
)

_CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")  # PostgreSQL keeps no NUL
_TEXT = st.text(_CHARACTERS, min_size=1, max_size=30).filter(str.strip)
_TEXT |= st.sampled_from(
    ["一\n二", "\n开头", "结尾\n", "行\r\n行", '"""', "'''", "a: b", "- x", "\t", "#"]
)
_TEXT = _TEXT.filter(str.strip)
_MAYBE = st.just("") | _TEXT
_WORD = st.text(_CHARACTERS, min_size=1, max_size=20).filter(normalise)
_URL = st.sampled_from(["https://example.com/", "http://例子.中国/?a=b&c=\"'"])
_MAYBE_URL = st.just("") | _URL
_MEDIA = st.sampled_from(["media-1", "file:图 1.jpg"])
_MOMENT = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is the next argument

_ARTICLE = st.builds(Article, _TEXT, _MAYBE, _URL, _MAYBE_URL)
_REPLY = st.one_of(
    st.builds(TextReply, _TEXT),
    st.builds(ImageReply, _MEDIA, _TEXT),
    st.builds(VoiceReply, _MEDIA, _TEXT),
    st.builds(VideoReply, _MEDIA, _MAYBE, _MAYBE, _TEXT),
    st.builds(MusicReply, _MEDIA, _MAYBE, _MAYBE, _MAYBE_URL, _MAYBE_URL, _TEXT),
    st.builds(NewsReply, st.lists(_ARTICLE, min_size=1, max_size=8).map(tuple)),
    st.builds(MiniprogramReply, _TEXT, _MAYBE, _TEXT, st.just(""), _MAYBE_URL),
    st.builds(TransferReply, _MAYBE),
)
_KEYWORD = st.builds(Keyword, _WORD, st.sampled_from(list(MatchMode)[:4])) | st.builds(
    Keyword, st.sampled_from([r"^\d+$", "a|b", "(书)+"]), st.just(MatchMode.REGEX)
)

REPLIES = st.lists(_REPLY, min_size=1, max_size=4).map(tuple)
_COMMON = {
    "name": _TEXT,
    "replies": REPLIES,
    "pick": st.sampled_from(Pick),
    "tags": st.lists(st.sampled_from(["资料", "活动", "🎁"]), max_size=3).map(tuple),
    "enabled": st.booleans(),
    "starts_at": st.none() | _MOMENT,
}
RULES = (
    st.builds(
        Rule,
        keywords=st.lists(_KEYWORD, min_size=1, max_size=4).map(tuple),
        excluding=st.lists(_WORD, max_size=2).map(tuple),
        **_COMMON,
    )
    | st.builds(Rule, trigger=st.sampled_from([Trigger.SUBSCRIBE, Trigger.DEFAULT]), **_COMMON)
    | st.builds(
        lambda start, rule: Rule(
            name="定时",
            keywords=(Keyword("书"),),
            replies=rule,
            starts_at=start,
            ends_at=start + timedelta(seconds=1),
        ),
        _MOMENT,
        REPLIES,
    )
    | st.builds(
        lambda replies, weight: Rule(
            name="抽签",
            keywords=(Keyword("抽"),),
            replies=replies,
            weights=(weight,) * len(replies),
        ),
        REPLIES,
        st.integers(1, 100),
    )
)
