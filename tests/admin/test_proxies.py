"""Who asks, where a proxy says so: only a trusted one is believed, and only as far as it saw."""

from collections.abc import Callable

from flask import Flask

from bot.admin import parts
from bot.values import read_value
from tests.worlds import World

CASES = [
    # peer, X-Forwarded-For, who it is
    ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
    ("198.51.100.7", "", "198.51.100.7"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
    ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
    ("10.2.0.1", "203.0.113.9", "10.2.0.1"),
    # What the client wrote itself stands before what a proxy saw.
    ("10.1.2.3", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
    ("10.1.2.3", "192.0.2.1, 203.0.113.9, 10.1.9.9", "203.0.113.9"),
    ("10.1.2.3", "10.1.9.9", "10.1.9.9"),
    ("::1", "2001:db8::0:7", "2001:db8::7"),
    ("127.0.0.1", "unknown", "127.0.0.1"),
    ("127.0.0.1", "203.0.113.9:4711", "127.0.0.1"),
    ("127.0.0.1", "203.0.113.9, <script>", "127.0.0.1"),
    ("", "203.0.113.9", ""),  # a socket of the file system has no address
]


def test_only_trusted_proxies_are_believed(make_world: Callable[..., World]) -> None:
    trusted = read_value("trusted_proxies", "127.0.0.0/8, ::1, 10.1.0.0/16")
    app = make_world(trusted_proxies=trusted).client.application
    assert isinstance(app, Flask)

    found = []
    for peer, said, _ in CASES:
        asked = {"environ_base": {"REMOTE_ADDR": peer}, "headers": {"X-Forwarded-For": said}}
        with app.test_request_context("/admin/", **asked):
            found.append(parts.address())
    assert found == [who for _, _, who in CASES]
