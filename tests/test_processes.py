"""`huaxin run --sandbox` as a stranger starts it: whole processes, real ports, real signals."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.children import free_bind
from bot.admin.access import hash_of
from bot.models import TextMessage, TextReply
from bot.settings import ROOT
from bot.store import members
from bot.store.database import Database
from bot.store.members import Role, Stage
from bot.wechat import codec, crypto
from bot.wechat.crypto import Credentials, Mode
from bot.wechat.replies import parse_reply
from tests.workers import eventually

pytestmark = pytest.mark.slow


class Product:
    """The whole product in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bind = free_bind()
        self.phone = free_bind()
        unwanted = ("WECHAT_", "OPENAI_", "SECRET_KEY", "DATABASE_URL", "REDIS_URL")
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(unwanted)},
            "DATA_DIR": str(folder / "data"),
            "BIND": self.bind,
            "SANDBOX_BIND": self.phone,
            "IMAGES_PER_MINUTE": "600",
            "CHOICES": "off",  # what `say` prints would end with them, or not
            "FOLLOWER_DAILY_IMAGES": "100",
            "FOLLOWER_CONCURRENT_IMAGES": "8",
        }
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start and return what was printed until it is ready."""
        self.log = (self.folder / "log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run", "--sandbox"],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout is not None
        printed = ""
        for line in self.process.stdout:
            printed += line
            if "Ctrl-C" in line:
                return printed
        raise AssertionError((self.folder / "log").read_text())

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
        until = time.monotonic() + 15
        while time.monotonic() < until and (self.listens(self.bind) or self.listens(self.phone)):
            time.sleep(0.1)
        return code

    def listens(self, bind: str) -> bool:
        host, _, port = bind.partition(":")
        with closing(socket.socket()) as probe:
            return probe.connect_ex((host, int(port))) == 0

    def huaxin(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://{self.phone}{path}", timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, body: Any) -> Any:
        request = urllib.request.Request(
            f"http://{self.phone}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def everywhere(self, text: str, right: Callable[[str], bool], *, seconds: float = 5.0) -> None:
        """Wait until every process answers so: eight times one after the other."""
        until, row = time.monotonic() + seconds, 0
        while row < 8:
            said = self.answered(text)
            row = row + 1 if right(said) else 0
            assert row or time.monotonic() < until, said

    def sign_in(self) -> None:
        """Make an owner, already signed in to the console."""
        db = Database(f"sqlite:///{self.folder / 'data' / 'huaxin.db'}", timeout=10)
        with db.write() as tx:
            owner = members.insert(tx, 1, name="owner", password_hash="", role=Role.OWNER)
        members.open_session(db, owner, id_hash=hash_of("session"), csrf="token", stage=Stage.FULL)
        db.close()

    def console(self, path: str, **form: str) -> str:
        """Post a form of the console; return where it leads."""
        request = urllib.request.Request(
            f"http://{self.bind}/admin{path}",
            data=urllib.parse.urlencode(form).encode(),
            headers={"Cookie": "huaxin=session", "X-CSRFToken": "token", "HX-Request": "true"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.headers["HX-Redirect"])

    def first_of(self, rule_id: int) -> int:
        """The id of the history's first entry of a rule."""
        with closing(sqlite3.connect(self.folder / "data" / "huaxin.db", timeout=10)) as db:
            found = db.execute(
                "select min(id) from history where object = ?", [f"rule:{rule_id}"]
            ).fetchone()
        return int(found[0])

    def say(self, text: str) -> Any:
        openid = self.get("/_phone/state")["followers"][0]["openid"]
        return self.post("/_phone/send", {"openid": openid, "type": "text", "content": text})

    def answered(self, text: str) -> str:
        """Say *text* on the phone and return the text it is answered with.

        Like ``huaxin say`` without its process, which takes longer to start than the answer.
        """
        push = self.say(text)["push"]
        eventually(lambda: self.get(f"/_phone/push/{push}")["done"], seconds=20)
        last = self.get(f"/_phone/push/{push}")["attempts"][-1]
        reply = parse_reply(last["response_xml"].encode())[0]
        assert isinstance(reply, TextReply)
        return reply.content

    def states(self) -> list[str]:
        """The state of every job, the oldest first."""
        with closing(sqlite3.connect(self.folder / "data" / "huaxin.db", timeout=10)) as db:
            return [state for (state,) in db.execute("select state from image_job order by id")]


@pytest.fixture(name="product")
def _product(tmp_path: Path) -> Iterator[Product]:
    product = Product(tmp_path)
    yield product
    if product.process and product.process.poll() is None:
        product.stop(signal.SIGKILL)


def test_from_the_command_to_the_first_picture_and_again(product: Product) -> None:
    """Ctrl-C stops everything cleanly; a second start keeps rules, jobs and pictures."""
    printed = product.start()
    assert f"http://{product.phone}/" in printed

    assert "电子书" in product.huaxin("say", "电子书")
    told, picture = product.huaxin("say", "一只猫").strip().rsplit("\n", 1)
    assert told.startswith("收到，正在画")
    path = Path(picture.removeprefix("[图片] "))
    with Image.open(product.folder / path) as image:
        assert image.format == "JPEG"
    assert "✗" not in product.huaxin("doctor")
    sheet = product.huaxin("say", "抽卡 一只猫")
    assert sheet.startswith("收到，先画 4 张草图")
    assert "[图片]" in sheet

    assert product.stop() == 0
    product.start()
    assert product.states() == ["delivered", "delivered", "kept", "kept", "kept", "kept"]
    assert "[图片]" in product.huaxin("say", "上一张")
    assert product.stop() == 0


def test_a_rule_is_live_in_every_process_soon(product: Product) -> None:
    product.start()
    exported = product.huaxin("rules", "export")
    (product.folder / "rules.toml").write_text(exported.replace("电子书", "图书"), encoding="utf-8")

    product.huaxin("rules", "import", "rules.toml", "--replace", "--yes")
    product.everywhere("图书", lambda said: "图书" in said)


def test_a_rule_of_the_console_is_live_in_every_process_and_rolled_back_it_is_too(
    product: Product,
) -> None:
    """Two web processes serve; every one of them answers by what stands in the console."""
    product.start()
    product.sign_in()
    form = {"name": "优惠", "enabled": "on", "pick": "all", "keyword": "优惠券", "mode": "exact"}
    form |= {"reply": "a", "a.type": "text", "a.content": "满一百减二十"}
    product.console("/rules/new", **form)
    product.console("/rules/8", **form | {"a.content": "满十减一", "revision": "1"})

    product.everywhere("优惠券", lambda said: said == "满十减一")

    product.console(f"/history/{product.first_of(8)}/restore")
    product.everywhere("优惠券", lambda said: said == "满一百减二十")


def test_a_web_process_that_finds_no_database_takes_none_of_the_others_along(
    product: Product,
) -> None:
    product.start()
    assert product.process is not None
    (master,) = children(product.process.pid, "web")
    first, second = children(master, "web")
    database = product.folder / "data" / "huaxin.db"
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 8  # two of its successors have given up by then
        while time.monotonic() < until:
            assert product.answered("AI")
        assert children(product.process.pid, "web") == [master]
        assert second in children(master, "web")
    assert "waits for the database" in (product.folder / "log").read_text()
    eventually(lambda: len(children(master, "web")) == 2, seconds=20)
    product.everywhere("AI", bool)


def test_a_killed_worker_is_started_again_and_its_job_goes_on(product: Product) -> None:
    product.start()
    assert product.process is not None
    parent = product.process.pid
    (worker,) = children(parent, "worker")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: children(parent, "worker") not in ([], [worker]), seconds=20)
    product.say("一只橘猫")

    eventually(lambda: product.states() == ["delivered"], seconds=30)
    assert product.stop() == 0


def children(parent: int, name: str) -> list[int]:
    """The process ids of the parent's children of that name."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_text().split("\0")
        except OSError:  # it has ended meanwhile
            continue
        if int(after_name[1]) == parent and after_name[0] != "Z" and name in words:
            found.append(int(folder.name))
    return found


def test_the_web_process_loads_neither_the_model_nor_pillow() -> None:
    """Importing them takes a second that a restart does not have."""
    code = "import wsgi, sys; print(sorted({'openai', 'PIL', 'wechatpy'} & set(sys.modules)))"
    env = {**os.environ, "WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "tok"}
    env |= {"OPENAI_API_KEY": "sk-1", "SECRET_KEY": "0123456789abcdef"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_one_message_racing_over_two_processes_is_one_job_and_one_answer(
    product: Product,
) -> None:
    product.start()
    file = tomllib.loads((product.folder / "data" / "sandbox.toml").read_text())
    credentials = Credentials.parse(
        file["WECHAT_APP_ID"], file["WECHAT_TOKEN"], file["WECHAT_AES_KEY"]
    )
    message = TextMessage(
        to="gh_0123456789ab",
        openid="oRacing-000000000000000000001",
        created=int(time.time()),
        msg_id="23000000000000001",
        content="一只橘猫",
    )

    def push(_number: int) -> bytes:
        query, body = crypto.push(
            credentials, codec.render_inbound(message), mode=Mode.SAFE, now=time.time()
        )
        address = f"http://{product.bind}/wechat?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, data=body, timeout=10) as answer:
            return crypto.open_reply(credentials, answer.read())

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(push, range(24)))

    assert {parse_reply(answer)[0] for answer in answers} == {parse_reply(answers[0])[0]}
    assert len(product.states()) == 1


def test_a_signal_at_any_moment_of_the_wait_is_heard(tmp_path: Path) -> None:
    """At each of its steps in turn, those in the libraries too."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", AT_EVERY_STEP],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    heard = json.loads(done.stdout)
    assert len(heard) > 20
    assert all(heard)


AT_EVERY_STEP = """
import itertools, json, signal, sys
from bot.processes import Stopping

def heard_at(step):
    stopping = Stopping()
    stopping.listen()
    left = step

    def trace(frame, *_):
        nonlocal left
        frame.f_trace_opcodes = True
        left -= 1
        if left == 0:
            signal.raise_signal(signal.SIGTERM)
        return trace

    sys.settrace(trace)
    stopping.wait(0.001)
    sys.settrace(None)
    return stopping.wait(0) if left <= 0 else None

every = itertools.takewhile(lambda heard: heard is not None, map(heard_at, itertools.count(1)))
print(json.dumps([*every]))
"""


def test_an_occupied_port_is_said_in_one_sentence(product: Product) -> None:
    with closing(socket.create_server(("127.0.0.1", int(product.bind.partition(":")[2])))):
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", "run", "--sandbox"],
            cwd=product.folder,
            env=product.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 1
    assert f"{product.bind} 不能用" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_settings_are_said_in_one_message(product: Product) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "run"],
        cwd=product.folder,
        env=product.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "配置有 5 处要改" in done.stderr
    assert "Traceback" not in done.stderr
