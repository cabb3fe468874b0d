"""Checks of requests and headers of responses, so that no other site or machine can use the app."""

import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
COOKIE = "texture-core"
_SAFE = ("GET", "HEAD")
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """ASGI middleware.

    Without a token, the host of a request must be this machine, which prevents DNS rebinding by other sites. With a
    token, requests must contain it, first in the address and then as a cookie. Requests that change something must come
    from the app's own page, and other pages cannot embed anything.

    Parameters
    ----------
    app : ASGI application
    token : str or None
    """

    def __init__(self, app, token=None):
        self.app, self.token = app, token

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refused = self._refused(scope, headers)
        if refused:
            await _answer(send, 403, refused)
        elif self.token and self._matches(_token_in(scope)):
            cookie = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
            # Redirected, so that the token does not stay in the history.
            await _answer(send, 303, "", [(b"location", b"/"), (b"set-cookie", cookie.encode())])
        else:
            await self.app(scope, receive, _with_headers(send))

    def _refused(self, scope, headers):
        """Return the reason to refuse a request; empty if it is allowed."""
        host = headers.get("host", "")
        if self.token:
            if not self._matches(_token_in(scope)) and not self._matches(_cookie_in(headers)):
                return "Open the address that the app printed when it started: it has the token."
        elif _host_name(host) not in LOOPBACK:
            return "This app answers only to 127.0.0.1 and localhost."
        site = headers.get("sec-fetch-site", "none" if scope["method"] in _SAFE else "")
        if scope["method"] not in _SAFE:
            origin = headers.get("origin", "")
            if _address(origin) != host or site not in ("same-origin", ""):
                return "Only the app's own page may do that."
        elif site in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
            return "No other site may use the app."
        return ""

    def _matches(self, found):
        return found is not None and hmac.compare_digest(found.encode(), self.token.encode())


def _token_in(scope):
    return parse_qs(scope["query_string"].decode("latin-1")).get("token", [None])[0] if scope["path"] == "/" else None


def _cookie_in(headers):
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _address(origin):
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host_name(host):
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _with_headers(send):
    async def send_with_headers(message):
        if message["type"] == "http.response.start":
            added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", []), *added]}
        await send(message)

    return send_with_headers


async def _answer(send, status, text, headers=()):
    send = _with_headers(send)
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": text.encode()})
