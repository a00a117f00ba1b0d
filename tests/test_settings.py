"""Settings are read once; all gaps come in one message and no secret in any."""

from dataclasses import fields
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "WECHAT_APP_ID": "wx0123456789abcdef",
    "WECHAT_APP_SECRET": "secret-canary-1",
    "WECHAT_TOKEN": "tokencanary2",
    "WECHAT_AES_KEY": "canary3canary3canary3canary3canary3canary3A",
    "OPENAI_API_KEY": "sk-canary-4",
    "SECRET_KEY": "secret-key-canary-5",
}


def load(tmp_path: Path, **changes: str) -> Settings:
    return Settings.load(
        {"DATA_DIR": str(tmp_path), **GOOD, **changes}, dotenv=tmp_path / "missing.env"
    )


def test_the_defaults_are_the_embedded_ones(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.database_address == f"sqlite:///{tmp_path}/huaxin.db"
    assert settings.bind == "127.0.0.1:8000"
    assert not settings.sandbox


def test_everything_missing_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.load({"DATA_DIR": str(tmp_path)}, dotenv=tmp_path / ".env")

    required = (
        "WECHAT_APP_ID",
        "WECHAT_APP_SECRET",
        "WECHAT_TOKEN",
        "OPENAI_API_KEY",
        "SECRET_KEY",
    )
    assert "配置有 5 处要改" in str(caught.value)
    assert all(f"{name} 没有设置" in str(caught.value) for name in required)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_APP_ID", "公众号"),
        ("WECHAT_APP_SECRET", "two words"),
        ("OPENAI_API_KEY", "sk-密钥"),
        ("DATABASE_URL", "oracle://host/db"),
        ("REDIS_URL", "localhost:6379"),
        ("AWS_SECRET_ACCESS_KEY", "中文"),
        ("CURRENCY", "XXX"),
        ("WECHAT_TOKEN", "no"),
        ("WECHAT_AES_KEY", "short"),
        ("BIND", "8000"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "nginx"),
        ("WEB_THREADS", "0"),
        ("WORKER_THREADS", "many"),
        ("TIMEZONE", "Mars/Olympus"),
        ("BUDGET_DAILY", "-1"),
        ("BUDGET_MONTHLY", "1e9"),
        ("PROMPT_TRIGGER", "sometimes"),
        ("CHOICES", "sometimes"),
        ("LOG_FORMAT", "xml"),
        ("PUBLIC_URL", "bot.example.com"),
        ("AIGC_PRODUCER", "某公司"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"配置有 1 处要改(.|\n)*{name} "):
        load(tmp_path, **{name: value})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://canary:canary@bucket/x", "里不能有密钥"),
        ("s3://bucket?endpoint=https://canary:canary@s3.example.com", "里不能有密钥"),
        ("s3://bucket?access_key=canary", "不认 access_key"),
        ("https://bucket.s3.amazonaws.com", "要以 s3:// 开头"),
        ("s3://B", "要以 s3:// 开头"),
        ("s3://bucket/../x y", "要以 s3:// 开头"),
        ("s3://bucket?endpoint=s3.example.com", "要以 http:// 或 https:// 开头"),
        ("s3://bucket?region=a b", "region"),
        ("s3://bucket?style=host", "style"),
    ],
)
def test_an_address_of_a_bucket_holds_no_keys(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        load(tmp_path, STORAGE_URL=url, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b")

    assert "canary" not in str(caught.value)


def test_a_bucket_needs_keys_or_a_role(tmp_path: Path) -> None:
    url = "s3://bucket/a/b?endpoint=https://s3.example.com:9000&region=cn-hangzhou&style=virtual"
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "canary11"}
    with pytest.raises(ConfigError, match=r"2 处(.|\n)*AWS_ACCESS_KEY_ID(.|\n)*AWS_SECRET_ACCESS"):
        load(tmp_path, STORAGE_URL=url)

    settings = load(tmp_path, STORAGE_URL=url, **keys)
    assert (settings.storage_url, settings.aws_access_key_id) == (url, "AKID")
    assert "canary" not in repr(settings)
    assert load(tmp_path, STORAGE_URL=url, AWS_WEB_IDENTITY_TOKEN_FILE="/token").storage_url == url


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    settings = load(
        tmp_path, DATABASE_URL="postgresql://u:canary6@h/d", REDIS_URL="redis://:canary7@h"
    )
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, WECHAT_TOKEN="canary 8", WECHAT_AES_KEY="canary9", SECRET_KEY="canary10")

    assert "canary" not in repr(settings)
    assert "canary" not in str(caught.value)


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    given = {**GOOD, "BIND": "0.0.0.0:1"}
    file.write_text("\n".join(f"{name}={value}" for name, value in given.items()))

    assert Settings.load({}, dotenv=file).bind == "0.0.0.0:1"
    assert Settings.load({"BIND": "127.0.0.1:2"}, dotenv=file).bind == "127.0.0.1:2"


def test_the_sandboxs_credentials_stand_in_for_a_missing_account(tmp_path: Path) -> None:
    lines = "\n".join(f'{name} = "{value}"' for name, value in GOOD.items())
    (tmp_path / "sandbox.toml").write_text(lines)
    environ = {"DATA_DIR": str(tmp_path), "SANDBOX_BIND": "127.0.0.1:9001"}

    settings = Settings.load(environ, dotenv=tmp_path / ".env")

    assert settings.sandbox
    assert settings.wechat_api_base == "http://127.0.0.1:9001"
    assert settings.openai_base_url == "http://127.0.0.1:9001/v1"
    assert not load(tmp_path).sandbox


@pytest.mark.parametrize("readme", ["README.md", "README.en.md"])
def test_every_setting_is_in_the_readme(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    names = {field.name.upper() for field in fields(Settings)} - {"SANDBOX", "SOURCES"}

    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def test_a_readable_dotenv_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(tmp_path)
    (tmp_path / ".env").touch(mode=0o644)
    assert any("chmod 600" in warning for warning in settings.warnings())

    (tmp_path / ".env").chmod(0o600)
    assert not any("chmod 600" in warning for warning in settings.warnings())


def test_a_list_of_image_services_has_its_own_keys(tmp_path: Path) -> None:
    listed = tmp_path / "services.toml"
    listed.write_text("")
    listed.chmod(0o600)
    given = {name: value for name, value in GOOD.items() if name != "OPENAI_API_KEY"}
    environ = {"DATA_DIR": str(tmp_path), **given, "IMAGE_PROVIDERS": str(listed)}
    settings = Settings.load(environ, dotenv=tmp_path / "missing.env")

    assert (settings.image_providers, settings.openai_api_key) == (listed, "")
    assert not [one for one in settings.warnings() if "services.toml" in one]
    listed.chmod(0o644)
    assert f"{listed} 里有密钥，别的用户也能读：chmod 600 {listed}" in settings.warnings()


def test_a_simulated_follower_is_drawn_for_by_no_real_service(tmp_path: Path) -> None:
    lines = "".join(f'{name} = "{value}"\n' for name, value in GOOD.items())
    (tmp_path / "sandbox.toml").write_text(lines)
    environ = {"DATA_DIR": str(tmp_path), "IMAGE_PROVIDERS": "services.toml"}
    settings = Settings.load(environ, dotenv=tmp_path / "missing.env")

    assert settings.sandbox
    assert settings.image_providers is None
