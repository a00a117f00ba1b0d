"""What the text of each setting means; a wrong one is told in a sentence."""

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import ConfigError

LEAST_RETENTION = 183  # days
Network = IPv4Network | IPv6Network
_PRICES = Path(__file__).resolve().parent.parent / "assets" / "prices.toml"


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
    rates = tomllib.loads(_PRICES.read_text(encoding="utf-8"))["rates"]
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
