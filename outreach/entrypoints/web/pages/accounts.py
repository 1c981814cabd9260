"""The people of the secretariat: who has which role; for who gives accounts."""

from __future__ import annotations

from starlette.responses import Response

from outreach.entrypoints.web.access import accounts
from outreach.entrypoints.web.access.roles import GIVEN, Role
from outreach.entrypoints.web.door import link_address
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.words import ROLES, mark
from outreach.model import OutreachError

HERE = "/accounts"
MAY = {
    Role.READER: mark("sees everything, changes nothing"),
    Role.REVIEWER: mark("also decides what answers mean"),
    Role.SENDER: mark("also lets letters leave"),
    Role.ADMIN: mark("also gives accounts"),
}


def accounts_page(visit: Visit) -> Response:
    """Shows everybody who has an account."""
    return _page(visit)


def _page(visit: Visit, *, mistake: str = "", invited: str = "", link: str = "", status: int = 200) -> Response:
    return visit.page(
        "accounts/page.html",
        status=status,
        accounts=visit.desk.store.access.accounts(),
        may=MAY,
        roles=GIVEN,
        mistake=mistake,
        invited=invited,
        link=link,
        given={"name": visit.field("name"), "role": visit.field("role", Role.REVIEWER)},
    )


def add(visit: Visit) -> Response:
    """Makes an account and shows its invitation, once."""
    try:
        token = accounts.add_account(visit.desk, visit.field("name"), visit.field("role"))
    except OutreachError as error:
        return _page(visit, mistake=error_words(visit.say, error), status=422)
    return _page(visit, invited=visit.field("name"), link=_address(visit, token))


def invite(visit: Visit) -> Response:
    """Shows a new invitation, such as for who forgot the password."""
    token = accounts.invite(visit.desk, visit.field("account"))
    return _page(visit, invited=visit.field("account"), link=_address(visit, token))


def _address(visit: Visit, token: str) -> str:
    return link_address(f"{visit.site.scheme}://{visit.request.headers['host']}", token)


def change_role(visit: Visit) -> Response:
    """Gives another role."""
    changed = accounts.change_role(visit.desk, visit.field("account"), visit.field("role"))
    role = visit.say(ROLES[visit.field("role")])
    said = visit.say("%(name)s has the role “%(role)s” now and must log in again.", name=changed.name, role=role)
    return visit.go(HERE, said)


def end(visit: Visit) -> Response:
    """Logs a person out everywhere."""
    ended = accounts.end_sessions(visit.desk, visit.field("account"))
    return visit.go(HERE, visit.say("%(name)s is logged out everywhere.", name=ended.name))


def remove(visit: Visit) -> Response:
    """Takes an account away."""
    removed = accounts.remove_account(visit.desk, visit.field("account"))
    return visit.go(HERE, visit.say("%(name)s has no account any more.", name=removed.name))
