"""Files in an S3-compatible bucket, through obstore; the only place that knows of it.

A PUT is atomic and kept once it is answered, and is sent in one piece whatever its size. Names are
those of the folder (``pictures/2026-11-23/7-0123abcd.jpg``), under the prefix of STORAGE_URL.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from bot.errors import StorageError
from bot.settings import Settings
from bot.store.stored import Stored

CONNECT: Final = 2.0  # seconds
WHOLE: Final = 10.0  # seconds a call and its body may take: 40 MB at 4 MB/s
AGAIN: Final = 1  # every call may be made twice, to the same effect
MANY: Final = 20  # files deleted in one call
_PROBE: Final = "probe"
_NO_BUCKET: Final = "NoSuchBucket"
_CODE = re.compile(r"<Code>([A-Za-z]{1,64})</Code>")
_STATUS = re.compile(r"status code: ([0-9]{3})")
_KIND = re.compile(r"kind: (Connect|Timeout)")
T = TypeVar("T")


class Line:
    """What the rooms of one process share: connections, and how many calls may be under way."""

    def __init__(self, settings: Settings, *, patience: float, at_once: int) -> None:
        self._patience = patience
        self._free = threading.BoundedSemaphore(at_once)
        self.store = _store(settings, seconds=WHOLE, again=AGAIN)
        self.quick = _store(settings, seconds=patience / 2, again=0)

    def call(self, ask: Callable[[], T]) -> T:
        """Return what *ask* does.

        Raises:
            FileNotFoundError: the bucket is there, the file is not.
            StorageError: what else went wrong.
        """
        if not self._free.acquire(timeout=self._patience):
            raise StorageError("对象存储很慢，排队的请求太多")
        try:
            return ask()
        except FileNotFoundError as error:
            said = str(error)
            if _NO_BUCKET in said:
                raise _explained(said) from None
            raise FileNotFoundError("the bucket has no such file") from None
        except BaseError as error:
            # Its text holds the whole answer, and may hold what was signed.
            raise _explained(str(error)) from None
        finally:
            self._free.release()


class Bucket:
    """One room of a bucket; see `bot.store.storage.Storage`."""

    def __init__(self, line: Line, room: str) -> None:
        self._line = line
        self._room = room

    def keep(self, name: str, data: bytes) -> None:
        path = self._path(name)
        self._line.call(lambda: self._line.store.put(path, data, use_multipart=False))

    def read(self, name: str) -> bytes:
        path = self._path(name)
        return self._line.call(lambda: bytes(self._line.store.get(path).bytes()))

    def has(self, name: str) -> bool:
        path, quick = self._path(name), self._line.quick

        def ask() -> None:
            try:
                quick.head(path)
            except FileNotFoundError:
                # The answer has no body: it does not say whether it is the bucket that is gone.
                quick.get(path)

        try:
            self._line.call(ask)
        except FileNotFoundError:
            return False
        return True

    def listed(self, prefix: str) -> list[Stored]:
        return self._line.call(lambda: list(self._from(prefix)))

    def folders(self) -> Iterator[str]:
        found = self._line.call(lambda: self._line.store.list_with_delimiter(self._room))
        return (path.rpartition("/")[2] for path in found["common_prefixes"])

    def drop(self, names: Iterable[str]) -> None:
        paths = [self._path(name) for name in names]
        for start in range(0, len(paths), MANY):
            some = paths[start : start + MANY]
            delete = self._line.store.delete
            try:
                self._line.call(partial(delete, some))
            except FileNotFoundError:  # some stores say so, and may have stopped there
                for path in some:
                    with suppress(FileNotFoundError):
                        self._line.call(partial(delete, path))

    def ready(self) -> None:
        self.has(_PROBE)

    def check(self) -> None:
        self.keep(_PROBE, b"huaxin")
        self.read(_PROBE)
        self.drop([_PROBE])

    def _from(self, prefix: str) -> Iterator[Stored]:
        """Yield what begins with *prefix*: the library's own prefixes end at a slash."""
        folder, _, start = self._path(prefix).rpartition("/")
        offset = f"{folder}/{start}" if start else None
        for some in self._line.store.list(folder, offset=offset, chunk_size=1000):
            for one in some:
                name = one["path"].removeprefix(f"{self._room}/")
                if not name.startswith(prefix):
                    return  # a bucket lists in the order of the names
                yield Stored(name, one["size"], one["last_modified"].timestamp())

    def _path(self, name: str) -> str:
        return f"{self._room}/{name}"


def _store(settings: Settings, *, seconds: float, again: int) -> S3Store:
    """Return a client; each of its requests ends within *seconds*, its body read."""
    place = urlsplit(settings.storage_url)
    asked = {name: values[-1] for name, values in parse_qs(place.query).items()}
    config: dict[str, Any] = {
        "virtual_hosted_style_request": asked.get("style") == "virtual",
        # Not every store has it (Alibaba's OSS).
        "disable_bulk_delete": True,
    }
    given = {
        "endpoint": asked.get("endpoint", ""),
        "region": asked.get("region", ""),
        "access_key_id": settings.aws_access_key_id,
        "secret_access_key": settings.aws_secret_access_key,
        "session_token": settings.aws_session_token,
    }
    config |= {name: value for name, value in given.items() if value}
    return S3Store(
        place.netloc,
        prefix=place.path.strip("/") or None,
        client_options={
            "allow_http": asked.get("endpoint", "").startswith("http://"),
            "connect_timeout": timedelta(seconds=min(CONNECT, seconds)),
            "timeout": timedelta(seconds=seconds),
        },
        retry_config={
            "max_retries": again,
            "retry_timeout": timedelta(seconds=seconds),
            "backoff": {
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(seconds=1),
                "base": 2,
            },
        },
        **config,
    )


def _explained(said: str) -> StorageError:
    """Return what is wrong in words, of the library's text only what can hold no secret."""
    code, status, kind = (
        found.group(1) if (found := pattern.search(said)) else ""
        for pattern in (_CODE, _STATUS, _KIND)
    )
    what = " ".join(filter(None, (status, code)))
    if code == _NO_BUCKET:
        sentence = "没有 STORAGE_URL 里的存储桶：先建好它，或改对名字"
    elif code == "RequestTimeTooSkewed":
        sentence = "服务器时间和对象存储差得太多：校准时间（NTP）"
    elif status in {"401", "403"}:
        sentence = (
            f"对象存储不让用（{what}）：检查 AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY 和桶的权限"
        )
    elif status.startswith("5") or status == "429":
        sentence = f"对象存储出错了（{what}）"
    elif status:
        sentence = f"对象存储不接受（{what}）：检查 STORAGE_URL 的 endpoint、region 和 style"
    elif kind == "Timeout":
        sentence = "对象存储没有按时回答"
    else:
        sentence = "连不上对象存储：检查 STORAGE_URL 的 endpoint 和网络"
    return StorageError(sentence)
