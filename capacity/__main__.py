"""``make capacity``: what one installation needs, what grows with its rows, and a simulated day.

Exit code 1 says that a question became slower than it may, or would read a whole big table.
"""

import os
import platform
import sys

import click

from bench.children import BenchError
from capacity import report
from capacity.day import World
from capacity.filling import Sizes
from tests import servers


@click.command()
@click.option("--followers", default=10_000_000, show_default=True, help="大库里多少粉丝。")
@click.option("--messages", default=10_000_000, show_default=True, help="大库里多少条消息。")
@click.option("--jobs", default=2_000_000, show_default=True, help="大库里多少个画图任务。")
@click.option("--rounds", default=40, show_default=True, help="每个问题问几遍，取中位数。")
@click.option("--push-cpu", default=5.0, show_default=True, help="一次推送的 CPU 毫秒，久跑量的。")
@click.option("--job-cpu", default=200.0, show_default=True, help="一张图的 CPU 毫秒，往多里算。")
def main(
    *, followers: int, messages: int, jobs: int, rounds: int, push_cpu: float, job_cpu: float
) -> None:
    """量一套闲着要多少、库大了慢不慢，再模拟一千万粉丝的一天。"""  # noqa: D400 — Chinese
    click.echo(
        f"画信容量：{os.cpu_count()} 核，Python {platform.python_version()}，"
        f"{platform.system()} {platform.machine()}，开始时负载 "
        + " ".join(f"{one:.1f}" for one in os.getloadavg())
    )
    sizes = Sizes(followers=followers, messages=messages, jobs=jobs)
    try:
        alone = report.idle()
        with servers.postgresql() as server:
            good = report.databases(server, sizes, rounds=rounds)
    except BenchError as error:
        click.echo(f"没跑成：{error}")
        sys.exit(1)
    for world in (World(), World(messages=1.0)):
        report.simulated_day(world, alone, push_cpu=push_cpu, job_cpu=job_cpu)
    sys.exit(not good)


if __name__ == "__main__":
    main()
