"""The reference: the few lines anyone would write with Flask and wechatpy to answer one text."""

import os
import sys

from flask import Flask, abort, request
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from bot.processes import gunicorn, serve


def create_app(*, app_id: str, token: str, aes_key: str, text: str) -> Flask:
    """Return an app that answers every push with *text*; *aes_key* is empty in plaintext mode."""
    app = Flask(__name__)
    crypto = WeChatCrypto(token, aes_key, app_id) if aes_key else None

    @app.post("/wechat")
    def receive() -> str:
        timestamp, nonce = request.args["timestamp"], request.args["nonce"]
        xml: bytes | str = request.data
        try:
            check_signature(token, request.args["signature"], timestamp, nonce)
            if crypto:
                signature = request.args["msg_signature"]
                xml = crypto.decrypt_message(xml, signature, timestamp, nonce)
        except (InvalidSignatureException, InvalidAppIdException):
            abort(403)
        reply: str = TextReply(content=text, message=parse_message(xml)).render()
        return crypto.encrypt_message(reply, nonce, timestamp) if crypto else reply

    return app


def main() -> None:
    """Serve as the bot's doors are served, with the same settings from the environment."""
    app = create_app(
        app_id=os.environ["WECHAT_APP_ID"],
        token=os.environ["WECHAT_TOKEN"],
        aes_key=os.environ.get("WECHAT_AES_KEY", ""),
        text=sys.argv[1],
    )
    serve(
        lambda: app,
        options=gunicorn(
            bind=os.environ["BIND"],
            processes=int(os.environ["WEB_PROCESSES"]),
            threads=int(os.environ["WEB_THREADS"]),
        ),
    )


if __name__ == "__main__":
    main()
