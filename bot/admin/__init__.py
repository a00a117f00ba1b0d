"""The operators' console at /admin/: server-rendered pages over `bot.editing` and `bot.store`."""
