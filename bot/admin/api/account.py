"""Who the token is."""

from flask import Response

from bot.admin.api import answers, door
from bot.admin.api.operations import Operation
from bot.admin.api.schemas import STRING, TIME, listed, whole
from bot.store.accounts import DEFAULT
from bot.store.members import Role

TITLE = "令牌"


def me() -> Response:
    token, member = door.token(), door.member()
    return answers.say(
        {
            "account": DEFAULT,
            "member": member.name,
            "role": member.role,
            "token": token.name,
            "scopes": sorted(token.scopes),
            "expires_at": answers.moment(token.expires_at),
        }
    )


OPERATIONS = (
    Operation(
        name="me",
        method="GET",
        path="/me",
        said="令牌是谁的，能做什么",
        run=me,
        answer=whole(
            {
                "account": STRING,
                "member": STRING,
                "role": {"enum": list(Role)},
                "token": STRING,
                "scopes": listed(STRING),
                "expires_at": TIME,
            }
        ),
    ),
)
