"""Starts the bot with the sandbox on private ports, has it used, and takes its pictures."""

import sys
import tempfile
from pathlib import Path

from bot.settings import Settings
from bot.store.members import Stage
from tools.screenshots import scene, shooting


def main() -> None:
    out, names = Path(sys.argv[1]), sys.argv[2:]
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="huaxin-screens-") as folder,
        shooting.chromium() as eye,
    ):
        place = Path(folder)
        with scene.product(place) as (address, phone):
            first = {name: (path, "") for name, path in shooting.FIRST.items()}
            if not names or set(names) & set(first):
                shooting.shoot(eye, address, out, first)
            scene.chat(phone)
            scene.past(place, Settings.load({"DATA_DIR": folder}))
            scene.stock(place)
            scene.studio(place, Settings.load({"DATA_DIR": folder}))
            opened = scene.owner(place)
            shooting.imported(eye, address, opened[Stage.FULL])
            shooting.shoot(eye, address, out, shooting.wanted(names, opened))
    sys.stdout.write(f"{out}: {len(list(out.glob('*.png')))} 张\n")


if __name__ == "__main__":
    main()
