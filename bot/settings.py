"""Settings, read once from the environment and ``.env``; every gap is reported together."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from bot.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
SANDBOX_FILE = "sandbox.toml"
LEAST_RETENTION = 183  # days
SECRET_LENGTH = 8
Network = IPv4Network | IPv6Network


def _secret() -> Any:
    return field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, by its environment variable's name in lower case.

    *budget_daily* and *budget_monthly* are in CURRENCY, None for no limit. *image_providers* is a
    TOML file; where there is one, it and not the OPENAI_ settings names the image services.
    *sandbox* is true where the credentials are the generated ones of ``DATA_DIR/sandbox.toml``.
    *sources* says where each value that is no default comes from: ``env``, ``file``, ``sandbox``
    or ``console``. Only what *trusted_proxies* say of whom they speak for is believed.
    """

    wechat_app_id: str
    wechat_app_secret: str = _secret()
    wechat_token: str = _secret()
    wechat_aes_key: str = _secret()
    wechat_api_base: str = "https://api.weixin.qq.com"
    openai_api_key: str = _secret()
    openai_base_url: str = "https://api.openai.com/v1"
    openai_image_model: str = "gpt-image-2.5-flare"
    openai_image_quality: str = "medium"
    openai_text_model: str = ""
    image_providers: Path | None = None
    database_url: str = _secret()
    redis_url: str = _secret()
    storage_url: str = ""
    aws_access_key_id: str = _secret()
    aws_secret_access_key: str = _secret()
    aws_session_token: str = _secret()
    data_dir: Path = Path("data")
    secret_key: str = _secret()
    public_url: str = ""
    bind: str = "127.0.0.1:8000"
    sandbox_bind: str = "127.0.0.1:8001"
    trusted_proxies: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1"))
    web_processes: int = 2
    web_threads: int = 32
    worker_threads: int = 32
    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    follower_daily_images: int = 10
    follower_concurrent_images: int = 2
    budget_daily: Decimal | None = None
    budget_monthly: Decimal | None = None
    images_per_minute: int = 5
    prompt_trigger: str = "any"
    choices: str = "on"
    drawing: str = "on"
    second_check: str = "off"
    log_format: str = "text"
    metrics_bind: str = ""
    metrics_token: str = _secret()
    aigc_producer: str = ""
    aigc_model_name: str = ""
    aigc_filing_number: str = ""
    unlabelled_copies: str = "off"
    log_retention_days: int = 200
    sandbox: bool = False
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database_address(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'huaxin.db'}"

    def secrets(self) -> list[str]:
        """What no log may hold: every secret, and the passwords in addresses."""
        given = [getattr(self, one.name) for one in fields(self) if not one.repr]
        texts = [one for one in given if isinstance(one, str) and one]
        passwords = [urlsplit(one).password for one in texts if "://" in one]
        found = texts + [unquote(one) for one in passwords if one]
        # What is as short as a word would be hidden in every sentence.
        return [one for one in found if len(one) >= SECRET_LENGTH]

    def warnings(self) -> list[str]:
        """What is allowed but unwise, a sentence each."""
        found = []
        if not self.wechat_aes_key:
            found.append("WECHAT_AES_KEY 没有设置：明文模式下，看到过推送地址的人就能冒充粉丝")
        if self.budget_daily is None and self.budget_monthly is None and not self.sandbox:
            found.append("BUDGET_DAILY 和 BUDGET_MONTHLY 都没有设置：画图花费没有上限")
        dotenv = Path(".env")
        if dotenv.is_file() and dotenv.stat().st_mode & 0o077:
            found.append(".env 里有密钥，别的用户也能读：chmod 600 .env")
        file = self.image_providers
        if file and file.is_file() and file.stat().st_mode & 0o077:
            found.append(f"{file} 里有密钥，别的用户也能读：chmod 600 {file}")
        host = self.metrics_bind.rpartition(":")[0]
        if host not in {"", "127.0.0.1", "localhost", "[::1]"} and not self.metrics_token:
            found.append(f"METRICS_BIND 是 {host}，又没有 METRICS_TOKEN：谁都能看到指标")
        if not self.public_url:
            found.append("PUBLIC_URL 没有设置：微信不收图片时没有链接可以代替")
        return found

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, *, dotenv: Path = Path(".env")) -> Self:
        """Return the settings, or raise `ConfigError` with everything that is missing or wrong."""
        values = read_environment(environ, dotenv=dotenv)
        sources = {name: "env" if environ.get(name) else "file" for name in values}
        problems: list[str] = []
        sandbox = _add_sandbox(values, sources, problems)
        known = [one for one in fields(cls) if one.name not in {"sandbox", "sources"}]
        read = {
            one.name: _read(one.name, values[one.name.upper()], problems)
            for one in known
            if one.name.upper() in values
        }
        # A file of image services has its own keys.
        images = [] if "image_providers" in read else ["openai_api_key"]
        required = ["wechat_app_id", "wechat_app_secret", "wechat_token", *images, "secret_key"]
        problems += [
            f"{name.upper()} 没有设置：{WHERE[name]}" for name in required if name not in read
        ]
        if "storage_url" in read and not any(name in values for name in ROLES):
            keys = ("aws_access_key_id", "aws_secret_access_key")
            problems += [f"{one.upper()} 没有设置：{WHERE[one]}" for one in keys if one not in read]
        if problems:
            listed = "\n".join(f"  · {problem}" for problem in problems)
            raise ConfigError(
                f"配置有 {len(problems)} 处要改（写在环境变量或 .env 里）：\n{listed}"
            )
        named = {one.name: sources[one.name.upper()] for one in known if one.name in read}
        return cls(**read, sandbox=sandbox, sources=named)


WHERE = {
    "wechat_app_id": "微信开发者平台 › 我的业务 › 公众号/服务号 › 基础信息里的 AppID",
    "wechat_app_secret": "同一页 › 开发密钥里的 AppSecret",
    "wechat_token": "同一页 › 域名与消息推送配置里自己填写的 Token（3–32 位字母数字）",
    "openai_api_key": "图片接口的密钥（OpenAI 或兼容服务）",
    "secret_key": "任意 32 位以上的随机串，例如：openssl rand -hex 32",
    "aws_access_key_id": "STORAGE_URL 的对象存储给的 Access Key",
    "aws_secret_access_key": "STORAGE_URL 的对象存储给的 Secret Key",
}
"""Where an operator finds a required value."""
ROLES = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_METADATA_ENDPOINT",
)
"""Where keys come from without standing in the environment themselves (Kubernetes, ECS, EC2)."""


def read_environment(
    environ: Mapping[str, str] = os.environ, *, dotenv: Path = Path(".env")
) -> dict[str, str]:
    """Return what is set and not empty; the environment wins over the file."""
    given = {**dotenv_values(dotenv), **environ}
    return {name: value for name, value in given.items() if value}


def _add_sandbox(values: dict[str, str], sources: dict[str, str], problems: list[str]) -> bool:
    """Fill *values* from the sandbox's generated credentials unless a real account is set."""
    file = Path(values.get("DATA_DIR", "data")) / SANDBOX_FILE
    if "WECHAT_APP_ID" in values or not file.is_file():
        return False
    try:
        generated = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file} 读不懂（{error}）：删掉它，下次 huaxin run --sandbox 会重新生成")
        return False
    address = "http://" + values.get("SANDBOX_BIND", "127.0.0.1:8001")
    own = {name: str(value) for name, value in generated.items()}
    own |= {"WECHAT_API_BASE": address, "OPENAI_BASE_URL": f"{address}/v1"}
    if "OPENAI_TEXT_MODEL" not in values:
        own["OPENAI_TEXT_MODEL"] = "gpt-5-mini"
    if "IMAGES_PER_MINUTE" not in values:
        own["IMAGES_PER_MINUTE"] = "60"  # the simulated model is quick, and costs nothing
    if "PUBLIC_URL" not in values:
        own["PUBLIC_URL"] = "http://" + values.get("BIND", "127.0.0.1:8000")
    values.update(own)
    # Real services are not asked for what a simulated follower wants.
    values.pop("IMAGE_PROVIDERS", None)
    sources.update(dict.fromkeys(own, "sandbox"))
    return True


def _read(name: str, value: str, problems: list[str]) -> Any:
    try:
        return read_value(name, value)
    except ConfigError as error:
        problems.append(f"{name.upper()} {error}")
        return None


def read_value(name: str, value: str) -> Any:
    """Return what the text *value* of a setting means.

    Raises:
        ConfigError: what is wrong with it; a secret's reader never quotes it, the others may.
    """
    try:
        return READERS.get(name, str)(value.strip())
    except (ValueError, InvalidOperation, ZoneInfoNotFoundError) as error:
        raise ConfigError(str(error)) from None


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value, re.ASCII) or int(value) < 1:
        raise ValueError(f"要一个正整数，现在是 {value!r}")
    return int(value)


def _days(value: str) -> int:
    # 办法 Art. 9: who got an unlabelled copy is kept for six months.
    if not re.fullmatch(r"[0-9]{3,4}", value, re.ASCII) or int(value) < LEAST_RETENTION:
        raise ValueError(f"要一个天数，至少 {LEAST_RETENTION}（六个月），现在是 {value!r}")
    return int(value)


def _money(value: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", value, re.ASCII):
        raise ValueError(f"要一个金额（例如 50 或 12.5），现在是 {value!r}")
    return Decimal(value)


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", value):
        raise ValueError("要以 http:// 或 https:// 开头的地址")
    return value.rstrip("/")


def _storage(value: str) -> str:
    parts = urlsplit(value)
    if "@" in parts.netloc:
        raise ValueError("里不能有密钥：写在 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY 里")
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    named = re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", parts.netloc, re.ASCII)
    prefix = re.fullmatch(r"[0-9A-Za-z._/-]*", parts.path, re.ASCII)
    if parts.scheme != "s3" or not named or not prefix or parts.fragment:
        raise ValueError("要以 s3:// 开头：s3://桶/前缀?endpoint=https://…&region=…")
    if unknown := asked.keys() - {"endpoint", "region", "style"}:
        raise ValueError(f"只认 endpoint、region 和 style，不认 {'、'.join(sorted(unknown))}")
    if "@" in _url(asked.get("endpoint", "https://s3")):
        raise ValueError("的 endpoint 里不能有密钥")
    if not re.fullmatch(r"[0-9a-z-]{1,64}", asked.get("region", "none"), re.ASCII):
        raise ValueError("的 region 要像 us-east-1")
    if asked.get("style", "path") not in {"path", "virtual"}:
        raise ValueError("的 style 只能是 path 或 virtual")
    return value


def _bind(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z.\-\[\]:]+:[0-9]{1,5}", value, re.ASCII):
        raise ValueError(f"要“主机:端口”（例如 127.0.0.1:8000），现在是 {value!r}")
    return value


def _networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in value.split(","))
    except ValueError:
        raise ValueError(
            f"要用逗号分开的地址或网段（例如 127.0.0.1,10.0.0.0/8），现在是 {value!r}"
        ) from None


def _zone(value: str) -> str:
    return ZoneInfo(value).key


def _currency(value: str) -> str:
    rates = tomllib.loads((ASSETS / "prices.toml").read_text(encoding="utf-8"))["rates"]
    if value not in rates:
        known = "、".join(rates)
        raise ValueError(f"在 assets/prices.toml 的 [rates] 里没有汇率（有 {known}）")
    return value


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"只能是 {' 或 '.join(allowed)}，现在是 {value!r}")
        return value

    return read


def _matching(pattern: str, rule: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(rule)
        return value

    return read


READERS: Mapping[str, Callable[[str], Any]] = {
    "wechat_app_id": _matching(r"[0-9A-Za-z_-]{1,64}", "要微信给的 AppID（wx 开头的一串）"),
    "wechat_app_secret": _matching(r"[\x21-\x7e]+", "里有空格或中文，请重新复制"),
    "openai_api_key": _matching(r"[\x21-\x7e]+", "里有空格或中文，请重新复制"),
    "database_url": _matching(
        r"(sqlite:///|postgresql(\+psycopg)?://|(mysql|mariadb)(\+pymysql)?://).+",
        "要以 sqlite:///、postgresql:// 或 mysql:// 开头",
    ),
    "storage_url": _storage,
    "aws_access_key_id": _matching(r"[\x21-\x7e]+", "里有空格或中文，请重新复制"),
    "aws_secret_access_key": _matching(r"[\x21-\x7e]+", "里有空格或中文，请重新复制"),
    "aws_session_token": _matching(r"[\x21-\x7e]+", "里有空格或中文，请重新复制"),
    "redis_url": _matching(r"(redis|rediss|unix)://.+", "要以 redis://、rediss:// 或 unix:// 开头"),
    "currency": _currency,
    "wechat_token": _matching(r"[0-9A-Za-z]{3,32}", "要 3–32 位字母数字"),
    "wechat_aes_key": _matching(r"[0-9A-Za-z]{43}", "要正好 43 位字母数字（EncodingAESKey）"),
    "wechat_api_base": _url,
    "openai_base_url": _url,
    "openai_image_model": _matching(r"[!-~]{1,64}", "要服务给的模型名，例如 gpt-image-2.5-flare"),
    "openai_text_model": _matching(r"[!-~]{1,64}", "要服务给的模型名，例如 gpt-5-mini"),
    "image_providers": Path,
    "openai_image_quality": _choice("low", "medium", "high", "xhigh", "max", "auto"),
    "public_url": _url,
    "data_dir": Path,
    "secret_key": _matching(r".{16,}", "至少 16 个字符，例如：openssl rand -hex 32"),
    "bind": _bind,
    "sandbox_bind": _bind,
    "trusted_proxies": _networks,
    "web_processes": _count,
    "web_threads": _count,
    "worker_threads": _count,
    "timezone": _zone,
    "follower_daily_images": _count,
    "follower_concurrent_images": _count,
    "budget_daily": _money,
    "budget_monthly": _money,
    "images_per_minute": _count,
    "prompt_trigger": _choice("any", "prefix"),
    "choices": _choice("on", "off"),
    "drawing": _choice("on", "off"),
    "second_check": _choice("on", "off"),
    "log_format": _choice("text", "json"),
    "metrics_bind": _bind,
    "metrics_token": _matching(r"[\x21-\x7e]{16,}", "至少 16 个字符，不能有空格或中文"),
    "aigc_producer": _matching(
        r"[\x20-\x7e]{1,64}", "要 1–64 位可见 ASCII（企业名拼音或统一社会信用代码）"
    ),
    "aigc_model_name": _matching(r"[^\x00-\x1f<>]{1,64}", "最多 64 个字，不能有尖括号"),
    "aigc_filing_number": _matching(r"[^\x00-\x1f<>]{1,64}", "最多 64 个字，不能有尖括号"),
    "unlabelled_copies": _choice("off", "on"),
    "log_retention_days": _days,
}
