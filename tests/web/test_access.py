"""Coming in, staying in and going out: links, passwords, sessions, tries."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from html import unescape

import pytest
from argon2 import extract_parameters
from sqlalchemy import func, select

from outreach.adapters.store.tables import login_try
from outreach.bootstrap import open_desk
from outreach.entrypoints.web.access import accounts, login, passwords
from outreach.entrypoints.web.access.login import TRIES
from outreach.entrypoints.web.access.sessions import begin_session
from outreach.entrypoints.web.door import one_time_address
from outreach.model import UsageError
from tests.web.campaign import NOW
from tests.web.server import PASSWORD, Browser, Page

LINK = re.compile(r"http://127\.0\.0\.1:\d+(/open/[\w-]+)")


def invited(page: Page, name: str = "Anna Vila", role: str = "reviewer") -> str:
    """The path of a fresh invitation."""
    return f"/open/{accounts.add_account(page.desk, name, role)}"


def settled(page: Page, name: str = "Anna Vila", role: str = "reviewer") -> Browser:
    """Somebody who has accepted an invitation and is in."""
    browser = page.anybody()
    assert browser.post(invited(page, name, role), {"password": PASSWORD, "again": PASSWORD}).status == 303
    return browser


# ---------------------------------------------------------------- one-time links


def test_the_link_of_the_own_machine_lets_in_once(served: Page) -> None:
    """Looking at it uses nothing up; a second use finds it over."""
    path = one_time_address(served.desk, served.port).removeprefix(served.address)
    first, second = served.anybody(), served.anybody()
    assert first.get(path).status == first.get(path).status == 200
    came = first.post(path)
    assert (came.status, came.headers["location"]) == (303, "/")
    assert "admin" in first.get("/").words
    assert second.post(path).status == second.get(path).status == 410
    assert second.get("/").status == 401


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (15, 410), (16, 410)])
def test_a_link_is_over_after_a_quarter_of_an_hour(served: Page, minutes: int, status: int) -> None:
    """Used or not."""
    path = one_time_address(served.desk, served.port).removeprefix(served.address)
    invitation = invited(served)
    served.clock.move_to(NOW + timedelta(minutes=minutes))
    assert served.anybody().post(path).status == status
    assert served.anybody().post(invitation, {"password": PASSWORD, "again": PASSWORD}).status == status


def test_an_invitation_lets_a_person_set_a_password(served: Page) -> None:
    """Once; what is wrong with the password is said, and does not use the invitation up."""
    path = invited(served)
    browser = served.anybody()
    assert "Welcome, Anna Vila" in browser.get(path).words
    for password, again, told in (
        ("short", "short", "at least 12 characters"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "guessed too easily"),
        ("anna vila and more", "anna vila and more", "guessed too easily"),
        (PASSWORD, PASSWORD + "x", "not the same"),
        ("x" * 201 + "yz", "x" * 201 + "yz", "at most 200"),
    ):
        answer = browser.post(path, {"password": password, "again": again})
        assert (answer.status, told in answer.words) == (422, True), answer.words
    assert browser.post(path, {"password": PASSWORD, "again": PASSWORD}).status == 303
    assert "reviewer" in browser.get("/settings").words
    assert served.anybody().post(path, {"password": PASSWORD, "again": PASSWORD}).status == 410


def test_a_new_invitation_ends_the_earlier_one(served: Page) -> None:
    """Who got the wrong link cannot use it any more."""
    earlier = invited(served)
    later = f"/open/{accounts.invite(served.desk, 'anna vila')}"
    assert served.anybody().get(earlier).status == 410
    assert served.anybody().get(later).status == 200


def test_links_of_other_kinds_do_not_open_each_other(served: Page) -> None:
    """An invitation never lets in without a password."""
    assert served.anybody().post(invited(served)).status == 422
    assert served.anybody().post("/open/" + "A" * 5000).status == 410


# ---------------------------------------------------------------- passwords


def test_a_password_lets_in_whatever_the_case_of_the_name(served: Page) -> None:
    """The name is compared as people write it."""
    settled(served)
    for name in ("Anna Vila", "anna vila", " ANNA VILA "):
        browser = served.anybody()
        assert browser.post("/login", {"name": name, "password": PASSWORD}).status == 303
        assert browser.get("/").status == 200


def test_nobody_learns_which_accounts_there_are(served: Page) -> None:
    """A wrong password, an invitation that waits and a name that nobody has are answered alike."""
    settled(served)
    invited(served, "Waiting")
    answers = [
        served.anybody().post("/login", {"name": name, "password": "wrong password here"})
        for name in ("Anna Vila", "Waiting", "Nobody")
    ]
    assert {answer.status for answer in answers} == {401}
    texts = {
        answer.text.replace(name, "NAME")
        for answer, name in zip(answers, ("Anna Vila", "Waiting", "Nobody"), strict=True)
    }
    assert len(texts) == 1


def test_the_same_work_is_done_whoever_asks() -> None:
    """Where there is no account, a password of nobody is compared at the same cost; it lets nobody in."""
    nobodys = passwords._nobodys()
    assert extract_parameters(nobodys) == extract_parameters(passwords.hashed(PASSWORD))
    assert not passwords.fits(None, "the password of nobody")
    assert not passwords.fits("no digest at all", PASSWORD)
    assert passwords.fits(passwords.hashed(PASSWORD), PASSWORD)


def test_of_a_thousand_tries_five_are_looked_at(served: Page) -> None:
    """For one account from one address within a quarter of an hour, the right password among the later ones too."""
    settled(served)
    guesses = [*(f"guess number {number}" for number in range(500)), *[PASSWORD] * 500]
    results = [login.log_in(served.desk, "Anna Vila", guess, "192.0.2.1") for guess in guesses]
    assert results == [login.Refusal.WRONG] * TRIES + [login.Refusal.TOO_OFTEN] * 995


def test_who_was_wrong_too_often_waits(served: Page) -> None:
    """429 even with the right password; a quarter of an hour later it is good again. Others are not kept out."""
    settled(served)
    settled(served, "Ben Roca")
    browser = served.anybody()
    for _ in range(TRIES):
        assert browser.post("/login", {"name": "Anna Vila", "password": "wrong password here"}).status == 401
    late = browser.post("/login", {"name": "ANNA VILA", "password": PASSWORD})
    assert (late.status, "wrong too often" in late.words) == (429, True)
    assert browser.post("/login", {"name": "Ben Roca", "password": PASSWORD}).status == 303
    assert login.log_in(served.desk, "Anna Vila", PASSWORD, "192.0.2.7") not in [*login.Refusal]
    served.clock.move_to(NOW + timedelta(minutes=15))
    assert browser.post("/login", {"name": "Anna Vila", "password": PASSWORD}).status == 303


def test_the_right_password_begins_the_count_anew(served: Page) -> None:
    """Four slips, a success, four slips: nobody is kept out."""
    settled(served)
    browser = served.anybody()
    for _ in range(2):
        for _ in range(TRIES - 1):
            assert browser.post("/login", {"name": "Anna Vila", "password": "wrong password here"}).status == 401
        assert browser.post("/login", {"name": "Anna Vila", "password": PASSWORD}).status == 303


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_ipv6_subscriber_is_one_place(address: str, place: str) -> None:
    """Who has a whole network of addresses has no more tries for it."""
    assert login.place_of(address) == place


def test_a_flood_writes_nothing_that_is_not_looked_at(served: Page) -> None:
    """Who finds no turn is told to come again, and leaves no row."""
    settled(served)
    with ExitStack() as taken:
        for _ in range(passwords.AT_ONCE + passwords.WAITING):
            taken.enter_context(passwords.place())
        for number in range(20):
            answer = served.anybody().post("/login", {"name": f"name {number}", "password": PASSWORD})
            assert answer.status == 503
    with served.desk.store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(login_try)).scalar_one() == 0
    assert served.anybody().post("/login", {"name": "Anna Vila", "password": PASSWORD}).status == 303


@pytest.mark.parametrize("name", ["", "\0", "a" * 100_000, "\u202e", "'; DROP TABLE account; --", "ａｎｎａ"])
def test_strange_names_are_answered(served: Page, name: str) -> None:
    """As any wrong one."""
    assert served.anybody().post("/login", {"name": name, "password": PASSWORD}).status == 401


# ---------------------------------------------------------------- sessions


def test_a_session_has_a_new_secret_at_each_login(served: Page) -> None:
    """A secret that somebody planted is worth nothing, and the one before it ends."""
    settled(served)
    victim = served.anybody()
    victim.cookies[served.site.cookie] = planted = "planted-by-somebody-else"
    assert victim.post("/login", {"name": "Anna Vila", "password": PASSWORD}).status == 303
    first = victim.cookies[served.site.cookie]
    assert first != planted
    assert Browser(served.port, {served.site.cookie: planted}).get("/").status == 401
    victim.post("/login", {"name": "Anna Vila", "password": PASSWORD})
    assert victim.cookies[served.site.cookie] != first
    assert Browser(served.port, {served.site.cookie: first}).get("/").status == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(served: Page) -> None:
    """HttpOnly, SameSite=Strict, for every path; what the database holds does not open anything."""
    path = one_time_address(served.desk, served.port).removeprefix(served.address)
    answer = served.anybody().post(path)
    said = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in said.split(";")}
    token = answer.cookies[served.site.cookie]
    database = (served.desk.folder / "outreach.db").read_bytes() + (served.desk.folder / "outreach.db-wal").read_bytes()
    assert token.encode() not in database


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 401)])
def test_half_an_hour_of_silence_ends_a_session(served: Page, minutes: int, status: int) -> None:
    """Counted from the last page looked at by hand."""
    browser = settled(served)
    served.clock.move_to(NOW + timedelta(minutes=20))
    assert browser.get("/").status == 200
    served.clock.move_to(NOW + timedelta(minutes=20 + minutes))
    assert browser.get("/").status == status


def test_what_was_written_meanwhile_is_not_lost(served: Page) -> None:
    """The session ended over a form: nothing was done, which is said, and the words are there to be copied."""
    browser = settled(served)
    served.clock.move_to(NOW + timedelta(minutes=40))
    note = "called at ten: <b>Ms Vila</b> says yes"
    answer = browser.post("/invitees/1/record", {"note": note, "state": "confirmed", "way": "phone"})
    assert answer.status == 401
    assert note in unescape(answer.text)
    assert "<b>" not in answer.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert "was not done" in answer.words
    assert "was not done" not in browser.get("/invitees/1").words
    assert "<textarea" not in served.anybody().post("/invitees/1/record", {"note": note}).text


@pytest.mark.parametrize(
    ("stood", "led"),
    [
        ("/log?state=confirmed&sort=-since", "/log?state=confirmed&sort=-since"),
        ("/invitees/1", "/invitees/1"),
        ("/login", "/"),
        ("/open/x", "/"),
        ("/log.csv?q=a", "/"),
        ("/mails/1/raw", "/"),
        ("/letters/preview/attachment/1", "/"),
        ("/letters/preview/letter?of=1", "/"),
        ("/review/1/cities?find=a", "/"),
        ("/invitees/1/record", "/"),
        ("//evil.example/log", "/"),
        ("/\\evil.example/log", "/"),
        ("/\t/evil.example/log", "/"),
        ("/./%2f/evil.example", "/"),
        ("@evil.example/log", "/"),
        (".evil.example/log", "/"),
        (":80@evil.example/log", "/"),
        ("/none", "/"),
    ],
)
def test_who_logs_in_comes_to_the_page_that_was_asked_for(served: Page, stood: str, led: str) -> None:
    """A colleague's link to the log leads there; nothing leads elsewhere, or to what is no page."""
    settled(served)
    form = {"name": "Anna Vila", "password": PASSWORD}
    came = served.anybody().post("/login", form, Referer=f"{served.address}{stood}")
    assert (came.status, came.headers["location"]) == (303, led)
    other = served.anybody().post("/login", form, Referer=f"http://evil.example{stood}")
    assert (other.status, other.headers["location"]) == (303, "/")


def test_twelve_hours_end_a_session(served: Page) -> None:
    """However busy the person is."""
    browser = settled(served)
    for minutes in range(20, 12 * 60, 20):
        served.clock.move_to(NOW + timedelta(minutes=minutes))
        assert browser.get("/settings").status == 200
    served.clock.move_to(NOW + timedelta(hours=12))
    assert browser.get("/settings").status == 401


def test_what_a_page_asks_by_itself_keeps_nobody_in(served: Page) -> None:
    """The page's own files, and whatever a row of the table says is not by hand."""
    browser = settled(served)
    served.clock.move_to(NOW + timedelta(minutes=29))
    assert browser.get("/static/style.css").status == 200
    served.clock.move_to(NOW + timedelta(minutes=31))
    assert browser.get("/").status == 401


def test_logging_out_ends_the_session(served: Page) -> None:
    """Not only the cookie."""
    browser = settled(served)
    token = browser.cookies[served.site.cookie]
    assert browser.post("/logout").headers["location"] == "/login"
    assert Browser(served.port, {served.site.cookie: token}).get("/").status == 401


@pytest.mark.parametrize(
    "ending",
    [
        lambda page: accounts.change_role(page.desk, "Anna Vila", "reader"),
        lambda page: accounts.end_sessions(page.desk, "Anna Vila"),
        lambda page: accounts.remove_account(page.desk, "Anna Vila"),
        lambda page: accounts.set_password(page.desk, "anna vila", PASSWORD + " new"),
    ],
    ids=["role", "ended", "removed", "password"],
)
def test_sessions_end_with_what_they_stand_on(served: Page, ending: Callable[[Page], object]) -> None:
    """A change of role or password, a removal: every session of the account ends, others stay."""
    one, other = settled(served), settled(served, "Ben Roca")
    ending(served)
    assert one.get("/").status == 401
    assert other.get("/").status == 200


def test_a_password_that_was_changed_while_it_was_compared_lets_nobody_in(served: Page) -> None:
    """The old one fitted, the new one was kept, and only then would the session have begun."""
    settled(served)
    account = served.desk.store.access.accounts()[0]
    accounts.set_password(served.desk, account.key, PASSWORD + " new")
    assert begin_session(served.desk, account.key, account.name, account.password) is None
    assert served.desk.store.access.accounts()[0].seen_at is None
    now = served.desk.store.access.accounts()[0].password
    assert begin_session(served.desk, account.key, account.name, now) is not None


def test_an_invitation_stays_open_while_its_language_is_chosen(served: Page) -> None:
    """Who has no password yet could do nothing on the page that asks for one."""
    path, browser = invited(served), served.anybody()
    for referer, place in (
        (f"{served.address}{path}", path),
        (f"{served.address}//evil.example/open/x", "/login"),
        (f"{served.address}/open/x/../../log", "/login"),
        ("", "/login"),
    ):
        sent = browser.post("/preferences", {"language": "fr"}, Referer=referer)
        assert (sent.status, sent.headers["location"]) == (303, place)
    assert "Bienvenue" in browser.get(path).words


def test_a_person_changes_the_password(served: Page) -> None:
    """With the old one; all sessions end, and only the new one lets in."""
    browser = settled(served)
    new = "seven lamps over the harbour"
    wrong = browser.post("/settings/password", {"old": "something else", "password": new, "again": new})
    assert (wrong.status, "not right" in wrong.words) == (422, True)
    short = browser.post("/settings/password", {"old": PASSWORD, "password": "short", "again": "short"})
    assert (short.status, browser.get("/").status) == (422, 200)
    done = browser.post("/settings/password", {"old": PASSWORD, "password": new, "again": new})
    assert (done.status, browser.get("/").status) == (303, 401)
    assert served.anybody().post("/login", {"name": "Anna Vila", "password": PASSWORD}).status == 401
    assert served.anybody().post("/login", {"name": "Anna Vila", "password": new}).status == 303


def test_a_database_from_the_future_lets_nobody_in(served: Page) -> None:
    """A session that has not begun yet by the clock that counts is none."""
    browser = settled(served)
    served.clock._now = NOW - timedelta(days=1)
    assert browser.get("/").status == 401


# ---------------------------------------------------------------- people


def test_an_admin_invites_gives_roles_and_takes_accounts_away(served: Page) -> None:
    """The whole life of an account on the page."""
    admin = served.someone("admin")
    made = admin.post("/accounts", {"name": "  Núria   Serra ", "role": "reader"})
    link = LINK.search(unescape(made.text))
    assert link is not None
    assert link[1] not in admin.get("/accounts").text
    nuria = served.anybody()
    assert nuria.post(link[1], {"password": PASSWORD, "again": PASSWORD}).status == 303
    assert nuria.get("/accounts").status == 403
    assert admin.post("/accounts/role", {"account": "Núria Serra", "role": "admin"}).status == 303
    assert "“admin” now" in admin.get("/accounts").words
    assert nuria.get("/").status == 401
    assert nuria.post("/login", {"name": "núria serra", "password": PASSWORD}).status == 303
    assert nuria.get("/accounts").status == 200
    assert admin.post("/accounts/end", {"account": "Núria Serra"}).status == 303
    assert nuria.get("/").status == 401
    assert admin.post("/accounts/remove", {"account": "Núria Serra"}).status == 303
    assert nuria.post("/login", {"name": "núria serra", "password": PASSWORD}).status == 401


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "", "role": "reader"}, "no name for an account"),
        ({"name": "x" * 61, "role": "reader"}, "no name for an account"),
        ({"name": "a\u202eb", "role": "reader"}, "no name for an account"),
        ({"name": "Eve", "role": "anyone"}, "is no role"),
        ({"name": "Eve", "role": "root"}, "is no role"),
        ({"name": "ADMIN", "role": "reader"}, "already"),
    ],
)
def test_what_cannot_be_an_account_is_said(served: Page, fields: dict[str, str], told: str) -> None:
    """With the reason, and nothing is made."""
    admin = served.someone("admin")
    answer = admin.post("/accounts", fields)
    assert (answer.status, told in answer.words) == (422, True), answer.words
    assert len(served.desk.store.access.accounts()) == 1


def test_the_last_admin_stays(served: Page) -> None:
    """Somebody must be able to give accounts."""
    admin = served.someone("admin")
    served.someone("reader")
    for path, fields in (
        ("/accounts/remove", {"account": "admin"}),
        ("/accounts/role", {"account": "admin", "role": "reader"}),
    ):
        answer = admin.post(path, fields)
        assert (answer.status, "the only admin" in answer.words) == (409, True)


def test_an_account_is_never_taken_for_a_user_of_the_machine(served: Page) -> None:
    """“anna” runs the machine, and another “anna” has an account: the log tells them apart, on the page too."""
    colleague, owner = served.token("reviewer", "anna"), begin_session(served.desk, None, "anna") or ""
    browser, of_owner = (Browser(served.port, {served.site.cookie: token}) for token in (colleague, owner))
    for number, who in enumerate((browser, of_owner)):
        silent = served.desk.invitee(f"silent-{number + 1}").number
        done = who.post(f"/invitees/{silent}/record", {"state": "declined", "way": "phone", "note": "no money"})
        assert done.status == 303
    deciders = [
        served.desk.store.journal.standing(served.desk.invitee(f"silent-{n}").number).decided_by for n in (1, 2)
    ]
    assert deciders == ["person:anna (web)", "person:anna"]
    assert "anna (web)" in browser.get("/log?by=anna+(web)").words
    with pytest.raises(UsageError, match="--by"):
        open_desk(served.desk.folder, by="anna (web)")
