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
    # 登录
    "signin.login": ANYONE,
    "signin.login_post": ANYONE,
    "signin.password": SIGNING_IN,
    "signin.password_post": SIGNING_IN,
    "signin.code": SIGNING_IN,
    "signin.code_post": SIGNING_IN,
    "signin.recovery": SIGNING_IN,
    "signin.recovery_post": SIGNING_IN,
    "signin.enrol": SIGNING_IN,
    "signin.enrol_post": SIGNING_IN,
    "signin.logout": SIGNING_IN,
    "signin.confirm": VIEWER,
    "signin.confirm_post": VIEWER,
    # 首次设置
    "setup.index": ANYONE,
    "setup.found": ANYONE,
    "setup.phone": OWNER,
    "setup.wechat": OWNER,
    "setup.arrivals": OWNER,
    # 成员与安全
    "members.index": OWNER,
    "members.logins": OWNER,
    "members.invite": OWNER,
    "members.set_role": OWNER,
    "members.disable": OWNER,
    "members.enable": OWNER,
    "members.reset": OWNER,
    "members.drop_totp": OWNER,
    "members.set_openid": OWNER,
    "members.end_sessions": OWNER,
    # 我的账号
    "me.index": VIEWER,
    "me.look": VIEWER,
    "me.password": VIEWER,
    "me.totp": VIEWER,
    "me.totp_post": VIEWER,
    "me.drop_totp": VIEWER,
    "me.recovery_codes": VIEWER,
    "me.end_sessions": VIEWER,
    "me.set_openid": EDITOR,
    # 设置
    "settings.index": OPERATOR,
    "settings.group": OPERATOR,
    "settings.save_account": OWNER,
    "settings.save_images": OWNER,
    "settings.save_quota": OPERATOR,
    "settings.save_budget": OWNER,
    "settings.save_law": OWNER,
    "settings.save_text": OPERATOR,
    "settings.preview_text": OPERATOR,
    "settings.save_words": OPERATOR,
    "settings.try_wechat": OWNER,
    "settings.try_images": OWNER,
    # 概览
    "overview.index": VIEWER,
    "overview.live": VIEWER,
    "overview.hide": OPERATOR,
    # 关键词回复
    "rules.index": VIEWER,
    "rules.edit": VIEWER,
    "rules.preview": VIEWER,
    "rules.new": EDITOR,
    "rules.create": EDITOR,
    "rules.save": EDITOR,
    "rules.switch": EDITOR,
    "rules.move": EDITOR,
    "rules.delete": EDITOR,
    "rules.bulk": EDITOR,
    "rules.undo": EDITOR,
    # 试一试
    "trial.index": VIEWER,
    "trial.run": VIEWER,
    # 未命中
    "unmatched.index": VIEWER,
    "unmatched.ignore": EDITOR,
    "unmatched.heed": EDITOR,
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
    # 图片画廊
    "gallery.index": VIEWER,
    "gallery.picture": VIEWER,
    "gallery.file": VIEWER,
    "gallery.deck": VIEWER,
    "gallery.copy": EDITOR,
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
    # 投诉
    "complaints.index": OPERATOR,
    "complaints.handle": OPERATOR,
    "complaints.reopen": OPERATOR,
    # 审核
    "reviews.index": VIEWER,
    "reviews.pardon": OPERATOR,
    # 画风
    "styles.index": VIEWER,
    "styles.edit": VIEWER,
    "styles.new": EDITOR,
    "styles.create": EDITOR,
    "styles.save": EDITOR,
    "styles.switch": EDITOR,
    "styles.move": EDITOR,
    "styles.revert": EDITOR,
    # 图片服务
    "services.index": VIEWER,
    "services.resume": OPERATOR,
    # 数据
    "reports.index": VIEWER,
    "reports.download": VIEWER,
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
    # 接口令牌和接口说明；接口自己的权限在 api/table.py
    "tokens.index": VIEWER,
    "tokens.new": VIEWER,
    "tokens.create": VIEWER,
    "tokens.revoke": VIEWER,
    "apidocs.index": VIEWER,
    "apidocs.description": ANYONE,  # or a token: it looks itself
}

# Polled by pages that nobody need be looking at: these do not keep a session alive.
POLLED: Final = frozenset({"setup.arrivals", "overview.live"})
# What browsers post by themselves, without a form's token: it changes nothing.
UNFORGEABLE: Final = frozenset({"admin.report_csp"})
