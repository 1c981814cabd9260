"""The third and fourth step: everything that is wrong, each with its cure; and a letter to oneself."""

from __future__ import annotations

from starlette.responses import Response

from outreach.adapters.store.log.audit import Deed
from outreach.bootstrap import relay
from outreach.campaign.desk import Desk
from outreach.campaign.enrolling.prepare import check, findings_of, letter_kinds
from outreach.campaign.letters.preview import UnclearInviteeError, send_test_letter
from outreach.entrypoints.archive import archive_findings
from outreach.entrypoints.connections import try_servers
from outreach.entrypoints.web.kept import Look
from outreach.entrypoints.web.pages.agreed import nobody
from outreach.entrypoints.web.pages.audit import in_words
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.model import ConfigurationError, Finding, OutreachError

TEST = "/letters/test"
LATELY, MOST_SHOWN = 100, 10  # lines of the audit trail that are looked at, and test letters that are shown


def check_page(visit: Visit) -> Response:
    """What can be found without asking a server."""
    return _page(visit, online=False)


def check_servers(visit: Visit) -> Response:
    """The same, and what the servers say: mail server, mailbox, name servers."""
    return _page(visit, online=True)


def _page(visit: Visit, *, online: bool) -> Response:
    look = Look(_findings(visit.desk, online=True)) if online else visit.look(found_offline)
    if look is None:
        return visit.looking(found_offline, visit.say("Check"))
    findings = look.value
    errors = [finding for finding in findings if not finding.warning]
    warnings = [finding for finding in findings if finding.warning]
    return visit.page(
        "letters/check.html", look=look, errors=errors, warnings=warnings, online=online, nobody=nobody(visit)
    )


def found_offline(desk: Desk) -> tuple[Finding, ...]:
    """What is found without asking a server."""
    return _findings(desk, online=False)


def _findings(desk: Desk, *, online: bool) -> tuple[Finding, ...]:
    try:
        findings = check(desk, offline=not online)
    except ConfigurationError as error:
        return findings_of(error)
    if not online:
        return findings
    servers = tuple(try_servers(desk))
    return (*findings, *servers, *(() if servers else archive_findings(desk)))


def test_page(visit: Visit) -> Response:
    """Asks where the test letter is to go."""
    return _test(visit)


def _test(visit: Visit, mistake: str = "", status: int = 200, *, unclear: str = "") -> Response:
    given = {"address": visit.field("address"), "who": visit.field("who"), "letter": visit.field("letter")}
    kinds = [(f"{kind.value}.{step}" if step else kind.value, kind, step) for kind, step in letter_kinds(visit.desk)]
    lately = visit.desk.store.audit.latest(LATELY)
    sent = [(line, in_words(visit, line)) for line in lately if line.what is Deed.TEST_LETTER][:MOST_SHOWN]
    return visit.page(
        "letters/test.html",
        status=status,
        given=given,
        kinds=kinds,
        mistake=mistake,
        unclear=unclear,
        sent=sent,
    )


def send_test(visit: Visit) -> Response:
    """Sends one letter to oneself."""
    address, who = visit.field("address").strip(), visit.field("who").strip()
    kinds = {f"{kind.value}.{step}" if step else kind.value: (kind, step) for kind, step in letter_kinds(visit.desk)}
    kind, step = kinds.get(visit.field("letter"), next(iter(kinds.values())))
    try:
        with relay(visit.desk) as make_postman:
            reply = send_test_letter(visit.desk, make_postman, address, kind, step, as_for=who or None)
    except UnclearInviteeError as error:
        return _test(visit, status=422, unclear=error_words(visit.say, error))
    except OutreachError as error:
        return _test(visit, error_words(visit.say, error), 422)
    return visit.go(TEST, visit.say("The test letter to %(address)s left: %(reply)s", address=address, reply=reply))
