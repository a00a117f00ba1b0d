"""Who may do what: every route of the console stands in this one table."""

from typing import Final, Literal

from bot.store.members import Role

Open = Literal["anyone", "signing_in"]
ANYONE: Final = "anyone"  # without a login
SIGNING_IN: Final = "signing_in"  # on the way to one: password given, code still to come

VIEWER, EDITOR, OPERATOR, OWNER = Role.VIEWER, Role.EDITOR, Role.OPERATOR, Role.OWNER

# endpoint → the least role, or who needs none
TABLE: Final[dict[str, Role | Open]] = {
    "admin.asset": ANYONE,
    "admin.report_csp": ANYONE,
    "admin.language": ANYONE,
    # 图片画廊
    "gallery.index": VIEWER,
    "gallery.picture": VIEWER,
    "gallery.file": VIEWER,
    "gallery.hide": OPERATOR,
    "gallery.unhide": OPERATOR,
    # 任务队列
    "queue.index": VIEWER,
    "queue.job": VIEWER,
    "queue.cancel": OPERATOR,
    "queue.retry": OPERATOR,
    "queue.send": OPERATOR,
    "queue.release": OPERATOR,
    # 粉丝
    "followers.index": VIEWER,
    "followers.detail": VIEWER,
    "followers.remark": OPERATOR,
    "followers.grant": OPERATOR,
    "followers.block": OPERATOR,
    "followers.unblock": OPERATOR,
    "followers.forget": OWNER,
    # 数据
    "reports.index": VIEWER,
    "reports.download": VIEWER,
    # 操作记录
    "history.index": VIEWER,
    "history.entry": VIEWER,
    "history.restore": EDITOR,
    "history.undo": OPERATOR,
}
