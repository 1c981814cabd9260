"""The one table of what can be asked for, by whom, and who answers; what is not in it does not exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from starlette.responses import Response

from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.visit import Visit

MEGABYTE = 1024 * 1024
METHODS = ("GET", "POST")

Handler = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Row:
    """One way in."""

    method: str  # GET never changes anything
    path: str
    role: Role  # the least that may use it
    handler: Handler
    limit: int = MEGABYTE  # bytes of what is sent
    by_hand: bool = True  # False: a page asks by itself, which keeps nobody logged in


class _Pages:
    """The handlers of one file in pages/, which is read when the first of them is asked for."""

    def __init__(self, name: str) -> None:
        self._name = f"outreach.entrypoints.web.pages.{name}"

    def __getattr__(self, handler: str) -> Handler:
        """A handler by its name; a test asks for each."""

        def answer(visit: Visit) -> Response:
            return cast("Handler", getattr(import_module(self._name), handler))(visit)

        answer.__module__, answer.__name__ = self._name, handler
        return answer


accounts = _Pages("accounts")
audit = _Pages("audit")
charts = _Pages("charts")
check = _Pages("check")
contacts = _Pages("contacts")
door = _Pages("door")
files = _Pages("files")
invitee = _Pages("invitee")
launch = _Pages("launch")
letters = _Pages("letters")
log = _Pages("log")
mails = _Pages("mails")
outbox = _Pages("outbox")
overview = _Pages("overview")
preview = _Pages("preview")
reminders = _Pages("reminders")
review = _Pages("review")
sending = _Pages("sending")
settings = _Pages("settings")
thanks = _Pages("thanks")

ROUTES: tuple[Row, ...] = (
    # Coming in and going out
    Row("GET", "/static/{name}", Role.ANYONE, files.static, by_hand=False),
    Row("GET", "/login", Role.ANYONE, door.login_page),
    Row("POST", "/login", Role.ANYONE, door.login),
    Row("GET", "/open/{token}", Role.ANYONE, door.link_page),
    Row("POST", "/open/{token}", Role.ANYONE, door.use_link),
    Row("POST", "/preferences", Role.ANYONE, settings.prefer),
    Row("POST", "/logout", Role.READER, door.logout),
    # Overview
    Row("GET", "/", Role.READER, overview.overview),
    Row("GET", "/overview/live", Role.READER, overview.live, by_hand=False),
    Row("GET", "/charts/{name}", Role.READER, charts.saved),
    # Log
    Row("GET", "/log", Role.READER, log.log),
    Row("GET", "/log.csv", Role.READER, log.as_csv),
    Row("GET", "/log.xlsx", Role.READER, log.as_xlsx),
    Row("GET", "/invitees/{invitee:int}", Role.READER, invitee.one),
    Row("POST", "/invitees/{invitee:int}/record", Role.REVIEWER, invitee.record),
    Row("POST", "/invitees/{invitee:int}/answered", Role.REVIEWER, invitee.answered),
    Row("POST", "/invitees/{invitee:int}/hold", Role.REVIEWER, invitee.hold),
    Row("POST", "/invitees/{invitee:int}/stop", Role.REVIEWER, invitee.stop),
    Row("POST", "/invitees/{invitee:int}/write", Role.SENDER, invitee.write),
    Row("POST", "/invitees/{invitee:int}/erase", Role.ADMIN, invitee.erase),
    # Review of answers, and the inbox
    Row("GET", "/review", Role.READER, review.queue),
    Row("GET", "/review/{mail:int}", Role.READER, review.one),
    Row("POST", "/review/{mail:int}/decide", Role.REVIEWER, review.decide),
    Row("GET", "/review/{mail:int}/cities", Role.READER, review.cities),
    Row("POST", "/review/{mail:int}/file", Role.REVIEWER, review.file),
    Row("POST", "/undo", Role.REVIEWER, review.undo),
    Row("GET", "/mails", Role.READER, mails.inbox),
    Row("POST", "/mails/look", Role.REVIEWER, mails.look),
    Row("GET", "/mails/{mail:int}", Role.READER, mails.one),
    Row("GET", "/mails/{mail:int}/source", Role.READER, mails.source),
    Row("GET", "/mails/{mail:int}/raw", Role.READER, mails.raw),
    # Letters: the steps to a launch, how it goes, what comes after it
    Row("GET", "/letters", Role.READER, letters.letters_page),
    Row("GET", "/letters/contacts", Role.READER, contacts.contacts_page),
    Row("POST", "/letters/contacts", Role.SENDER, contacts.send, limit=16 * MEGABYTE),
    Row("GET", "/letters/contacts/example.csv", Role.READER, contacts.example),
    Row("GET", "/letters/contacts/{token}", Role.SENDER, contacts.list_page),
    Row("GET", "/letters/contacts/{token}/bad-rows.csv", Role.SENDER, contacts.bad_rows),
    Row("POST", "/letters/contacts/{token}/correct", Role.SENDER, contacts.correct_rows),
    Row("POST", "/letters/contacts/{token}/enrol", Role.SENDER, contacts.enrol),
    Row("POST", "/letters/contacts/{token}/drop", Role.SENDER, contacts.drop),
    Row("GET", "/letters/preview", Role.READER, preview.preview_page),
    Row("GET", "/letters/preview/letter", Role.READER, preview.letter_html),
    Row("GET", "/letters/preview/letter.eml", Role.READER, preview.letter_mail),
    Row("GET", "/letters/preview/attachment/{number:int}", Role.READER, preview.attachment),
    Row("GET", "/letters/check", Role.READER, check.check_page),
    Row("POST", "/letters/check/servers", Role.SENDER, check.check_servers),
    Row("GET", "/letters/test", Role.SENDER, check.test_page),
    Row("POST", "/letters/test", Role.SENDER, check.send_test),
    Row("GET", "/letters/launch", Role.READER, launch.launch_page),
    Row("POST", "/letters/launch", Role.SENDER, launch.launch),
    Row("GET", "/letters/sending", Role.READER, sending.sending_page),
    Row("GET", "/letters/sending/events", Role.READER, sending.events, by_hand=False),
    Row("POST", "/letters/sending", Role.SENDER, sending.turn),
    Row("GET", "/letters/outbox", Role.READER, outbox.outbox_page),
    Row("POST", "/letters/outbox/{letter:int}/settle", Role.SENDER, outbox.settle),
    Row("GET", "/letters/reminders", Role.READER, reminders.reminders_page),
    Row("POST", "/letters/reminders", Role.SENDER, reminders.release),
    Row("POST", "/letters/reminders/wait", Role.SENDER, reminders.take_out),
    Row("GET", "/letters/thanks", Role.READER, thanks.thanks_page),
    Row("POST", "/letters/thanks", Role.SENDER, thanks.release),
    # Settings and people
    Row("GET", "/settings", Role.READER, settings.settings_page),
    Row("POST", "/settings/password", Role.READER, settings.change_password),
    Row("GET", "/audit", Role.READER, audit.audit_page),
    Row("GET", "/accounts", Role.ADMIN, accounts.accounts_page),
    Row("POST", "/accounts", Role.ADMIN, accounts.add),
    Row("POST", "/accounts/role", Role.ADMIN, accounts.change_role),
    Row("POST", "/accounts/invite", Role.ADMIN, accounts.invite),
    Row("POST", "/accounts/end", Role.ADMIN, accounts.end),
    Row("POST", "/accounts/remove", Role.ADMIN, accounts.remove),
)


def check_routes(rows: tuple[Row, ...]) -> None:
    """Refuses a table that would leave a door open.

    Raises:
        ValueError: A row has no role, a method that is not known here, or stands there twice.
    """
    for row in rows:
        if not isinstance(row.role, Role) or row.method not in METHODS or not row.path.startswith("/"):
            message = f"{row.method} {row.path} is no row of the table of routes"
            raise ValueError(message)
    ways = [(row.method, row.path) for row in rows]
    twice = {way for way in ways if ways.count(way) > 1}
    if twice:
        message = f"these routes stand in the table twice: {sorted(twice)}"
        raise ValueError(message)
