"""Everything the bot says: what happened, and what the follower can do. An operator may change it.

``{name}`` is filled in, ``[[取图]]`` is a word to tap; `bot.sentences` has the whole form.
"""

from collections.abc import Iterator
from typing import Final

from bot.errors import Reason
from bot.sentences import Sentences, Text
from handlers import sentences_groups, sentences_law, sentences_waiting

COMMANDS, PHOTOS, PICTURES, REFUSALS = "指令的回答", "收到照片", "画图途中", "没画成时"
NUMBER = {"number": "128"}

HELP = """我会两件事，领资料和画图：
① 领资料：[[电子书]]　[[AI]]　MySQL知识图谱　[[大厂内推]]
② 画图：把画面说给我听，如“雪山下喝茶的猫，横版”
③ 接着改：画完再说“背景换成夜晚”“再亮一点”“高清”，或点 [[再来一张]]　[[换风格]]　[[退一步]]；要重画就说“新图”加描述
④ 改照片：发照片，再说“变成水彩”“去掉路人”“换蓝底”
⑤ 海报：标题放在引号里，要字准就加“精准文字”
⑥ “抽卡 一只橘猫”先看四张草图；“做5页PPT：…”出图像 PPT；发照片说“反推”得到描述

常用：[[取图]]　[[上一张]]　[[我的作品]]　[[进度]]　[[额度]]　[[取消]]
图片由 AI 生成，请勿用于违法用途。[[条款]]　[[投诉]]"""

SAID: Final = (
    Text(name="help", group=COMMANDS, title="帮助", default=HELP),
    Text(
        name="near_miss",
        group=COMMANDS,
        title="关键词差一点",
        default=(
            "你是想要“{keyword}”吗？点一下就发给你：[[{keyword}]]\n"
            "如果是想画“{text}”，请回复：[[画 {text}]]"
        ),
        fields={"keyword": "电子书", "text": "电子数"},
    ),
    Text(
        name="quota",
        group=COMMANDS,
        title="额度",
        default=(
            "今天画了 {used} 张，还能画 {left} 张{granted}。\n"
            "明天 0 点（还有 {time}）恢复到 {limit} 张。\n"
            "画成的才算，没画成、取消的都退回。抽卡一次算 1 张，PPT 一页算 1 张。"
        ),
        fields={"used": "3", "left": "7", "limit": "10", "time": "3 小时 12 分", "granted": ""},
    ),
    Text(
        name="quota.granted",
        group=COMMANDS,
        title="额度：运营者加送的",
        default="（含运营者今天加送的 {granted} 张）",
        fields={"granted": "5"},
    ),
    Text(
        name="alarm.budget",
        group=COMMANDS,
        title="告诉能在聊天里改回复的人：预算快用完",
        default="画图预算提醒：{period} 的预算已经用了 {level}%。在控制台“设置 › 配额与预算”里可以调整，或关掉画图。",
        fields={"period": "2026-11-27", "level": "80"},
    ),
    Text(
        name="blocked.for_ever",
        group=COMMANDS,
        title="被屏蔽：没有期限",
        default="运营者暂停了对你的服务。有疑问请联系运营者。",
    ),
    Text(
        name="blocked.until",
        group=COMMANDS,
        title="被屏蔽：有期限",
        default="运营者暂停了对你的服务，{end} 后恢复。有疑问请联系运营者。",
        fields={"end": "2026-12-01 08:00"},
    ),
    Text(
        name="collect.nothing",
        group=COMMANDS,
        title="取图：没有图",
        default="没有等你领取的图片。\n想再看上一张：[[上一张]]",
    ),
    Text(
        name="collect.drawing",
        group=COMMANDS,
        title="取图：还在画",
        default="还在画（{count} 张），稍等一下再点：[[取图]]",
        fields={"count": "2"},
    ),
    Text(
        name="collect.coming",
        group=COMMANDS,
        title="取图：正在送来",
        default="图画好了，正在送来。几秒后再点一次：[[取图]]",
    ),
    Text(
        name="last.none",
        group=COMMANDS,
        title="上一张：还没有画过",
        default="你还没有画过图。把想要的画面说给我听就行。",
    ),
    Text(
        name="last.again",
        group=COMMANDS,
        title="上一张：要重新送来",
        default="这张图有些日子了，正在重新送来。几秒后点：[[取图]]",
    ),
    Text(
        name="works.none",
        group=COMMANDS,
        title="我的作品：还没有",
        default="你还没有作品。把想要的画面说给我听，第一张马上开画。",
    ),
    Text(
        name="works.list",
        group=COMMANDS,
        title="我的作品",
        default="你最近的 {count} 张作品：\n{list}\n再看最新一张：[[上一张]]",
        fields={"count": "1", "list": "· 2026-11-23 一只橘猫"},
        needed=frozenset({"list"}),
    ),
    Text(
        name="cancel.some",
        group=COMMANDS,
        title="取消：都取消了",
        default="已取消 {cancelled} 张，次数退回了。",
        fields={"cancelled": "2"},
    ),
    Text(
        name="cancel.partly",
        group=COMMANDS,
        title="取消：有的已经在画",
        default=(
            "已取消 {cancelled} 张，次数退回了。另有 {drawing} 张已经在画，停不下来，画好照样给你。"
        ),
        fields={"cancelled": "1", "drawing": "1"},
    ),
    Text(
        name="cancel.drawing",
        group=COMMANDS,
        title="取消：都已经在画",
        default="有 {drawing} 张已经在画，停不下来了，画好就给你。",
        fields={"drawing": "1"},
    ),
    Text(
        name="cancel.none",
        group=COMMANDS,
        title="取消：没有在排队的",
        default="没有在排队的图，不用取消。",
    ),
    Text(
        name="accepted",
        group=PICTURES,
        title="收到描述",
        default="收到，正在画（约 {time}）。",
        fields={"time": "40 秒"},
    ),
    Text(
        name="accepted.behind",
        group=PICTURES,
        title="收到描述，前面有人",
        default="收到，正在画（前面 {ahead} 人，约 {time}）。",
        fields={"ahead": "2", "time": "40 秒"},
    ),
    Text(
        name="accepted.push",
        group=PICTURES,
        title="接着说：画好会主动发",
        default="画好就发给你；没收到就点：[[取图]]",
    ),
    Text(
        name="accepted.pull",
        group=PICTURES,
        title="接着说：画好来领（公众号不能主动发）",
        default="画好后点这里领取：[[取图]]",
    ),
    Text(
        name="accepted.waiting",
        group=PICTURES,
        title="接着说：另有画好的图",
        default="另有 {waiting} 张已画好，回复“取图”。",
        fields={"waiting": "1"},
    ),
    Text(
        name="accepted.both",
        group=PICTURES,
        title="接着说：换了一种画法，可前一种已经在画",
        default="前一种画法已经开画，停不下来了，两张都会给你。",
    ),
    Text(
        name="read.edit",
        group=PICTURES,
        title="接着说：当作改图",
        default="这次是改上一张。不是改图？[[画成新图|新图 {text}]]",
        fields={"text": "背景换成夜晚"},
    ),
    Text(
        name="read.photo",
        group=PICTURES,
        title="接着说：当作改照片",
        default="这次是改你发的照片。不用照片？[[画成新图|新图 {text}]]",
        fields={"text": "变成水彩"},
    ),
    Text(
        name="read.new",
        group=PICTURES,
        title="接着说：当作新图",
        default="这次是新图。想在上一张上改？[[改上一张|改图 {text}]]",
        fields={"text": "一只橘猫"},
    ),
    Text(
        name="read.long",
        group=PICTURES,
        title="接着说：很长的话当作改图",
        default="这次是改图。想画新图，开头加上“新图”再发一遍。",
    ),
    Text(
        name="choices",
        group=PICTURES,
        title="画好以后可以接着说的",
        default="看到图后回复数字接着来：\n1 [[再来一张]]　2 [[高清]]　3 [[换风格]]　4 [[换方向]]（横版、竖版互换）",
    ),
    Text(
        name="styles",
        group=PICTURES,
        title="换风格：有哪些",
        default="想换成哪种？点一下就改：\n{list}\n也可以说“变成××风格”。",
        fields={"list": "吉卜力　水彩"},
        needed=frozenset({"list"}),
    ),
    Text(
        name="fresh",
        group=PICTURES,
        title="新图：还没说画什么",
        default="好，从头画。下一句说说想画什么。\n想照原样再画一张，点：[[再来一张]]",
    ),
    Text(
        name="edit.how",
        group=PICTURES,
        title="改图：还没说怎么改",
        default="想怎么改？例如：[[改图 背景换成夜晚]]、[[改图 再亮一点]]",
    ),
    Text(
        name="edit.nothing",
        group=PICTURES,
        title="改图：没有可改的图",
        default="现在没有可改的图。先说想画什么，或者把照片发过来再说怎么改。\n就想画这句话？[[画成新图|新图 {text}]]",
        fields={"text": "再亮一点"},
    ),
    Text(
        name="edit.nothing.long",
        group=PICTURES,
        title="改图：没有可改的图，话很长",
        default="现在没有可改的图。先说想画什么，或者把照片发过来再说怎么改。就想画这段话，开头加上“新图”。",
    ),
    Text(
        name="edit.drawing",
        group=PICTURES,
        title="改图：上一张还在画",
        default="上一张还在画，画好再改，到时点：[[改图 {text}]]\n想另画一张？[[画成新图|新图 {text}]]",
        fields={"text": "背景换成夜晚"},
    ),
    Text(
        name="edit.drawing.long",
        group=PICTURES,
        title="改图：上一张还在画，话很长",
        default="上一张还在画，画好后把这段话再发一遍。想另画一张，开头加上“新图”。",
    ),
    Text(
        name="edit.sheet",
        group=PICTURES,
        title="改图：草图还没选",
        default="先选一张再改：[[选1]]　[[选2]]　[[选3]]　[[选4]]",
    ),
    Text(
        name="picture.unknown",
        group=PICTURES,
        title="说到的图找不到",
        default="没有找到你说的那张图。“第几张”按最近一小时的图从旧到新数；编号看这里：[[我的作品]]",
    ),
    Text(
        name="photo.send",
        group=PHOTOS,
        title="说到照片，还没有发来",
        default="把照片发过来，我就照这句话改（10 分钟内有效）。\n说的是刚画的那张图？[[改那张|改图 {text}]]",
        fields={"text": "把照片变成水彩"},
    ),
    Text(
        name="photo.send.long",
        group=PHOTOS,
        title="说到照片，还没有发来，话很长",
        default="把照片发过来，我就照这段话改（10 分钟内有效）。",
    ),
    Text(
        name="back.first",
        group=COMMANDS,
        title="退一步：已经是第一版",
        default="这已经是第一版，前面没有了。想重画：[[再来一张]]",
    ),
    Text(
        name="time.seconds",
        group=PICTURES,
        title="时间：秒",
        default="{count} 秒",
        fields={"count": "40"},
        needed=frozenset({"count"}),
    ),
    Text(
        name="time.minutes",
        group=PICTURES,
        title="时间：分钟",
        default="{count} 分钟",
        fields={"count": "3"},
        needed=frozenset({"count"}),
    ),
    Text(
        name="photo.one",
        group=PHOTOS,
        title="收到一张照片",
        default=(
            "收到照片。说一句话我来改，例如：\n[[变成水彩画]]　[[背景换成夜晚的海边]]　[[反推]]\n"
            "还有照片要一起用就接着发，我会编号。"
        ),
    ),
    Text(
        name="photo.several",
        group=PHOTOS,
        title="收到几张照片里的一张",
        default=(
            "收到图{number}，一共 {count} 张。说一句话我来改，例如：\n"
            "[[把图1的人放进图2的场景]]　[[图{number}变成水彩画]]"
        ),
        fields={"number": "2", "count": "2"},
    ),
    Text(
        name="photo.more",
        group=PHOTOS,
        title="收到照片，还差几张",
        default="收到图{number}，还差 {missing} 张，发来就开始画。",
        fields={"number": "1", "missing": "1"},
    ),
    Text(
        name="photo.too_many",
        group=PHOTOS,
        title="收到照片，已经太多",
        default="一次最多用 {most} 张照片，这张先不算。前面的 {most} 张可以改了，说一句话就行。",
        fields={"most": "8"},
    ),
    Text(
        name="photo.short",
        group=PHOTOS,
        title="收到照片（只认“画…”的公众号）",
        default="收到图{number}。想改它就说：[[画成水彩画]]",
        fields={"number": "1"},
    ),
    Text(
        name="photo.words",
        group=PHOTOS,
        title="收到照片，只能反推",
        default="收到照片。想要它的提示词就点：[[反推]]",
    ),
    Text(
        name="photo.not_offered",
        group=PHOTOS,
        title="收到照片，但改不了",
        default="收到照片。这里还不会改照片，画新图可以：把画面说给我听就行，例如\n[[画一只在雪山下喝茶的猫]]",
    ),
    Text(
        name="picture.clear",
        group=PICTURES,
        title="透明背景：主动发时，在白底的图之前",
        default="透明背景的图画好了：[[点这里看 PNG|{url}]]（7 天内有效）。下面这张铺了白底，方便在聊天里看。",
        fields={"url": "https://example.com/p/128"},
        needed=frozenset({"url"}),
    ),
    Text(
        name="picture.clear.only",
        group=PICTURES,
        title="透明背景：领取时",
        default=(
            "透明背景的图画好了，[[点这里看 PNG|{url}]]（7 天内有效）。\n"
            "图片由 AI 生成。\n要在聊天里看铺了白底的：[[上一张]]"
        ),
        fields={"url": "https://example.com/p/128"},
        needed=frozenset({"url"}),
    ),
    Text(
        name="picture.opaque",
        group=PICTURES,
        title="透明背景没做成",
        default="这张的背景没能做成透明，先给你铺了白底的。换个更简单的主体再试试，例如一件东西、一个人。",
    ),
    Text(
        name="picture.link",
        group=PICTURES,
        title="微信不收图时给链接",
        default=(
            "图画好了，[[点这里看大图|{url}]]（7 天内有效）。\n"
            "图片由 AI 生成。\n再要一次：[[上一张]]"
        ),
        fields={"url": "https://example.com/p/128"},
        needed=frozenset({"url"}),
    ),
)

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


def _refusals() -> Iterator[Text]:
    for reason, (title, default, fields) in REASONS.items():
        name = f"reason.{reason}"
        yield Text(name=name, group=REFUSALS, title=title, default=default, fields=fields)


SENTENCES: Final = Sentences(
    (
        *SAID,
        *sentences_groups.SAID,
        *sentences_law.SAID,
        *sentences_waiting.SAID,
        *_refusals(),
    )
)
