"""The line that names the model and its filing number, as those who must show it do."""

from bot.engine import Bot


def credit(bot: Bot) -> str:
    """Return "由 … 生成", empty where no model is named."""
    model, filing = bot.settings.aigc_model_name, bot.settings.aigc_filing_number
    if not model:
        return ""
    if not filing:
        return bot.sentences.say("credit.model", model=model)
    return bot.sentences.say("credit", model=model, filing=filing)
