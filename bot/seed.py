"""What a first start puts in place: the schema, the account, the rules of ``assets/rules.toml``."""

import secrets
from pathlib import Path

from bot.errors import ConfigError
from bot.keywords import documents, files
from bot.settings import ASSETS, SANDBOX_FILE, read_environment
from bot.store import accounts, rules, schema
from bot.store.database import Database


def prepare(db: Database) -> None:
    """Bring the schema up and load the first rules unless there were rules before."""
    schema.upgrade(db)
    account_id = accounts.ensure(db)
    if accounts.versions(db, account_id).rules == 0:
        text = (ASSETS / "rules.toml").read_text(encoding="utf-8")
        first = files.loads(text, form="toml")
        rules.replace(db, account_id, [documents.to_dict(rule) for rule in first])


def sandbox_credentials() -> bool:
    """Write the sandbox's credentials once, every command reads them from there; True if new.

    Raises:
        ConfigError: a real account is configured; the sandbox never takes its place.
    """
    given = read_environment()
    if "WECHAT_APP_ID" in given:
        raise ConfigError(
            "WECHAT_APP_ID 已设置为真实公众号，模拟环境不会顶替它："
            "去掉 .env 里的 WECHAT_APP_ID，或不带 --sandbox 启动"
        )
    folder = Path(given.get("DATA_DIR", "data"))
    file = folder / SANDBOX_FILE
    if file.exists():
        return False
    values = {
        "WECHAT_APP_ID": f"wx{secrets.token_hex(8)}",
        "WECHAT_APP_SECRET": secrets.token_hex(16),
        "WECHAT_TOKEN": secrets.token_hex(12),
        "WECHAT_AES_KEY": _aes_key(),
        "OPENAI_API_KEY": f"sk-sandbox-{secrets.token_hex(16)}",
        "SECRET_KEY": secrets.token_hex(32),
    }
    lines = ["# 模拟环境的凭据，由 huaxin run --sandbox 生成，只在本机有用。"]
    lines += [f'{name} = "{value}"' for name, value in values.items()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder} 不能写（{error.strerror}）：换一个 DATA_DIR") from error
    return True


def _aes_key() -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    # The last of 43 base64 characters carries two bits that must be zero.
    return "".join(secrets.choice(alphabet) for _ in range(42)) + secrets.choice("AEIMQUYcgkosw048")
