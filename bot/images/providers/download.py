"""A picture that a service answered with as an address: fetched at once, and from nowhere within.

Such addresses live an hour to a day (SiliconFlow 1 h, DashScope and Ark 24 h). The service is not
believed: its address may point into our own network.
"""

import asyncio
import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

import httpx2

from bot.errors import ProviderError
from bot.images import results
from bot.images.providers import wire

SECONDS = 60.0
TRIES = 3  # of one address: the picture is paid for, and fetching it again costs nothing
_PAUSE = 0.2
_MOST_BYTES = 40_000_000
_OK = 200
_SERVER_ERROR = 500
_PORTS = {"http": 80, "https": 443}
# IPv6 addresses that lead to an IPv4 address: no picture needs them.
_TUNNELS = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


def fetch(link: str, *, service: str, seconds: float = SECONDS) -> bytes:
    """Return the picture at *link*, an address the service at the address *service* gave.

    Raises:
        ProviderError: there is none to be had; always ``billed``, for the answer was a good one.
    """
    return wire.alone(_fetched(link, service, seconds))


async def _fetched(link: str, service: str, seconds: float) -> bytes:
    # "from None": the address holds the signature that opens the picture.
    try:
        async with asyncio.timeout(seconds):
            address = await _checked(link, service)
            for _ in range(TRIES - 1):
                try:
                    return await _got(*address)
                except httpx2.HTTPError:
                    await asyncio.sleep(_PAUSE)
            return await _got(*address)
    except TimeoutError:
        raise _lost(f"was not there within {seconds:g} s") from None
    except httpx2.HTTPError as failure:
        raise _lost(f"could not be fetched: {type(failure).__name__}") from None


async def _checked(link: str, service: str) -> tuple[SplitResult, str]:
    """Return what to fetch and the IP address to fetch it from, looked up once and for all."""
    try:
        parts, own = urlsplit(link), urlsplit(service)
        host, port = parts.hostname, parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise _lost("has no address that can be used") from None
    if not host or parts.username or parts.password:
        raise _lost("has no address that can be used")
    home = (host, port) == (own.hostname, own.port or _PORTS.get(own.scheme))
    if not home and parts.scheme == "http":
        # A public store serves both; what it sends is not to be read or changed on the way.
        parts = parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80"))
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise _lost("is on a host that is not known") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not (home or all(_public(address) for address in addresses)):
        raise _lost("is not on a public host")
    return parts, addresses[0]


def _public(address: str) -> bool:
    """Whether *address* is on the open internet; an IPv4 address in IPv6 is judged as IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    judged = mapped or found
    tunnel = any(judged.version == one.version and judged in one for one in _TUNNELS)
    return judged.is_global and not judged.is_multicast and not tunnel


async def _got(parts: SplitResult, address: str) -> bytes:
    # Connected to the address that was checked: a second look-up might tell another one.
    host = f"[{address}]" if ":" in address else address
    netloc = f"{host}:{parts.port}" if parts.port else host
    request = httpx2.Request(
        "GET",
        parts._replace(netloc=netloc, fragment="").geturl(),
        headers={
            "Host": parts.netloc,
            "User-Agent": "huaxin",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        },
        extensions={
            "sni_hostname": parts.hostname,
            "timeout": httpx2.Timeout(SECONDS, connect=5.0).as_dict(),
        },
    )
    async with httpx2.AsyncClient(
        trust_env=False, follow_redirects=False, verify=wire.tls()
    ) as client:
        response = await client.send(request, stream=True)
        body = await wire.read(response, most=_MOST_BYTES)
    if response.status_code >= _SERVER_ERROR:
        raise httpx2.ReadError(f"HTTP {response.status_code}", request=request)
    if response.status_code != _OK:
        raise _lost(f"was answered with HTTP {response.status_code}")
    return results.sniffed(body)


def _lost(what: str) -> ProviderError:
    return results.bad_picture(f"an address instead of the picture, which {what}")
