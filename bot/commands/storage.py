"""``huaxin storage copy``: what lies in the folder, into the bucket, or back."""

from dataclasses import replace

import click

from bot.commands import terminal
from bot.errors import ConfigError
from bot.settings import Settings
from bot.store.storage import ROOMS, Storage, rooms_of
from bot.store.stored import Stored

MOST_FILES = 20_000
MOST_BYTES = 2_000_000_000
SYNC = (
    "文件太多了（{count} 个，{size:.1f} GB），用 aws s3 sync 快得多，能断点续传："
    "{folder}/pictures、photos、library、imports 四个文件夹原样放到 {bucket} 下面，名字不变"
)


@click.group(help="图片和素材存放的地方（STORAGE_URL）。")
def main() -> None:
    pass


@main.command(help="把 DATA_DIR 里的图片、照片和素材复制进存储桶；已经有的跳过，原来的不删。")
@click.option("--back", is_flag=True, help="反过来：从存储桶复制回 DATA_DIR。")
def copy(*, back: bool) -> None:
    settings = terminal.settings()
    if not settings.storage_url:
        raise ConfigError("STORAGE_URL 没有设置：没有存储桶可以复制")
    pairs = _pairs(settings, back=back)
    left = [(source, target, _missing(source, target)) for source, target in pairs]
    every = [one for _source, _target, files in left for one in files]
    size = sum(one.size for one in every)
    if len(every) > MOST_FILES or size > MOST_BYTES:
        bucket = settings.storage_url.partition("?")[0]
        said = SYNC.format(
            count=len(every), size=size / 1e9, folder=settings.data_dir, bucket=bucket
        )
        raise ConfigError(said)
    for source, target, files in left:
        for one in files:
            target.keep(one.name, source.read(one.name))
    click.echo(f"复制了 {len(every)} 个文件，{size / 1e6:.1f} MB。")


def _pairs(settings: Settings, *, back: bool) -> list[tuple[Storage, Storage]]:
    folder, bucket = rooms_of(replace(settings, storage_url="")), rooms_of(settings)
    source, target = (bucket, folder) if back else (folder, bucket)
    return [(getattr(source, name), getattr(target, name)) for name in ROOMS]


def _missing(source: Storage, target: Storage) -> list[Stored]:
    """Return what is not in *target* as it is in *source*; a name's content never changes."""
    there = {one.name: one.size for one in target.listed("")}
    return [one for one in source.listed("") if there.get(one.name) != one.size]
