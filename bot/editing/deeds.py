"""What the history's actions are called, for the console and the terminal alike."""

from typing import Final

# The first word of an action, "subject.verb".
SUBJECTS: Final = {
    "rule": "关键词回复",
    "library": "素材库",
    "menu": "自定义菜单",
    "setting": "设置",
    "style": "画风",
    "service": "图片服务",
    "token": "接口令牌",
    "member": "成员",
    "follower": "粉丝",
    "complaint": "投诉",
    "job": "任务和图片",
    "unmatched": "未命中",
}
# The second; what one subject calls otherwise stands with it.
VERBS: Final = {
    "create": "新建",
    "add": "上传",
    "replace": "替换",
    "rename": "改名",
    "publish": "发布",
    "save": "修改",
    "delete": "删除",
    "restore": "恢复",
    "move": "排序",
    "arrange": "排序",
    "revert": "恢复原值",
    "revoke": "作废",
    "role": "改角色",
    "disable": "停用",
    "enable": "启用",
    "password": "改密码",
    "reset": "重置密码",
    "totp": "设置动态码",
    "drop_totp": "移除动态码",
    "recovery_codes": "重新生成恢复码",
    "openid": "在聊天里改规则",
    "sign_out": "结束会话",
    "remark": "改备注",
    "grant": "给额度",
    "block": "屏蔽",
    "unblock": "取消屏蔽",
    "pardon": "解除今天的暂停",
    "resume": "恢复使用",
    "forget": "删除数据",
    "cancel": "取消这张图",
    "retry": "重试",
    "send_again": "再送一次",
    "release": "释放",
    "handle": "标为已处理",
    "reopen": "重新打开",
    "hide": "隐藏",
    "show": "取消隐藏",
    "ignore": "忽略",
    "heed": "不再忽略",
}


def verb(action: str) -> str:
    """Return what was done; an action that has no word stays as it is."""
    return VERBS.get(action.rpartition(".")[2], action)


def deed(action: str) -> str:
    """Return what was done to what, for who reads without the console."""
    subject = SUBJECTS.get(action.partition(".")[0].removesuffix("s"), "")
    return f"{subject} · {verb(action)}" if subject else action
