"""Signed links to full-size pictures: whoever has the link sees that picture and no other."""

from itsdangerous import BadData, URLSafeTimedSerializer

LIFETIME = 7 * 24 * 3600  # seconds


def sign(secret_key: str, picture: str) -> str:
    """Return the ``<signed>`` of ``/p/<signed>`` for a stored picture's name."""
    return str(URLSafeTimedSerializer(secret_key, salt="picture").dumps(picture))


def read(secret_key: str, signed: str) -> str | None:
    """Return the picture's name, or None for a forged or outlived link."""
    try:
        name = URLSafeTimedSerializer(secret_key, salt="picture").loads(signed, max_age=LIFETIME)
    except BadData:
        return None
    return name if isinstance(name, str) else None
