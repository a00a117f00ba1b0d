"""Settings, read once from the environment and ``.env``; every gap is reported together."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from bot.errors import ConfigError
from bot.failpoints import VARIABLE
from bot.values import Network, read_value

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"
SANDBOX_FILE = "sandbox.toml"
SECRET_LENGTH = 8


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
        if VARIABLE in values and not sandbox:
            problems.append(f"{VARIABLE} 是故障测试用的，只能用在模拟环境里：去掉它")
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
