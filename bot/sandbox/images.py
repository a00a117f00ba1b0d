"""OpenAI's image API under /v1, with sample pictures that say so."""

import base64
import hmac
import secrets
import time
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, jsonify, request
from PIL import Image, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from bot.sandbox.orders import MODELS, MODERATION_MODELS, APIError, Order
from bot.sandbox.picture import draw, encode
from bot.sandbox.world import world

bp = Blueprint("images", __name__, url_prefix="/v1")

FORBIDDEN = ("违规", "forbidden")
MIMES = ("image/jpeg", "image/png", "image/webp")
MOST_IMAGES = 16
LARGEST_IMAGE = 50 * 1024 * 1024
CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)


@bp.before_request
def check_key() -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not key:
        raise APIError(401, "You didn't provide an API key.")
    if scheme != "Bearer" or not hmac.compare_digest(key.encode(), world().config.api_key.encode()):
        raise APIError(401, "Incorrect API key provided.", code="invalid_api_key")


@bp.after_request
def identify(response: Response) -> Response:
    response.headers["x-request-id"] = "req_" + secrets.token_hex(16)
    return response


@bp.errorhandler(APIError)
def refuse(error: APIError) -> tuple[Response, int]:
    return jsonify(error=error.body), error.status


def unroutable(method: str, path: str) -> dict[str, Any]:
    """Return the error of a call the API does not have."""
    return APIError(404, f"Invalid URL ({method} {path})", code="unknown_url").body


@bp.get("/models")
def models() -> Response:
    return jsonify(object="list", data=[_model(name) for name in (*MODELS, *MODERATION_MODELS)])


@bp.get("/models/<name>")
def model(name: str) -> Response:
    if name not in MODELS and name not in MODERATION_MODELS:
        raise APIError(404, f"The model '{name}' does not exist.", code="model_not_found")
    return jsonify(_model(name))


def _model(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": 1_760_000_000,
        "owned_by": "sandbox",
        "shutdown_date": MODELS.get(name),
    }


@bp.post("/images/generations")
def generations() -> Response:
    given = json_body()
    order = Order.parse(given)
    troubles(order.prompt)
    return _answer(order, images=())


@bp.post("/images/edits")
def edits() -> Response:
    order = Order.parse(request.form)
    parts = [*request.files.getlist("image"), *request.files.getlist("image[]")]
    if not parts:
        raise APIError(400, "Missing required parameter: 'image'.", param="image")
    if len(parts) > MOST_IMAGES:
        raise APIError(400, "Invalid 'image': at most 16 images.", param="image")
    images = [_uploaded(part, "image") for part in parts]
    if (mask := request.files.get("mask")) is not None:
        _check_mask(_uploaded(mask, "mask"), images[0])
    troubles(order.prompt)
    return _answer(order, images=tuple(images))


@bp.post("/moderations")
def moderations() -> Response:
    given = json_body()
    name = given.get("model", MODERATION_MODELS[0])
    if name not in MODERATION_MODELS:
        raise APIError(404, f"The model '{name}' does not exist.", code="model_not_found")
    inputs = given.get("input")
    if not inputs or not isinstance(inputs, str | list):
        raise APIError(400, "Missing required parameter: 'input'.", param="input")
    # A list of strings gives one result each; a list of parts is one input.
    parts = [inputs] if isinstance(inputs, str) else inputs
    texts = [part if isinstance(part, str) else str(part.get("text", "")) for part in parts]
    if not all(isinstance(part, str) for part in parts):
        texts = [" ".join(texts)]
    results = [_judged(text) for text in texts]
    return jsonify(id="modr-" + secrets.token_hex(12), model=MODERATION_MODELS[1], results=results)


def json_body() -> Mapping[str, Any]:
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise APIError(400, "We could not parse the JSON body of your request.")
    return given


def _judged(text: str) -> dict[str, Any]:
    flagged = _forbidden(text)
    hits = {name: flagged and name == "illicit" for name in CATEGORIES}
    return {
        "flagged": flagged,
        "categories": hits,
        "category_scores": {name: 0.98 if hit else 0.0001 for name, hit in hits.items()},
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }


def _forbidden(text: str) -> bool:
    return any(word in text.lower() for word in FORBIDDEN)


def troubles(prompt: str) -> None:
    """Raise what the trouble drawer or the prompt itself demands."""
    troubles = world().troubles
    if troubles.strikes("provider_down"):
        raise APIError(
            500, "The server had an error while processing your request.", type="server_error"
        )
    if troubles.strikes("quota_used_up"):
        raise APIError(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            type="insufficient_quota",
            code="insufficient_quota",
        )
    if troubles.strikes("refused_content") or _forbidden(prompt):
        raise APIError(
            400,
            "Your request was rejected by the safety system. safety_violations=[illicit].",
            type="image_generation_user_error",
            code="moderation_blocked",
            moderation_details={"moderation_stage": "input", "categories": ["illicit"]},
        )


def _uploaded(part: FileStorage, name: str) -> bytes:
    """Return the bytes of an uploaded picture; its type must be declared and real."""
    data = part.stream.read()
    if part.mimetype not in MIMES or real_mime(data) not in MIMES or len(data) > LARGEST_IMAGE:
        raise APIError(
            400,
            f"Invalid file '{part.filename}': unsupported mimetype ('{part.mimetype}')."
            " Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
            code="unsupported_file_mimetype",
            param=name,
        )
    return data


def real_mime(data: bytes) -> str:
    try:
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            return picture.get_format_mimetype() or ""
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ""


def _check_mask(mask: bytes, image: bytes) -> None:
    with Image.open(BytesIO(mask)) as given, Image.open(BytesIO(image)) as picture:
        good = given.format == "PNG" and "A" in given.getbands() and given.size == picture.size
    if not good:
        raise APIError(
            400,
            "Invalid mask image: it must be a PNG with an alpha channel, of the image's size.",
            code="invalid_image",
            param="mask",
        )


def _answer(order: Order, *, images: tuple[bytes, ...]) -> Response:
    """Draw the pictures, taking as long as the phone's settings say."""
    begun = time.monotonic()
    source = images[0] if images else None
    pictures = [
        encode(
            draw(order.prompt, size=order.size, index=index, source=source, clear=order.clear),
            form=order.form,
            compression=order.compression,
        )
        for index in range(order.count)
    ]
    time.sleep(max(world().account.now.image_delay - (time.monotonic() - begun), 0))
    text_tokens = max(len(order.prompt.encode()) // 3, 1)
    image_tokens = 1_000 * len(images)
    return jsonify(
        created=int(time.time()),
        background="transparent" if order.clear else "opaque",
        output_format=order.form,
        quality=order.drawn_quality,
        size=f"{order.size[0]}x{order.size[1]}",
        data=[{"b64_json": base64.b64encode(picture).decode()} for picture in pictures],
        usage={
            "input_tokens": text_tokens + image_tokens,
            "input_tokens_details": {"text_tokens": text_tokens, "image_tokens": image_tokens},
            "output_tokens": order.output_tokens,
            "total_tokens": text_tokens + image_tokens + order.output_tokens,
        },
    )
