"""The sidebar: every page, in the order of how often it is used."""

from dataclasses import dataclass

from flask import request, url_for

from bot.admin.access import may


@dataclass(frozen=True, slots=True)
class Entry:
    """*icon* is a name in ``assets/console/icons.txt``; *words* are translated where shown."""

    endpoint: str
    icon: str
    words: str


# One line a page.
ENTRIES: tuple[Entry, ...] = (
    Entry("overview.index", "layout-dashboard", "概览"),
    Entry("rules.index", "messages", "关键词回复"),
    Entry("trial.index", "player-play", "试一试"),
    Entry("unmatched.index", "mood-empty", "未命中"),
    Entry("transfer.index", "file-import", "导入/导出"),
    Entry("library.index", "photo", "素材库"),
    Entry("menu.index", "menu-2", "自定义菜单"),
    Entry("gallery.index", "photo-scan", "图片画廊"),
    Entry("styles.index", "palette", "画风"),
    Entry("queue.index", "list-check", "任务队列"),
    Entry("followers.index", "user", "粉丝"),
    Entry("reviews.index", "shield-lock", "审核"),
    Entry("complaints.index", "alert-circle", "投诉"),
    Entry("reports.index", "chart-bar", "数据"),
    Entry("services.index", "cloud", "图片服务"),
    Entry("history.index", "history", "操作记录"),
    Entry("settings.index", "settings", "设置"),
    Entry("members.index", "users", "成员与安全"),
    Entry("tokens.index", "api", "接口令牌"),
)


def navigation() -> list[tuple[str, str, str, bool]]:
    """Return (address, icon, words, whether it is the page shown) of what the member may see."""
    here = (request.endpoint or "").partition(".")[0]
    return [
        (
            url_for(entry.endpoint),
            entry.icon,
            entry.words,
            entry.endpoint.partition(".")[0] == here,
        )
        for entry in ENTRIES
        if may(entry.endpoint)
    ]
