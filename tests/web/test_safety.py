"""Attacks on the page: other names, other sites, other paths, too much, too slowly."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from outreach.entrypoints.web.intake import Patience
from outreach.entrypoints.web.security import POLICY
from tests.web.campaign import NOW
from tests.web.server import Page, copy_of, running

OWN = {"Sec-Fetch-Site": "same-origin"}


def raw(page: Page, request: bytes) -> bytes:
    """Sends bytes as they are, and gives the first line of the answer."""
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline()


# ---------------------------------------------------------------- names: DNS rebinding


HOSTS = {
    "of another": b"Host: evil.example",
    "of another with our port": b"Host: evil.example:PORT",
    "without the port": b"Host: 127.0.0.1",
    "with another port": b"Host: 127.0.0.1:1",
    "none": b"X-None: 1",
    "empty": b"Host:",
    "two": b"Host: 127.0.0.1:PORT\r\nHost: evil.example",
    "two of the same": b"Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT",
    "a list": b"Host: 127.0.0.1:PORT, evil.example",
    "with a name before": b"Host: evil.example@127.0.0.1:PORT",
    "with a dot": b"Host: localhost.:PORT",
    "one that begins like ours": b"Host: 127.0.0.1:PORT.evil.example",
}


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
def test_the_page_answers_to_its_own_names_only(looked_at: Page, host: bytes, version: bytes) -> None:
    """Exactly one Host header, exactly one of ours; else 400."""
    lines = b"GET /login HTTP/%b\r\n%b\r\n\r\n" % (version, host.replace(b"PORT", str(looked_at.port).encode()))
    assert b" 400 " in raw(looked_at, lines)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LocalHost", "[::1]"])
def test_the_machines_own_names_are_known(looked_at: Page, host: str) -> None:
    """As a browser on this machine says them."""
    assert looked_at.anybody().get("/login", Host=f"{host}:{looked_at.port}").status == 200


@pytest.mark.parametrize(
    "target", [b"http://evil.example/login", b"//evil.example/login", b"*", b"/login\\..", b"login"]
)
def test_addresses_of_others_are_no_paths(looked_at: Page, target: bytes) -> None:
    """An absolute address in the first line does not get around the Host header."""
    lines = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (target, looked_at.port)
    assert b" 400 " in raw(looked_at, lines)


# ---------------------------------------------------------------- other sites: CSRF


@pytest.mark.parametrize(
    ("headers", "done"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "OWN"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "OWN"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, False),
        ({"Sec-Fetch-Site": "none", "Origin": "null"}, False),
        ({"Sec-Fetch-Site": "SAME-ORIGIN"}, False),
        ({}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://127.0.0.1"}, False),
        ({"Origin": "https://127.0.0.1:PORT"}, False),
        ({"Origin": "http://127.0.0.1:PORT.evil.example"}, False),
        ({"Referer": "OWN/"}, False),
    ],
)
@pytest.mark.parametrize("path", ["/logout", "/accounts"])
def test_only_our_own_pages_send_forms(looked_at: Page, headers: Mapping[str, str], done: bool, path: str) -> None:
    """Sec-Fetch-Site, else Origin; who says neither is refused."""
    own = {
        name: value.replace("OWN", looked_at.address).replace("PORT", str(looked_at.port))
        for name, value in headers.items()
    }
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = looked_at.someone("admin").ask("POST", path, b"name=&role=none", {**form, **own})
    assert (answer.status != 403) is done
    assert "access-control-allow-origin" not in answer.headers


def test_a_refused_form_has_done_nothing(served: Page) -> None:
    """Another site cannot make accounts for itself."""
    admin = served.someone("admin")
    answer = admin.post("/accounts", {"name": "Mallory", "role": "admin"}, Sec_Fetch_Site="cross-site")
    assert answer.status == 403
    assert [one.name for one in served.desk.store.access.accounts()] == ["admin"]


# ---------------------------------------------------------------- what browsers are told


@pytest.mark.parametrize("path", ["/", "/login", "/none", "/static/style.css", "/static/none", "/open/none"])
def test_every_answer_tells_browsers_what_they_may_do(looked_at: Page, path: str) -> None:
    """No script but our files, no frame, no guessing of types; nothing but our files is kept."""
    answer = looked_at.someone("reader").get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    kept = "immutable" in answer.headers["cache-control"]
    assert kept is (path == "/static/style.css")
    assert kept or answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


def test_a_refusal_tells_browsers_too(looked_at: Page) -> None:
    """Before any page is asked."""
    answer = looked_at.anybody().get("/", Host="evil.example")
    assert (answer.status, answer.headers["content-security-policy"]) == (400, POLICY)


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    "name",
    [
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "%2e%2e%2fapp.py",
        "..%5capp.py",
        "....//app.py",
        "%252e%252e%252fapp.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "style.css%00.js",
        "style.css/",
        "STYLE.CSS",
        "htmx.LICENSE",
        "htmx.sha256",
        "%5c%5cserver%5cshare",
        "style%E2%80%AE.css",
        "C:%5cstyle.css",
        ".",
        "",
    ],
)
def test_only_files_by_their_names(looked_at: Page, name: str) -> None:
    """Nothing of the disk but what is listed; names that try more are not found."""
    assert looked_at.anybody().get(f"/static/{name}").status in (400, 401, 404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/mails/" + "9" * 16, 404),
        ("/mails/" + "9" * 5000, 404),
        ("/mails/" + "9" * 15, 404),
        ("/review/" + "9" * 30 + "/cities?find=a", 404),
        ("/mails?words=%00", 400),
    ],
)
def test_numbers_and_words_that_no_database_keeps_break_nothing(looked_at: Page, path: str, status: int) -> None:
    """Neither a number beyond 64 bits nor NUL reaches it."""
    assert looked_at.someone("reader").get(path).status == status


@pytest.mark.parametrize(
    "path", ["/login?next=https://evil.example", "/login?next=//evil.example", "/open/none?return_to=//evil.example"]
)
def test_nothing_leads_elsewhere(looked_at: Page, path: str) -> None:
    """There is no parameter that says where to go next."""
    answer = looked_at.someone("reader").get(path)
    assert "evil.example" not in answer.text
    sent = looked_at.anybody().post("/preferences?next=//evil.example", {"language": "fr", "next": "//evil.example"})
    assert (sent.status, sent.headers["location"]) == (303, "/login")


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_handler_cannot_lead_elsewhere(looked_at: Page, path: str) -> None:
    """Not even by mistake."""
    from starlette.requests import Request  # noqa: PLC0415

    from outreach.entrypoints.web.visit import Visit  # noqa: PLC0415

    visit = Visit(looked_at.site, looked_at.desk, Request({"type": "http", "headers": []}), None)
    with pytest.raises(ValueError, match="no page of ours"):
        visit.go(path)


# ---------------------------------------------------------------- too much, too slowly


def test_a_body_is_refused_before_it_is_sent(looked_at: Page) -> None:
    """Two gigabytes are announced: 413, and nobody waits for them."""
    lines = (
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nSec-Fetch-Site: same-origin\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2147483648\r\n\r\n"
    ) % looked_at.port
    assert b" 413 " in raw(looked_at, lines)


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 65536):
        yield b"10000\r\n" + b"a" * 65536 + b"\r\n"


def test_a_body_without_a_length_is_cut_off(looked_at: Page) -> None:
    """More than a megabyte comes in pieces: 413."""
    with socket.create_connection(("127.0.0.1", looked_at.port), timeout=20) as connection:
        head = (
            b"POST /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nSec-Fetch-Site: same-origin\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        connection.sendall(head % looked_at.port)
        for chunk in chunks(1200 * 1024):
            connection.sendall(chunk)
        assert b" 413 " in connection.makefile("rb").readline()


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\n",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' * 3,
        b"\xff\xfe" * 50,
        b"--x\r\n" + b"A: b\r\n" * 3000,
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(1200)) + b"--x--",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n' for _ in range(3))
        + b"--x--",
    ],
    ids=["begun", "unfinished", "no text", "many headers", "many fields", "many files"],
)
def test_broken_forms_are_answered(looked_at: Page, body: bytes) -> None:
    """What cannot be read is said to be so; nothing breaks."""
    headers = {**OWN, "Content-Type": "multipart/form-data; boundary=x"}
    assert looked_at.someone("admin").ask("POST", "/accounts", body, headers).status in (400, 413, 422)


@pytest.mark.parametrize("charset", ["undefined", "punycode", "unicode_escape", "raw_unicode_escape", "utf-7"])
@pytest.mark.parametrize("part", ['name="name"', 'name="\\ud800+2AA-"', 'name="file"; filename="\\ud800+2AA-.csv"'])
def test_charsets_that_make_no_text_break_nothing(looked_at: Page, charset: str, part: str) -> None:
    """A form may name any charset that Python knows, and some make halves of characters."""
    body = f"--x\r\nContent-Disposition: form-data; {part}\r\n\r\n\\ud800+2AA-\r\n--x--\r\n".encode()
    headers = {**OWN, "Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    assert looked_at.anybody().ask("POST", "/login", body, headers).status < 500
    assert looked_at.someone("admin").ask("POST", "/accounts", body, headers).status in (400, 422)


def test_a_long_head_is_refused(looked_at: Page) -> None:
    """A header of a hundred kilobytes."""
    lines = b"GET /login HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX: %b\r\n\r\n" % (looked_at.port, b"a" * 100_000)
    assert b" 431 " in raw(looked_at, lines)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"GET /login HTTP/1.1\r\nHost: 127.0", b""),
        (
            (
                b"POST /login HTTP/1.1\r\nHOST\r\nSec-Fetch-Site: same-origin\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nname="
            ),
            b"HTTP/1.1 408 Request Timeout\r\n",
        ),
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_who_sends_slowly_is_not_waited_for(built: Path, tmp_path: Path, sent: bytes, answer: bytes) -> None:
    """The connection ends by itself, and others are served meanwhile."""
    with (
        running(copy_of(built, tmp_path / "campaign"), NOW, Patience(0.2, 0.2, 0.2)) as page,
        socket.create_connection(("127.0.0.1", page.port), timeout=20) as connection,
    ):
        connection.sendall(sent.replace(b"HOST", b"Host: 127.0.0.1:%d" % page.port))
        assert page.anybody().get("/login").status == 200
        assert connection.makefile("rb").readline() == answer
