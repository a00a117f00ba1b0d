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
    # 接口令牌和接口说明；接口自己的权限在 api/table.py
    "tokens.index": VIEWER,
    "tokens.new": VIEWER,
    "tokens.create": VIEWER,
    "tokens.revoke": VIEWER,
    "apidocs.index": VIEWER,
    "apidocs.description": ANYONE,  # or a token: it looks itself
}
