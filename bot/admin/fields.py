"""The settings as the console shows them: in groups, each with a label, a hint and its source."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from bot.admin.translate import _
from bot.editing.settings import LOCKED, shown
from bot.live import BUDGETS, CHANGEABLE, SECRETS, Live, locked
from bot.settings import WHERE, Settings

SOURCES: Final = {
    "env": "环境变量",
    "file": ".env",
    "sandbox": "模拟环境",
    "console": "在这里改的",
    "default": "默认值",
}
BACK: Final = {
    "env": "恢复为环境变量的值",
    "file": "恢复为 .env 的值",
    "sandbox": "恢复为模拟环境的值",
    "default": "恢复为默认值",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. *choices* are (value, words) where only some values are allowed."""

    name: str
    label: str
    hint: str = ""
    kind: str = "text"
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Fields that are saved together. *careful* forms want the password given lately."""

    slug: str
    title: str
    endpoint: str
    fields: tuple[Field, ...]
    careful: bool = True
    note: str = ""


QUALITIES: Final = tuple((one, one) for one in ("low", "medium", "high", "xhigh", "max", "auto"))
TRIGGERS: Final = (
    ("any", "随便说一句都当成画图（问候和关键词除外）"),
    ("prefix", "只有“画…”“生成…”开头的才画"),
)
COPIES: Final = (
    ("off", "不提供（推荐）"),
    ("on", "粉丝同意协议后提供"),
)
SWITCH: Final = (("on", "开"), ("off", "关"))
ACCOUNT: Final = Form(
    slug="wechat",
    title="公众号",
    endpoint="settings.save_account",
    note=(
        "换 Token 或 EncodingAESKey：先在这里保存，再到微信那边改。十分钟内新旧两套都收，"
        "不会漏消息。"
    ),
    fields=(
        Field("WECHAT_APP_SECRET", "AppSecret", WHERE["wechat_app_secret"], "secret"),
        Field("WECHAT_TOKEN", "Token", WHERE["wechat_token"], "secret"),
        Field(
            "WECHAT_AES_KEY",
            "EncodingAESKey",
            "同一处的 43 位密钥，消息加解密方式选“安全模式”",
            "secret",
        ),
        Field(
            "PUBLIC_URL", "公网地址", "粉丝打开大图用的地址，例如 https://bot.example.com", "url"
        ),
    ),
)
IMAGES: Final = Form(
    slug="images",
    title="图片服务",
    endpoint="settings.save_images",
    note="改好以后，下一张图就用新的设置；正在画的图不受影响。",
    fields=(
        Field("OPENAI_API_KEY", "接口密钥", WHERE["openai_api_key"], "secret"),
        Field("OPENAI_BASE_URL", "接口地址", "密钥会发到这个地址，请认准服务商", "url"),
        Field("OPENAI_IMAGE_MODEL", "模型", "例如 gpt-image-2.5-flare"),
        Field("OPENAI_IMAGE_QUALITY", "画质", "越高越贵，也越慢", "choice", QUALITIES),
        Field(
            "SECOND_CHECK",
            "画好再查一遍",
            "把成品也交给图片服务审核，没通过就不发",
            "choice",
            SWITCH,
        ),
        Field("AIGC_PRODUCER", "生成者标识", "写进图片的 AI 标识；留空用公众号的 AppID"),
    ),
)
QUOTA: Final = Form(
    slug="quota",
    title="配额",
    endpoint="settings.save_quota",
    careful=False,
    fields=(
        Field("FOLLOWER_DAILY_IMAGES", "每位粉丝每天几张", "没画成的不算", "number"),
        Field("FOLLOWER_CONCURRENT_IMAGES", "每位粉丝同时画几张", "多的排队", "number"),
        Field("IMAGES_PER_MINUTE", "每分钟最多画几张", "不要超过图片服务的限制", "number"),
        Field("PROMPT_TRIGGER", "什么话算画图", "", "choice", TRIGGERS),
        Field(
            "CHOICES",
            "画好后提示怎么接着来",
            "图发出后再发一句“再来一张、高清……”，只在微信允许主动发时",
            "choice",
            SWITCH,
        ),
        Field(
            "DRAWING",
            "画图开关",
            "关掉以后不接新的，排队的等着，已经在画的照样送；关键词不受影响",
            "choice",
            SWITCH,
        ),
    ),
)
BUDGET: Final = Form(
    slug="budget",
    title="预算",
    endpoint="settings.save_budget",
    fields=(
        Field("BUDGET_DAILY", "每天最多花", "到了就不再画，粉丝会收到说明；留空不设上限", "money"),
        Field("BUDGET_MONTHLY", "每月最多花", "留空不设上限", "money"),
    ),
)
LAW: Final = Form(
    slug="law",
    title="标识与合规",
    endpoint="settings.save_law",
    note=(
        "每张图都带可见的“AI生成”和文件里的隐式标识，这是法规要求，也最稳妥。"
        "无标识原图默认不提供：打开后，粉丝要先同意协议、由他承担标识义务，"
        "才会拿到只带隐式标识的下载链接；谁、何时、拿了哪张都会记下来。"
    ),
    fields=(
        Field("AIGC_PRODUCER", "生成者标识", "写进图片的 AI 标识；留空用公众号的 AppID"),
        Field("AIGC_MODEL_NAME", "模型名", "粉丝会看到“由 … 生成”；留空不显示"),
        Field("AIGC_FILING_NUMBER", "备案号", "和模型名一起显示，例如 Beijing-XXX-2025"),
        Field("UNLABELLED_COPIES", "无标识原图", "", "choice", COPIES),
        Field(
            "LOG_RETENTION_DAYS",
            "记录保留天数",
            "消息内容、审核、协议和投诉的记录；法规要求至少六个月（183 天），到期自动删除",
            "number",
        ),
    ),
)
FORMS: Final = (ACCOUNT, IMAGES, QUOTA, BUDGET, LAW)
SYSTEM: Final = {
    "WECHAT_APP_ID": "公众号 AppID",
    "WECHAT_API_BASE": "微信接口地址",
    "DATABASE_URL": "数据库",
    "REDIS_URL": "Redis",
    "DATA_DIR": "数据文件夹",
    "STORAGE_URL": "图片和素材存放",
    "SECRET_KEY": "加密用的随机串",
    "BIND": "监听地址",
    "SANDBOX_BIND": "模拟环境的监听地址",
    "WEB_PROCESSES": "网页进程数",
    "WEB_THREADS": "每个网页进程的线程数",
    "WORKER_THREADS": "画图进程的线程数",
    "TIMEZONE": "时区",
    "CURRENCY": "货币",
    "LOG_FORMAT": "日志格式",
    "METRICS_BIND": "画图进程的指标地址",
    "METRICS_TOKEN": "看指标的口令",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A field as it is now. *back* says what taking the console's value away brings."""

    field: Field
    value: str
    source: str
    set: bool
    back: str
    locked: str
    problem: str = ""


def rows(
    form: Form,
    now: Live,
    base: Live,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> list[Row]:
    return [_row(one, now, base, typed or {}, problems or {}) for one in form.fields]


def _row(
    field: Field, now: Live, base: Live, typed: Mapping[str, str], problems: Mapping[str, str]
) -> Row:
    name = field.name
    source = source_of(now.settings, name)
    changed = source == "console" or name in now.unreadable
    # What was typed into a secret's field is not sent back.
    value = shown(now.settings, name)
    return Row(
        field=field,
        value=value if name in SECRETS else typed.get(name, value),
        source="unreadable" if name in now.unreadable else source,
        set=bool(getattr(now.settings, name.lower())),
        back=_(BACK[source_of(base.settings, name)]) if changed else "",
        locked=_(LOCKED) if locked(now.settings, name) else "",
        problem=problems.get(name, ""),
    )


def source_of(settings: Settings, name: str) -> str:
    return settings.sources.get(name.lower(), "default")


def system(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Return (name, label, value, source) of what is only read at the start; secrets hidden."""
    return [
        (name, _(label), _visible(settings, name), source_of(settings, name))
        for name, label in SYSTEM.items()
    ]


def _visible(settings: Settings, name: str) -> str:
    value = str(getattr(settings, name.lower()))
    hidden = {one.name.upper() for one in fields(Settings) if not one.repr}
    if name not in hidden:
        return value or "–"
    if not value:
        return "SQLite" if name == "DATABASE_URL" else "–"
    # The scheme says which; what follows may hold a password.
    scheme, found, _rest = value.partition("://")
    return f"{scheme}://…" if found else _("已经设好")


assert {field.name for form in FORMS for field in form.fields} == set(CHANGEABLE)
assert {field.name for field in BUDGET.fields} == set(BUDGETS)
