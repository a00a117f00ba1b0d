"""What the bot says when nothing was drawn: a sentence for every reason."""

from collections.abc import Iterator
from typing import Final

from bot.errors import Reason
from bot.sentences import Text

REFUSALS = "没画成时"
NUMBER = {"number": "128"}

REASONS: Final = {
    Reason.EMPTY_PROMPT: (
        "没说画什么",
        "想画点什么呢？把画面说给我听就行，例如：\n画一只在雪山下喝茶的猫",
        {},
    ),
    Reason.PROMPT_TOO_LONG: (
        "描述太长",
        "这段话太长啦，最多 {limit} 个字。删短一点再发给我吧。",
        {"limit": "1000", "length": "1200"},
    ),
    Reason.QUOTA: (
        "今天的次数用完了",
        "今天的 {limit} 张图已经用完了，明天 0 点恢复。\n关键词资料随时都能领。",
        {"limit": "10"},
    ),
    Reason.QUOTA_SHORT: (
        "今天剩的次数不够",
        "今天还能画 {left} 张，做不了 {wanted} 张的。减到 {left} 张以内再发一遍吧，这次没有扣次数。",
        {"left": "3", "wanted": "5"},
    ),
    Reason.BUDGET_SHORT: (
        "剩的预算不够",
        "今天剩下的画图预算不够画这么多张，没有画，也没有扣次数。少要几张试试，或者明天再来吧。",
        {},
    ),
    Reason.NO_WRITER: (
        "没有文字模型",
        "这里还没有配置会写字的模型，做不了这个，没有扣次数。画图照常：把画面说给我听就行。",
        {},
    ),
    Reason.BUDGET: (
        "预算用完了",
        "今天的画图预算已经用完了，这次没有扣你的次数，明天再来吧。",
        {},
    ),
    Reason.DATABASE: (
        "系统忙",
        "系统正在忙，这次没有记下来，也没有扣次数。请过一分钟再发一遍。",
        {},
    ),
    Reason.MODERATION_INPUT: (
        "描述没有通过审核",
        "第 {number} 号：这段描述没有通过内容审核，没有画，也没有扣次数。换个说法再试试吧。",
        NUMBER,
    ),
    Reason.MODERATION_OUTPUT: (
        "图没有通过审核",
        "第 {number} 号：画出来的图没有通过内容审核，不能发给你，没有扣次数。换个说法再试试吧。",
        NUMBER,
    ),
    Reason.RATE_LIMIT: (
        "画图的人太多",
        "第 {number} 号：画图的人太多，没能排上，没有扣次数。请过几分钟再发一遍。",
        NUMBER,
    ),
    Reason.NO_MONEY: (
        "画图服务余额用完",
        "第 {number} 号：画图服务的余额用完了，没有扣次数。已经通知运营者，请晚些再来。",
        NUMBER,
    ),
    Reason.BAD_KEY: (
        "画图服务设置有误",
        "第 {number} 号：画图服务的设置有误，没有扣次数。已经通知运营者，请晚些再来。",
        NUMBER,
    ),
    Reason.BAD_REQUEST: (
        "画图服务不接受请求",
        "第 {number} 号：画图服务不接受这个请求，没有扣次数。换个说法，或去掉特殊的尺寸再试试吧。",
        NUMBER,
    ),
    Reason.PROVIDER_DOWN: (
        "画图服务不可用",
        "第 {number} 号：画图服务暂时不可用，没有扣次数。请过几分钟再发一遍。",
        NUMBER,
    ),
    Reason.OUTCOME_UNKNOWN: (
        "画没画成不清楚",
        (
            "第 {number} 号：画图服务没有回话，画没画成还不清楚，所以没有自动重画。"
            "运营者会核对；想再画一张，请把描述再发一遍。"
        ),
        NUMBER,
    ),
    Reason.BAD_PICTURE: (
        "图打不开",
        "第 {number} 号：画图服务给的图打不开，没有扣次数。请再发一遍。",
        NUMBER,
    ),
    Reason.MEDIA_REFUSED: (
        "微信没有收下图",
        "第 {number} 号：图画好了，但微信没有收下，没有扣次数。已经替你保存，请联系运营者领取。",
        NUMBER,
    ),
    Reason.INTERNAL: (
        "出了意外",
        "第 {number} 号：出了点意外，没有扣次数。请再发一遍；还不行就告诉运营者这个号码。",
        NUMBER,
    ),
    Reason.NOT_OFFERED: (
        "画图服务不会做这个",
        "现在用的画图服务做不到这个（例如改图、透明背景）。没有画，也没有扣次数。换个说法，直接描述想要的画面吧。",
        {},
    ),
    Reason.PAUSED: (
        "运营者暂停了画图",
        "画图暂停了，晚些再来吧。没有扣次数；关键词资料随时都能领。",
        {},
    ),
    Reason.TOO_MANY_BLOCKS: (
        "当天多次没过审核",
        "今天已经有 {limit} 次没有通过内容审核，画图先停到明天。关键词资料随时都能领；有疑问请联系运营者。",
        {"limit": "3"},
    ),
    Reason.NO_PHOTO: (
        "照片取不到或打不开",
        "第 {number} 号：你的照片取不到了或打不开，没有画，也没有扣次数。请把照片再发一遍。",
        NUMBER,
    ),
    Reason.NO_GLYPH: (
        "标题里有字体没有的字",
        "标题里的“{characters}”我们的字体里没有，写不准，所以没有画，也没有扣次数。换个字，或去掉“精准文字”再发一遍吧。",
        {"characters": "😀"},
    ),
    Reason.CHAIN_TOO_LONG: (
        "改的次数太多",
        "这张图已经连着改了 {limit} 次，再改会越来越走样。回到上一版：[[退一步]]；或者发“新图”加上完整的描述重新画。",
        {"limit": "8"},
    ),
    Reason.CANCELLED: (
        "运营者取消了",
        "第 {number} 号：运营者取消了这张图，没有扣次数。想画别的，把画面说给我听就行。",
        NUMBER,
    ),
    Reason.RELEASED: (
        "运营者核对过，没画成",
        "第 {number} 号：运营者核对过了，这张没有画成，次数已经还给你。想再画，请把描述再发一遍。",
        NUMBER,
    ),
}
"""For every reason its title, its sentence, and the fields with an example each."""


def _texts() -> Iterator[Text]:
    for reason, (title, default, fields) in REASONS.items():
        name = f"reason.{reason}"
        yield Text(name=name, group=REFUSALS, title=title, default=default, fields=fields)


SAID: Final = tuple(_texts())
