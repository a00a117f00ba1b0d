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
    # 素材库
    "library.index": VIEWER,
    "library.item": VIEWER,
    "library.picture": VIEWER,
    "library.upload": EDITOR,
    "library.replace": EDITOR,
    "library.rename": EDITOR,
    "library.delete": EDITOR,
    "library.again": EDITOR,
    # 自定义菜单
    "menu.index": VIEWER,
    "menu.save": EDITOR,
    "menu.review": VIEWER,
    "menu.publish": OPERATOR,
    "menu.roll_back": OPERATOR,
    "menu.take_down": OPERATOR,
    "menu.live": EDITOR,
    "menu.adopt": EDITOR,
    # 操作记录
    "history.index": VIEWER,
    "history.entry": VIEWER,
    "history.restore": EDITOR,
    "history.undo": OPERATOR,
}
