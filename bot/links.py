"""Signed links to full-size pictures: whoever has the link sees that picture and no other."""

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

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


def sign_copy(secret_key: str, copy_id: int) -> str:
    """Return the ``<signed>`` of ``/u/<signed>`` for a handing-out: always the same."""
    return str(URLSafeSerializer(secret_key, salt="unlabelled copy").dumps(copy_id))


def read_copy(secret_key: str, signed: str) -> int | None:
    """Return the handing-out's id, None for a forged link."""
    try:
        found = URLSafeSerializer(secret_key, salt="unlabelled copy").loads(signed)
    except BadData:
        return None
    return found if isinstance(found, int) else None
