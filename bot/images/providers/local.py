"""A server of one's own: stable-diffusion.cpp, vLLM-Omni, LocalAI. No key is needed.

stable-diffusion.cpp takes options from within the prompt, between ``<sd_cpp_extra_args>``: a
follower's words must not reach them.
"""

import re
from typing import Any, ClassVar

from bot.images.contract import Ask, Capability
from bot.images.providers.openai import OpenAI
from bot.images.providers.sizing import Free, Sizes

_SIZES = Free(step=64, sides=(512, 1536), area=(512 * 512, 1536 * 1024))
_TAG = re.compile(r"<\s*/?\s*sd_cpp_extra_args\s*>", re.IGNORECASE)
_OPTIONS = re.compile(rf"{_TAG.pattern}.*?{_TAG.pattern}", re.IGNORECASE | re.DOTALL)


class Local(OpenAI):
    home = ""
    keyless = True
    qualities: ClassVar[tuple[str, ...]] = ()

    def known(self) -> Capability:
        return Capability(edits=1, letters=self.letters, timeout=600.0)

    def sizes(self) -> Sizes:
        return _SIZES

    def body(self, ask: Ask) -> dict[str, Any]:
        return {
            **self.basic(ask),
            "prompt": without_options(ask.prompt),
            "response_format": "b64_json",
        }


def without_options(prompt: str) -> str:
    """Return *prompt* without anything that would be read as the server's options."""
    while _TAG.search(prompt):
        # What is left may spell a tag anew: <sd_cpp<sd_cpp_extra_args>_extra_args>.
        prompt = _TAG.sub("", _OPTIONS.sub("", prompt))
    return prompt.strip()
