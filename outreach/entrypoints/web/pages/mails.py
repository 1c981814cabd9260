"""The inbox: every mail that is kept, one of them, the mail itself as a file, and a look into the mailbox."""

from __future__ import annotations

from typing import Any
from unicodedata import category
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from outreach.adapters.store.mail.mail_list import Wanted
from outreach.campaign.deciding.casefile import Casefile, casefile
from outreach.campaign.deciding.review import LONGEST_NUMBER
from outreach.campaign.desk import Desk
from outreach.campaign.steps import Step
from outreach.entrypoints.mailroom import read_everything
from outreach.entrypoints.web.access.roles import Role
from outreach.entrypoints.web.mailbox import mailbox_now
from outreach.entrypoints.web.sayings import error_words
from outreach.entrypoints.web.visit import Visit
from outreach.entrypoints.web.works import Queued
from outreach.model import OutreachError, ReadingKind, Sentence

PAGE = 50  # mails
MOST_HEAD, MOST_BODY = 16_000, 32_000  # bytes of a mail's source that are shown
UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # categories of signs (Unicode)
STOPPED = Sentence("the page was stopped while it read mail; what was read is kept, and the next look goes on")


def inbox(visit: Visit) -> Response:
    """Every mail, the newest first; filtered by what it says, whose it is, and words."""
    wanted = _wanted(visit)
    before = _number(visit.query.get("before", ""))
    found = visit.desk.store.mail_list.newest(wanted, PAGE + 1, before=before)
    older = found[PAGE - 1].mail if len(found) > PAGE else None
    owned, nobodys = visit.desk.store.mail_list.waiting()
    filters = {name: visit.query.get(name, "") for name in FILTERS}
    return visit.page(
        "mails/page.html",
        part="rows",
        rows=found[:PAGE],
        older=older,
        filters=filters,
        kinds=[*ReadingKind],
        owned=owned,
        nobodys=nobodys,
        mailbox=mailbox_now(visit),
    )


FILTERS = ("words", "kind", "whose", "waiting")


def _wanted(visit: Visit) -> Wanted:
    kind = visit.query.get("kind", "")
    whose = visit.query.get("whose", "")
    return Wanted(
        waiting=visit.query.get("waiting", "") == "yes",
        owned={"invitee": True, "nobody": False}.get(whose),
        kind=ReadingKind(kind) if kind in ReadingKind._value2member_map_ else None,
        words=visit.query.get("words", "")[:200],
    )


def _number(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) <= LONGEST_NUMBER else None


def one(visit: Visit) -> Response:
    """One mail, whatever became of it."""
    opened = casefile(visit.desk, visit.place["mail"])
    if opened is None:
        return no_such_mail(visit)
    return visit.page("mails/one.html", without="", typed="", found=(), beside=(None, None), **shown(visit, opened))


def shown(visit: Visit, opened: Casefile | None) -> dict[str, Any]:
    """What the templates need to show one mail."""
    may = visit.person is not None and visit.person.may(Role.REVIEWER)
    return {"case": opened, "may_decide": may, "mail_program": mail_program}


def mail_program(case: Casefile) -> str:
    """The link that begins an answer in the person's own mail program (RFC 6068); "" where nobody would read it."""
    mail = case.mail
    if mail.reading.kind in (ReadingKind.BOUNCE, ReadingKind.AUTO_REPLY) or not case.answer_to:
        return ""
    subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
    asked = {"subject": subject, "In-Reply-To": mail.message_id}
    to = ",".join(quote(address, safe="@") for address in case.answer_to)
    return f"mailto:{to}?{urlencode(asked, quote_via=quote)}"


def no_such_mail(visit: Visit) -> Response:
    """The mail is not kept, or nobody has read it yet: then it can only be taken as a file."""
    kept = visit.desk.store.inbox.mail(visit.place["mail"])
    if kept is None:
        raise HTTPException(404)
    return visit.page("mails/unread.html", kept=kept)


def raw(visit: Visit) -> Response:
    """The mail as it came, to be opened by a mail program."""
    kept = visit.desk.store.inbox.mail(visit.place["mail"])
    if kept is None:
        raise HTTPException(404)
    name = f'attachment; filename="mail-{kept.id}.eml"'
    return Response(kept.raw, media_type="message/rfc822", headers={"Content-Disposition": name})


def source(visit: Visit) -> Response:
    """The mail as it came, to be read here: its headers, and what stands below them."""
    kept = visit.desk.store.inbox.mail(visit.place["mail"])
    if kept is None:
        raise HTTPException(404)
    head, _, body = kept.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return visit.page(
        "mails/source.html",
        kept=kept,
        head=_spelled(head[:MOST_HEAD]),
        body=_spelled(body[:MOST_BODY]),
        cut=len(head) > MOST_HEAD or len(body) > MOST_BODY,
    )


def _spelled(raw: bytes) -> str:
    """Words as they came; a sign that is not seen, or turns what follows, is spelled out."""
    text = raw.decode("utf-8", "replace")
    return "".join(f"⟨U+{ord(sign):04X}⟩" if category(sign) in UNSEEN and sign not in "\t\n" else sign for sign in text)


def look(visit: Visit) -> Response:
    """Looks into the mailbox now, and reads what came; where much came, aside: who asks again finds the same look."""
    work = visit.site.works.begin(visit.request.url.path, _looked, visit.desk, STOPPED)
    if not work.is_over_within(visit.site.patience.look):
        said = visit.say("The mailbox is still being looked into; what has been read so far is here.")
        return visit.go(visit.back, said, tone="warning")
    try:
        read = work.result().number
    except OutreachError as error:
        return visit.go(visit.back, error_words(visit.say, error), tone="error")
    said = visit.say_number("%(num)s new mail was read.", "%(num)s new mails were read.", read)
    return visit.go(visit.back, said if read else visit.say("No new mail has come."))


def _looked(desk: Desk) -> Queued:
    def stop() -> bool:
        desk.tell(Step.MAILBOX, 0, 0)  # ends it with the page: each mail is kept and read by itself
        return False

    return Queued(read_everything(desk, stop))
