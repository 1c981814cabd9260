"""Mails, invitees and readings as the tests of matching and trust make them."""

from __future__ import annotations

from outreach.core.whose.clues import clues
from outreach.core.whose.index import Index, build_index
from outreach.core.whose.matching import Proven, match
from outreach.languages.places import load_places
from outreach.model import Contact, Invitee, InviteeKind, Mailbox, Match, Message, Reading, ReadingKind

OURS = frozenset({"cisdpl@uclg.org"})
MX = "mx.secretariat.example"
QUOTE = (
    "\n\nOn 15 Jul 2022, UCLG <cisdpl@uclg.org> wrote:\n> Invitation\n> Barcelona World Council, congress in Daejeon\n"
)


def mail(sender: str = "mayor@northam.example", **more: object) -> Message:
    """A mail; what is not said is as in an ordinary one."""
    name = str(more.pop("name", ""))
    fields: dict[str, object] = {
        "message_id": "<a@x.example>", "subject": "Re: Invitation", "from_": (Mailbox(name, sender),) if sender else (),
        "sender": (), "reply_to": (), "to": (Mailbox("", "cisdpl@uclg.org"),), "cc": (), "return_path": None, "date": None,
        "in_reply_to": (), "references": (), "headers": (), "text": "We join.",
    }  # fmt: skip
    return Message(**{**fields, **more})  # type: ignore[arg-type]


def reading(kind: ReadingKind = ReadingKind.CONFIRM, text: str = "We join.", language: str | None = "en") -> Reading:
    """What a mail says."""
    return Reading(kind, decided=True, language=language, new_text=text)


def invitees(*rows: str) -> list[Invitee]:
    """Invitees from rows such as "San José|CR|city|mayor@sanjose.example|Ana Mora", numbered from 1."""
    made = []
    for number, row in enumerate(rows, 1):
        name, country, kind, emails, person = (*row.split("|"), "", "", "", "")[:5]
        contacts = tuple(Contact(email, person=person) for email in emails.split()) or (
            Contact(f"x@no{number}.example"),
        )
        made.append(Invitee(str(number), name, country, InviteeKind(kind or "city"), contacts, number))
    return made


def index_of(*rows: str) -> Index:
    """The index of such invitees."""
    return build_index(invitees(*rows), load_places())


def told(
    index: Index,
    text: str = "We join.",
    sender: str = "someone@unknown.example",
    proven: Proven | None = None,
    **more: object,
) -> Match:
    """Whose a mail with this new text is; `signature` and `below` stand under it, `language` is what it is in."""
    signature, language = str(more.pop("signature", "")), more.pop("language", "en")
    under = f"\n\n-- \n{signature}" if signature else ""
    message = mail(sender, text=f"{text}{under}{more.pop('below', '')}", **more)
    seen = clues(message, reading(text=text, language=str(language)), OURS, index)
    return match(seen, index, proven or Proven())
