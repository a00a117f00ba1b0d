"""What the bot answers to commands."""

from typing import Final

from bot.sentences import Text

COMMANDS = "指令的回答"

HELP = """我会两件事，领资料和画图：
① 领资料：[[电子书]]　[[AI]]　MySQL知识图谱　[[大厂内推]]
② 画图：把画面说给我听，如“雪山下喝茶的猫，横版”
③ 接着改：画完再说“背景换成夜晚”“再亮一点”“高清”，或点 [[再来一张]]；“退一步”回到上一版；要重画就说“新图”加描述
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
        name="back.first",
        group=COMMANDS,
        title="退一步：已经是第一版",
        default="这已经是第一版，前面没有了。想重画：[[再来一张]]",
    ),
)
