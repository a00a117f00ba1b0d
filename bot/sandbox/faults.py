"""Plays the script's faults on API calls and keeps the journal of them."""

import time

from flask import Flask, Response, g, request

from bot.sandbox.journal import answer_of
from bot.sandbox.transport import FAULT, Transport
from bot.sandbox.world import world

API = ("/cgi-bin/", "/v1/")


def install(app: Flask) -> None:
    app.before_request(strike)
    app.after_request(note)
    app.wsgi_app = Transport(app.wsgi_app)  # type: ignore[method-assign] # Flask's way to wrap


def strike() -> Response | None:
    """Find the call's fault; answer with it at once unless the call is to take effect."""
    if not request.path.startswith(API):
        return None
    g.received_at = world().clock()
    g.fault = world().script.take(request.path)
    if g.fault and not g.fault.takes_effect:
        refused: Response = g.fault.response()
        return refused
    return None


def note(response: Response) -> Response:
    """Put the fault's answer in the true one's place, and write the call down."""
    if "received_at" not in g:
        return response
    fault = g.fault
    if fault:
        if fault.do and fault.answers:
            response = fault.response()
        response.headers.update(fault.headers)
        request.environ[FAULT] = fault
    lost = fault is not None and fault.reset == "before"
    world().journal.note(
        request,
        at=g.received_at,
        status=None if lost else response.status_code,
        answer=answer_of(response),
    )
    if fault:
        time.sleep(fault.delay)
    return response
