"""What the bot says while a picture is on its way."""

from typing import Final

from bot.sentences import Text

PICTURES = "画图途中"

SAID: Final = (
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
