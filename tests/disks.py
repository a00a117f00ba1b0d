"""A small disk for a few processes, which nobody else sees and which goes with them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# Who is not root mounts in a user namespace, where they stay who they are.
_ROOT = os.geteuid() == 0
_APART = ("-m",) if _ROOT else ("-Um", "--map-current-user", "--keep-caps")
_JOINING = ("-m",) if _ROOT else ("-U", "-m", "--preserve-credentials")
_MEGABYTE = 1 << 20
_MOUNT = 'mount -t tmpfs -o "$1" tmpfs "$0" && echo mounted && exec cat'


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk at *folder* for every command that is started with the words `inside` before it."""

    folder: Path
    holder: int

    @property
    def inside(self) -> tuple[str, ...]:
        return ("nsenter", "-t", str(self.holder), *_JOINING, "--wd", "--")

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no byte free until the block ends."""
        filler = Path(f"/proc/{self.holder}/root{self.folder}") / "filler"
        with filler.open("wb") as file:
            # Bit by bit: others take room meanwhile, and what does not fit takes none.
            for size in (_MEGABYTE, os.statvfs(file.fileno()).f_bsize):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)
        try:
            yield
        finally:
            filler.unlink()


@contextmanager
def mounted(folder: Path, size: str, *, owner: int = os.geteuid()) -> Iterator[Disk]:
    """Mount *size* (``4m``) over an existing *folder*, for user *owner*, until the block ends."""
    command = ["unshare", *_APART, "sh", "-c", _MOUNT, folder, f"size={size},mode=700,uid={owner}"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder.parent, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    ) as holder:
        assert holder.stdout
        assert holder.stderr
        assert holder.stdout.readline(), holder.stderr.read()
        yield Disk(folder, holder.pid)
        # The end of its input is its own.
