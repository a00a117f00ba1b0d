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
    # 操作记录
    "history.index": VIEWER,
    "history.entry": VIEWER,
    "history.restore": EDITOR,
    "history.undo": OPERATOR,
    # 导入/导出
    "transfer.index": VIEWER,
    "transfer.export": VIEWER,
    "transfer.template": VIEWER,
    "transfer.one": VIEWER,
    "transfer.rows": VIEWER,
    "transfer.upload": OPERATOR,
    "transfer.from_wechat": OPERATOR,
    "transfer.choose": OPERATOR,
    "transfer.execute": OPERATOR,
    "transfer.undo": OPERATOR,
    "transfer.again": OPERATOR,
}
