"""The error tree. Caught at the doors and in the job's runner, nowhere on the way."""

import errno
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was refused or a job failed; every one has a sentence in ``handlers``."""

    EMPTY_PROMPT = "empty_prompt"
    PROMPT_TOO_LONG = "prompt_too_long"
    QUOTA = "quota"
    QUOTA_SHORT = "quota_short"  # some pictures are left, not as many as were asked for
    BUDGET = "budget"
    BUDGET_SHORT = "budget_short"  # the same of money
    DATABASE = "database"
    MODERATION_INPUT = "moderation_input"
    MODERATION_OUTPUT = "moderation_output"
    RATE_LIMIT = "rate_limit"
    NO_MONEY = "no_money"
    BAD_KEY = "bad_key"
    BAD_REQUEST = "bad_request"
    PROVIDER_DOWN = "provider_down"
    OUTCOME_UNKNOWN = "outcome_unknown"
    BAD_PICTURE = "bad_picture"
    MEDIA_REFUSED = "media_refused"
    INTERNAL = "internal"
    NOT_OFFERED = "not_offered"  # no provider can do what was asked
    PAUSED = "paused"  # the operator has switched drawing off
    NO_WRITER = "no_writer"  # no text model is configured
    TOO_MANY_BLOCKS = "too_many_blocks"  # words or pictures of today that were not allowed
    NO_PHOTO = "no_photo"  # WeChat does not have it any more, or it cannot be opened
    NO_GLYPH = "no_glyph"  # a title has characters no typeface of ours has
    CHAIN_TOO_LONG = "chain_too_long"  # a picture that was edited often enough
    CANCELLED = "cancelled"  # by an operator
    RELEASED = "released"  # an unknown outcome, looked into by an operator


class HuaxinError(Exception):
    """Everything this project raises on purpose."""


class ConfigError(HuaxinError):
    """The configuration cannot be used; the message lists every gap and what to do."""


class Unfit(ConfigError):
    """What was given cannot be taken.

    *problems* are sentences and what fills them, so that a page can say them in its language.
    """

    def __init__(self, *problems: tuple[str, dict[str, object]]) -> None:
        super().__init__("\n".join(said % values for said, values in problems))
        self.problems = problems


class Unlabelled(HuaxinError):
    """A file does not say, or not properly, that AI made it: it may not leave."""


class BadRequest(HuaxinError):
    """The request has not the form WeChat sends: 400, empty body."""


class BadSignature(HuaxinError):
    """The request is not WeChat's, or not for this account: 403, empty body.

    One outcome for every cryptographic failure, so that nothing can be learnt from it.
    """


class StaleTimestamp(BadSignature):
    """The signature is right but its time is not ours: a replay, or one of the clocks is off.

    *skew* is WeChat's time minus ours, in seconds.
    """

    def __init__(self, skew: int) -> None:
        super().__init__("timestamp outside the window")
        self.skew = skew


class NotThere(HuaxinError):
    """What was to be changed or shown does not exist, or no longer."""


class Stale(HuaxinError):
    """Somebody saved in between; *theirs* is what stands there now, at *revision*."""

    def __init__(self, theirs: object, *, revision: int) -> None:
        super().__init__("别人刚刚保存过")
        self.theirs = theirs
        self.revision = revision


class Refused(HuaxinError):
    """The follower's request is refused; *details* fill the reason's sentence."""

    def __init__(self, reason: Reason, **details: str | int) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.details = details


class StoreError(HuaxinError):
    """The database did not answer in time or refused; nothing was half done."""


class StorageError(OSError, HuaxinError):
    """The bucket did not answer in time or refused; a file is stored whole or not at all.

    Its text is a sentence that says what to do, and holds neither keys nor the bucket's answer.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(errno.EIO, sentence)

    def __str__(self) -> str:
        return str(self.strerror)


class WeChatError(HuaxinError):
    """WeChat refused a call, or its answer cannot be used.

    *code* is WeChat's errcode (0 where the transport failed), *rid* its request id.
    *sent* says whether the call may have taken effect all the same.
    """

    def __init__(self, code: int, message: str, *, rid: str = "", sent: bool = False) -> None:
        super().__init__(f"{code} {message}" + (f" rid={rid}" if rid else ""))
        self.code = code
        self.rid = rid
        self.sent = sent


class ProviderError(HuaxinError):
    """An image provider gave no picture.

    *billed* is False only where the provider surely refused (its own error shape, or no connection
    was made); otherwise the call may have been paid for and must not be repeated by itself.
    *retry_after* is in seconds, None where trying again cannot help.
    """

    def __init__(
        self, reason: Reason, message: str, *, billed: bool, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.billed = billed
        self.retry_after = retry_after
