"""What the bot says of 进度, of time, and once a picture is there."""

from typing import Final

from bot.sentences import Text

PROGRESS, AFTER = "进度", "画好以后"
TIME = {"time": "40 秒"}
PAGES = {"page": "3", "pages": "5"} | TIME
LINE = {"number": "128", "title": "一只橘猫"}

SAID: Final = (
    Text(
        name="progress.line",
        group=PROGRESS,
        title="一行",
        default="第 {number} 号 {title}：{state}",
        fields=LINE | {"state": "正在画"},
        needed=frozenset({"state"}),
    ),
    Text(
        name="progress.queued",
        group=PROGRESS,
        title="在排队",
        default="排队第 {place} 位，约 {time}",
        fields={"place": "2"} | TIME,
    ),
    Text(
        name="progress.paused",
        group=PROGRESS,
        title="在排队，画图暂停了",
        default="画图暂停了，排在第 {place} 位，恢复后就画",
        fields={"place": "2"},
    ),
    Text(
        name="progress.drawing",
        group=PROGRESS,
        title="正在画",
        default="正在画，已画 {since}，一般要 {time}",
        fields={"since": "12 秒"} | TIME,
    ),
    Text(
        name="progress.words",
        group=PROGRESS,
        title="正在看图写字",
        default="正在看图写提示词，一般要 {time}",
        fields=TIME,
    ),
    Text(
        name="progress.outline",
        group=PROGRESS,
        title="PPT 正在写大纲",
        default="正在想每页放什么，共 {pages} 页，约 {time}",
        fields={"pages": "5"} | TIME,
    ),
    Text(
        name="progress.deck",
        group=PROGRESS,
        title="PPT 正在画",
        default="正在画第 {page} 页，共 {pages} 页，约 {time}",
        fields=PAGES,
    ),
    Text(
        name="progress.sheet",
        group=PROGRESS,
        title="草图正在画",
        default="正在画第 {page} 张草图，共 {pages} 张，约 {time}",
        fields=PAGES,
    ),
    Text(name="progress.sending", group=PROGRESS, title="正在送来", default="画好了，正在送"),
    Text(name="progress.waiting", group=PROGRESS, title="等着领", default="画好了，等你来领"),
    Text(
        name="progress.more",
        group=PROGRESS,
        title="接着说：没有列出的",
        default="后面还有 {count} 个。",
        fields={"count": "3"},
    ),
    Text(
        name="progress.cancel",
        group=PROGRESS,
        title="接着说：可以取消",
        default="不想等了：[[取消]]（还没开画的都取消，次数退回）",
    ),
    Text(
        name="progress.collect",
        group=PROGRESS,
        title="接着说：可以领",
        default="领图：[[取图]]",
    ),
    Text(
        name="progress.done",
        group=PROGRESS,
        title="没有在画的，最近一张已经给了",
        default=(
            "现在没有在画的图。最近的第 {number} 号 {title} 已经给你了。\n"
            "再看一次：[[上一张]]　没收到就点：[[取图]]"
        ),
        fields=LINE,
    ),
    Text(
        name="progress.cancelled",
        group=PROGRESS,
        title="没有在画的，最近一张取消了",
        default="现在没有在画的图。最近的第 {number} 号 {title} 取消了。\n再看以前的：[[上一张]]",
        fields=LINE,
    ),
    Text(
        name="time.hours",
        group=PROGRESS,
        title="时间：小时和分钟",
        default="{hours} 小时 {minutes} 分",
        fields={"hours": "3", "minutes": "12"},
    ),
    Text(
        name="choices.pushed",
        group=AFTER,
        title="图发出后接着说",
        default=(
            "第 {number} 号画好了，接着可以：\n"
            "1 [[再来一张]]　2 [[高清]]　3 [[换风格]]　4 [[换方向]]\n或直接说想改哪里"
        ),
        fields={"number": "128"},
    ),
)
