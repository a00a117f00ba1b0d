"""Where the machine and what it says are put together; the only file that knows both."""

from bot.app import create_app
from bot.engine import Bot
from bot.settings import Settings
from handlers import CHAIN
from handlers.sentences import SENTENCES

bot = Bot(Settings.load(), chain=CHAIN, sentences=SENTENCES)
app = create_app(bot)
