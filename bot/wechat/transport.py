"""One HTTP exchange with WeChat, bounded in time and size: no redirects, proxies or cookies."""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from bot.errors import ConfigError, WeChatError

MAX_ANSWER = 1024 * 1024


class Transport:
    """Exchanges with one host. Holds no connection, so threads may share it.

    A kept connection that died unnoticed would leave open whether a message was sent, and such a
    message is never sent again; a new one for each of the few calls costs a handshake.
    """

    def __init__(
        self, base: str, *, authorities: str, connect_timeout: float, read_timeout: float
    ) -> None:
        """Take WeChat's address *base* and the file of certificate *authorities*."""
        scheme, self._host, self._port, self._prefix = _address(base)
        self._context = (
            ssl.create_default_context(cafile=authorities) if scheme == "https" else None
        )
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    def exchange(
        self,
        method: str,
        path: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        end: float,
        most: int = MAX_ANSWER,
    ) -> tuple[int, bytes]:
        """Return status and body, of *most* bytes, of the answer.

        Give up at *end*, of the monotonic clock.

        Raise WeChatError with ``sent`` true as soon as WeChat may have read the request. Causes
        are not chained: they may hold the address, and with it the token.
        """
        connection, failure = self._connect(end)
        if connection is None:
            raise WeChatError(0, failure)
        # A timeout bounds one read only; the watchdog ends an answer that drips.
        watchdog = threading.Timer(max(0.0, end - monotonic()), _shut, (connection.sock,))
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.sock.settimeout(max(0.001, end - monotonic()))
            connection.request(method, self._prefix + path, body or None, headers)
            connection.sock.settimeout(self._read_timeout)
            response = connection.getresponse()
            answer = response.read(most + 1)
        except (OSError, HTTPException, ValueError) as error:
            failure = "deadline passed" if monotonic() >= end else type(error).__name__
        finally:
            watchdog.cancel()
            connection.close()
        if failure:
            raise WeChatError(0, failure, sent=True)
        if len(answer) > most:
            raise WeChatError(0, "answer too long", sent=True)
        return response.status, answer

    def _connect(self, end: float) -> tuple[HTTPConnection | None, str]:
        timeout = min(self._connect_timeout, end - monotonic())
        if timeout <= 0:
            return None, "deadline passed"
        connection = (
            HTTPSConnection(self._host, self._port, timeout=timeout, context=self._context)
            if self._context
            else HTTPConnection(self._host, self._port, timeout=timeout)
        )
        try:
            connection.connect()
        except (OSError, ValueError) as error:
            connection.close()
            return None, f"not connected: {type(error).__name__}"
        return connection, ""


def _address(base: str) -> tuple[str, str, int | None, str]:
    """Return scheme, host, port and path before WeChat's own of *base*."""
    try:
        address = urlsplit(base)
        scheme, host, port = address.scheme, address.hostname or "", address.port
    except ValueError:
        scheme = host = ""
    if scheme not in ("http", "https") or not host:
        raise ConfigError("WECHAT_API_BASE 不正确：应形如 https://api.weixin.qq.com")
    return scheme, host, port, address.path.rstrip("/")


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):
        # Not SSLSocket.shutdown, which takes the TLS state from under the reading thread.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
