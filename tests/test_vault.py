"""The vault: sealed texts open again, veiled ones are always the same, and nobody else's do."""

import pytest

from bot.errors import ConfigError
from bot.vault import Vault


def test_what_is_sealed_opens_with_the_same_key_alone() -> None:
    sealed = Vault("k" * 32).seal("密钥")

    assert Vault("k" * 32).open(sealed) == "密钥"
    with pytest.raises(ConfigError, match="SECRET_KEY 换过了"):
        Vault("o" * 32).open(sealed)


def test_a_veil_is_steady_and_no_clue() -> None:
    vault = Vault("k" * 32)
    veiled = vault.veil("oXiaohua-00000000000000000001")

    assert vault.veil("oXiaohua-00000000000000000001") == veiled
    assert "Xiaohua" not in veiled
    assert vault.unveil(veiled) == "oXiaohua-00000000000000000001"
    assert Vault("o" * 32).unveil(veiled) is None


@pytest.mark.parametrize("forged", ["", "a", "abcd", "é", "A" * 60, "../..", "*" * 40])
def test_a_forged_veil_is_nobody(forged: str) -> None:
    assert Vault("k" * 32).unveil(forged) is None
