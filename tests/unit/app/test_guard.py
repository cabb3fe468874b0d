"""Which requests are answered: asked of the middleware itself, with a small application behind it."""

import asyncio

import pytest

from texture_core.app.guard import Guard

TOKEN = "s3cret"


def ask(method="GET", path="/", query="", token=None, **headers):
    """Ask the guard; return the status and the headers of the answer."""
    sent = []

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"inside"})

    async def send(message):
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": named}
    asyncio.run(Guard(application, token)(scope, None, send))
    return sent[0]["status"], dict(sent[0]["headers"])


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "localhost", "[::1]:8765", "LOCALHOST:1"])
def test_this_machine_is_answered(host):
    assert ask(host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "[",
        "192.168.0.2",
    ],
)
def test_names_that_are_made_to_lead_here_are_not(host):
    assert ask(host=host)[0] == 403
    assert ask(path="/api/state", host=host)[0] == 403


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_only_the_page_may_change_anything(method):
    host = "127.0.0.1:8765"
    assert ask(method, host=host, origin=f"http://{host}", sec_fetch_site="same-origin")[0] == 200
    assert ask(method, host=host, origin=f"http://{host}")[0] == 200
    for headers in (
        {},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:80"},
        {"origin": "http://localhost:8765"},
        {"origin": f"http://{host}", "sec_fetch_site": "cross-site"},
        {"origin": f"http://{host}", "sec_fetch_site": "same-site"},
    ):
        assert ask(method, host=host, **headers)[0] == 403, headers


def test_other_sites_may_link_to_the_page_but_not_embed_its_sounds():
    host = "127.0.0.1:8765"
    assert ask(host=host, sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 200
    assert ask(path="/sounds/rain.flac", host=host, sec_fetch_site="cross-site", sec_fetch_mode="no-cors")[0] == 403
    assert ask(path="/sounds/rain.flac", host=host, sec_fetch_site="same-origin", sec_fetch_mode="cors")[0] == 200


def test_every_answer_forbids_foreign_content_and_frames():
    for status, headers in (ask(host="localhost"), ask(host="evil.example")):
        assert status in (200, 403)
        policy = headers[b"content-security-policy"].decode()
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers[b"x-content-type-options"] == b"nosniff"


def test_with_a_token_everything_needs_it():
    host = "192.168.0.2:8765"
    page = {"token": TOKEN, "host": host}
    for headers in (
        {},
        {"cookie": "texture-core=wrong"},
        {"cookie": "texture-core="},
        {"cookie": "other=s3cret"},
        {"cookie": "\x7f;;=="},
    ):
        assert ask(**page, **headers)[0] == 403, headers
    assert ask(query="token=wrong", **page)[0] == 403
    assert ask(query="token=%C3%A9", **page)[0] == 403
    # A token in the address is for the page alone.
    assert ask(path="/api/state", query=f"token={TOKEN}", **page)[0] == 403
    status, headers = ask(query=f"token={TOKEN}", **page)
    assert status == 303
    assert headers[b"location"] == b"/"
    cookie = headers[b"set-cookie"].decode()
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    own = cookie.partition(";")[0]
    assert ask(path="/api/state", cookie=own, **page)[0] == 200
    assert ask("POST", path="/api/textures", cookie=own, origin="http://evil.example", **page)[0] == 403
    assert ask("POST", path="/api/textures", cookie=own, origin=f"http://{host}", **page)[0] == 200
