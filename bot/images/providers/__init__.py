"""The image services: one file per kind, all behind `bot.images.contract.Provider`.

Nothing here loads the SDK before the first call: the web process knows what its providers can do
and never calls one.
"""
