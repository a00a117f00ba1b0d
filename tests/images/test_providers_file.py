"""IMAGE_PROVIDERS: what an operator wrote, and every mistake in it at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.images import sizes
from bot.images.prices import Prices
from bot.images.providers import costs, file
from bot.images.providers.table import KINDS, providers_of
from bot.models import ImageRequest
from bot.settings import ASSETS, ROOT, Settings

EXAMPLE = ROOT / "docs" / "image-providers.example.toml"
GOOD = """
[[provider]]
name = "main"
kind = "openai"
api_key_env = "MAIN_KEY"
model = "gpt-image-2.5-flare"
quality = "medium"

[[provider]]
name = "seedream"
kind = "ark"
api_key = "ark-canary"
model = "doubao-seedream-5-0-260128"
price = 0.25
images_per_minute = 30
timeout = 120
watermark = true
edits = 4
letters = false
"""
ENV = {"MAIN_KEY": "sk-main-canary"}


def read(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> file.Written:
    path = tmp_path / "providers.toml"
    path.write_text(text, "utf-8")
    return file.read(path, environ=ENV if environ is None else environ, kinds=KINDS)


def mistakes(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, text, environ)
    said = str(raised.value)
    assert "canary" not in said
    return [line.removeprefix("  · ") for line in said.splitlines()[1:]] or [said]


def test_what_is_written_is_what_is_used(tmp_path: Path) -> None:
    written = read(tmp_path, GOOD)
    main, ark = written.providers

    assert (main.name, main.kind, main.api_key, main.quality) == (
        "main",
        "openai",
        "sk-main-canary",
        "medium",
    )
    assert (ark.price, ark.images_per_minute, ark.timeout) == (Decimal("0.25"), 30, 120)
    assert (ark.watermark, ark.edits, ark.letters, ark.transparent) == (True, 4, False, None)
    assert written.text is None
    assert "canary" not in repr(written)


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = """# a comment
[general]
x = 1

[[provider]]
name = "bad name!"
kind = "openia"
api_kye = "canary"
model = "m"

[[provider]]
kind = "ark"
api_key = "canary"
api_key_env = "X"
model = "m"
price = "dear"
timeout = 1
watermark = "no"
edits = -1
images_per_minute = 0

[[provider]]
name = "a"
kind = "azure"
api_key = "canary"
model = "m"

[[provider]]
name = "b"
kind = "ark"
api_key = "canary"
model = "m"
quality = "high"

[[provider]]
name = "b"
kind = "openai"
api_key = "钥匙canary"
model = "m"

[text]
modle = "x"
"""
    found, known = mistakes(tmp_path, text), "、".join(KINDS)

    assert found == [
        "不认识 general：只有 [[provider]] 和 [text]",
        "第 5 行的 [[provider]]：不认识 api_kye，是不是 api_key？",
        "第 5 行的 [[provider]]：name 要 1–32 位字母、数字、点、横线",
        "第 5 行的 [[provider]]：api_key 没有写：填密钥，或用 api_key_env 写环境变量的名字",
        f"第 5 行的 [[provider]]：kind = 'openia' 不认识，只能是 {known}，是不是 openai？",
        "第 11 行的 [[provider]]：edits 要 0–16 的整数：改图时最多几张原图",
        "第 11 行的 [[provider]]：images_per_minute 要 1–10000 的整数",
        "第 11 行的 [[provider]]：price 要每张图的价钱（按 CURRENCY），例如 0.2；免费写 0",
        "第 11 行的 [[provider]]：timeout 要 5–1800 的秒数",
        "第 11 行的 [[provider]]：watermark 只能是 true 或 false（不加引号）",
        "第 11 行的 [[provider]]：api_key 和 api_key_env 只写一个",
        "第 11 行的 [[provider]]：name 没有写",
        "第 22 行的 [[provider]]：base_url 应是完整地址，例如 https://api.openai.com/v1",
        "第 28 行的 [[provider]]：quality 要去掉：这种服务没有画质可选",
        "第 35 行的 [[provider]]：api_key 为空，或含有空格、换行、非 ASCII 字符",
        "[text]：不认识 modle，是不是 model？",
        "[text]：model 没有写",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "一个 [[provider]] 也没有"),
        ("[provider]\nname = 'a'", "一个 [[provider]] 也没有"),
        ("provider = [1]", "第 1 个 [[provider]]：不是一张表"),
        ("text = 1\n" + GOOD, "[text] 不是一张表"),
        (GOOD + "price = nan", "不是正确的 TOML"),
        (GOOD.replace("0.25", "nan"), "price 要"),
        (GOOD.replace("0.25", "-1"), "price 要"),
        (GOOD.replace("= 120", "= nan"), "timeout 要"),
        (GOOD.replace("0.25", "true"), "price 要"),
        (GOOD.replace('"ark-canary"', "7"), "要写在引号里"),
        (GOOD.replace('"seedream"', '"main"'), "name = 'main' 用过了"),
        ('[[provider]]\napi_key = "canary\n', "line 2"),
    ],
)
def test_one_mistake(tmp_path: Path, text: str, said: str) -> None:
    found = mistakes(tmp_path, text)

    assert [line for line in found if said in line], found


def test_a_key_that_is_not_in_the_environment(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD, {}) == [
        "第 2 行的 [[provider]]：api_key_env = 'MAIN_KEY'：环境变量和 .env 里都没有它"
    ]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="打不开"):
        file.read(tmp_path / "none.toml", environ={}, kinds=KINDS)


def test_the_example_shows_every_kind_and_every_key() -> None:
    text = EXAMPLE.read_text("utf-8")
    names = {line.split('"')[1] for line in text.splitlines() if line.startswith("api_key_env")}
    written = file.read(EXAMPLE, environ=dict.fromkeys(names, "key"), kinds=KINDS)

    assert [entry.kind for entry in written.providers] == list(KINDS)
    assert written.text is not None
    for key in ("name", "edit_model", "api_version", "price", "watermark", "edits", "letters"):
        assert f"\n{key} = " in text or f"\n# {key} = " in text


def settings(tmp_path: Path, text: str = "", **changes: object) -> Settings:
    values: dict[str, object] = {"wechat_app_id": "wx1", "openai_api_key": "k", **changes}
    if text:
        path = tmp_path / "used.toml"
        path.write_text(text, "utf-8")
        values["image_providers"] = path
    return Settings(**values)  # type: ignore[arg-type]


def test_without_a_file_there_is_the_one_of_the_settings(tmp_path: Path) -> None:
    given = settings(tmp_path, openai_image_quality="low", images_per_minute=7)
    (one,) = providers_of(given)

    assert (one.name, one.model, one.quality, one.price) == (
        "openai",
        "gpt-image-2.5-flare",
        "low",
        None,
    )
    assert one.capability.images_per_minute == 7
    assert providers_of(given)[0] is one
    with pytest.raises(ConfigError, match="OPENAI_"):
        providers_of(settings(tmp_path, openai_api_key=""))


def test_what_is_reserved_is_the_dearest_that_may_draw_it(tmp_path: Path) -> None:
    text = GOOD.replace('api_key_env = "MAIN_KEY"', 'api_key = "k"')
    both = providers_of(settings(tmp_path, text))
    prices = Prices.load((ASSETS / "prices.toml").read_text("utf-8"), "CNY")
    first = prices.estimate(1024, 1024, "medium", "gpt-image-2.5-flare")

    assert [one.name for one in both] == ["main", "seedream"]
    assert costs.reserved(prices, both, ImageRequest(prompt="猫")) == 250_000
    assert costs.reserved(prices, both[:1], ImageRequest(prompt="猫")) == first == 130_824
    # Only the first can leave out the ground, or start from five pictures.
    assert costs.reserved(prices, both, ImageRequest(prompt="猫", transparent=True)) == first
    five = ImageRequest(prompt="猫", sources=tuple(f"photo:{n}" for n in range(5)))
    assert costs.reserved(prices, both, five) == prices.estimate(
        1024, 1024, "medium", "gpt-image-2.5-flare", images=5
    )
    # The size of a photo is not known before it is there.
    one, photo = both[0], ImageRequest(prompt="猫", sources=("photo:1",), keeps_shape=True)
    dearest = max(
        prices.estimate(
            *one.size(*sizes.of_photo(*seen)), quality="medium", model=one.model, images=1
        )
        for side in range(512, 1537, 4)
        for seen in ((side, 1536), (1536, side))
    )
    assert dearest > prices.estimate(1024, 1024, "medium", one.model, images=1)
    assert costs.reserved(prices, both[:1], photo) >= dearest
    high = costs.reserved(prices, both, ImageRequest(prompt="猫", quality="high"))
    assert high == prices.estimate(1024, 1024, "high", "gpt-image-2.5-flare")
    # What nobody can do is reserved as the dearest all the same.
    assert costs.able(both, images=17) == ()
    assert costs.reserved(prices, both, ImageRequest(prompt="猫", sources=("photo:1",) * 17)) > 0
