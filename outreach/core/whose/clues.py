"""What in a mail may tell whose it is: references, addresses, mail domains, places and persons it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import lru_cache

from outreach.core.geography import code_of_domain, country_named
from outreach.core.letters.reference import LENGTH, find_references
from outreach.core.shared_domains import own_domains
from outreach.core.whose.index import Index
from outreach.core.whose.mail_domains import Label, read_label
from outreach.core.whose.mentions import How, Mention, mentions, strange_offices
from outreach.core.whose.names import WORD, fold
from outreach.frozen import made_often
from outreach.languages.quoting import load_quoting
from outreach.model import Message, Reading

MOST_NEW = 20_000  # characters of new text that are looked at
MOST_OWN = 4_000  # of it, for the words of a town hall
MOST_TEXT = 100_000  # of the whole text, for references and addresses
MOST_RETURNED = 50_000
MOST_ADDRESSES = 100
SIGNATURE_LINES = 12
HEAD_LINES = 30  # of a quoted letter
LONGEST_HEAD = 200  # characters of a line there
LONGEST_NAME = 60  # characters of a person's name and title
MOST_GIVEN = 4  # words of a person's name
SHORT_LINE = 72  # characters of a line that can belong to a signature
# What the bytes of a text look like from afar.
_AFAR = bytes(ord("x") if one < 128 and chr(one).isalnum() else one for one in range(256))  # noqa: PLR2004
_DASHES = "\u2010\u2011\u2013"
# A reference from afar: in groups, in one, and broken over lines.
_SHAPES = (b"-".join([b"xxxx"] * (LENGTH // 4)), b"x" * LENGTH, b"xxxx-\n")
_LEFT_OF_AT = re.compile(r"[A-Za-z0-9._%+'-]+\Z")
_RIGHT_OF_AT = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_QUOTE = re.compile(r"^\s*(?:>|[-*=]{3,}\s*[^\W_])")
_TO = re.compile(
    r"(?:to|à|para|per a|per|a|an|aan|pour|kime|προς|宛先|받는 사람|收件人)\s*\*?\s*[:：]"
    r"(?P<whom>.{1,200})",
    re.IGNORECASE,
)
# What stands before the words of a quoted line, and how a letter begins.
_BEFORE = "".join(filter(str.isspace, map(chr, range(0x3001)))) + ">*"
_SALUTATIONS = (
    *("dear", "to the", "estimad", "benvolgu", "distingid", "querid", "madame", "monsieur", "chère", "cher", "sehr"),
    *("liebe", "caro", "cara", "egregi", "gentil", "spett", "geachte", "beste", "exm", "prezad", "ilm", "hon"),
)
_SALUTING = frozenset(one[:2] for one in _SALUTATIONS)  # of all lines few begin so


@made_often(frozen=True, slots=True)
class Places:
    """The places that a mail names, by where they stand."""

    sender: tuple[Mention, ...]  # the name beside the sender's address
    signature: tuple[Mention, ...]
    subject: tuple[Mention, ...]
    body: tuple[Mention, ...]
    quoted: tuple[Mention, ...]  # to whom our letter below is addressed


@made_often(frozen=True, slots=True)
class Clues:
    """What in a mail may tell whose it is."""

    references: tuple[str, ...]
    message_ids: tuple[str, ...]
    sender: str  # its address
    near: tuple[str, ...]  # in From, Sender, Reply-To, Cc and our quoted letter's To, or that a notice is about
    quoted: tuple[str, ...]  # further addresses in the text
    domains: tuple[str, ...]  # of the sender, with those above them
    labels: tuple[Label, ...]  # places in the sender's mail domain
    places: Places
    people: tuple[str, ...]  # keys of what may be persons' names, in the sender's name and the signature
    countries: frozenset[str]  # that are named
    country: str  # of the sender's mail domain
    language: str | None  # it is written in
    town_hall: bool  # it speaks as one, and not as that of a place that is not invited


NO_PLACES = Places((), (), (), (), ())


def clues(message: Message, reading: Reading, own_addresses: frozenset[str], index: Index) -> Clues:
    """What in a mail may tell whose it is; our own addresses tell nothing."""
    sender = message.from_[0].address if message.from_ else ""
    senders = [box.address for box in (*message.from_, *message.sender, *message.reply_to)]
    bounced = reading.bounce.recipients if reading.bounce is not None else ()
    own, signature, quote = own_parts(message, reading, own_addresses)
    addressed = "\n".join(_addressed(quote))
    near = [*senders[1:], *(box.address for box in message.cc), *bounced, *_addresses(addressed)]
    name = message.from_[0].name if message.from_ else ""
    domains = own_domains(sender) if sender not in own_addresses else ()
    labels = read_label(domains[0], index) if domains else ()
    said = (
        NO_PLACES
        if reading.bounce is not None  # a notice speaks for a mail server
        else Places(
            tuple(_in_name(mentions(name, index), name, {row for label in labels for row in label.rows})),
            tuple(mentions(_without_name(signature, name), index)),
            tuple(mentions(message.subject, index)),
            tuple(mentions(own, index)),
            tuple(mentions(addressed, index)),
        )
    )
    return Clues(
        references=_references("\n".join(_everywhere(message, bounced))),
        message_ids=_message_ids(message, reading),
        sender=sender,
        near=_others(near, own_addresses, sender),
        quoted=_others(
            _addresses(f"{message.text[:MOST_TEXT]}\n{message.returned[:MOST_RETURNED]}"), own_addresses, sender
        ),
        domains=domains,
        labels=labels,
        places=said,
        people=tuple(dict.fromkeys(_people(f"{name}\n{signature}"))),
        countries=frozenset(country_named(f"{message.subject}\n{signature}\n{own[:4000]}"))
        if _several(said, labels)
        else frozenset(),
        country=code_of_domain(sender),
        language=reading.language,
        town_hall=_is_town_hall(said, name, signature, f"{message.subject}\n{own[:MOST_OWN]}", index),
    )


def _in_name(found: Iterable[Mention], name: str, labelled: AbstractSet[int]) -> Iterator[Mention]:
    """Places in the sender's name; in a person's they are only called alike: Santiago Gil, Anna Lund.

    Where the mail domain is called so too, it is no person's: Antwerpen Meldingen <…@meldingen-antwerpen.example>.
    """
    person = _is_person(name)
    for one in found:
        called_alike = person and one.how is How.BARE and labelled.isdisjoint(one.rows)
        yield replace(one, how=How.PASSING) if called_alike else one


def _without_name(signature: str, name: str) -> str:
    """The signature without the line of the person's name, which stood before the address already."""
    if not _is_person(name):
        return signature
    return "\n".join(line for line in signature.split("\n") if line.strip(" ,*_").lower() != name.lower())


@lru_cache(maxsize=1 << 8)
def _is_person(name: str) -> bool:
    """Two to four words with capitals, of which none is an office's."""
    words = name.split()
    if not 1 < len(words) <= MOST_GIVEN or not all(word[0].isupper() and word[-1].isalpha() for word in words):
        return False
    return not load_quoting().office.found_in(name.lower())


def _is_town_hall(said: Places, name: str, signature: str, text: str, index: Index) -> bool:
    """Whether an invitee’s office is named; or, where only its name stands in a line, any town hall, and no other’s."""
    own = (*said.sender, *said.signature)
    if any(one.how is How.OFFICE for one in (*own, *said.subject, *said.body)):
        return True
    if not any(one.how is How.LINE for one in own):
        return False
    offices = index.places.town_halls
    if not any(fold(word) in offices for word in WORD.findall(f"{name}\n{signature}\n{text}")):
        return False
    return next(strange_offices(f"{name}\n{signature}", index), "") == ""


def _several(said: Places, labels: tuple[Label, ...]) -> bool:
    """Whether several invitees are named: only then does it matter which countries are."""
    named = [one.rows for one in (*said.sender, *said.signature, *said.subject, *said.body, *said.quoted)]
    return len({row for rows in (*named, *(label.rows for label in labels)) for row in rows}) > 1


def _others(addresses: Iterable[str], own: frozenset[str], sender: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a for a in addresses if a and a != sender and a not in own))[:MOST_ADDRESSES]


def _addresses(text: str) -> Iterator[str]:
    """The addresses in a text; looked for around each @, so that no text makes it slow."""
    at = text.find("@")
    for _ in range(MOST_ADDRESSES * 3):
        if at < 0:
            return
        left = _LEFT_OF_AT.search(text[max(0, at - 64) : at].rpartition("\n")[2].rpartition(" ")[2])
        right = _RIGHT_OF_AT.match(text, at + 1)
        if left and right:
            yield f"{left.group()}@{right.group()}".lower()
        at = text.find("@", at + 1)


def _everywhere(message: Message, bounced: Iterable[str]) -> tuple[str, ...]:
    """Where a reference may stand."""
    plus = " ".join(box.address.partition("@")[0] for box in (*message.to, *message.cc))
    delivered = " ".join((*message.all_headers("delivered-to")[:5], *message.all_headers("x-original-to")[:5]))
    ids = " ".join((message.message_id, *message.references[-50:], *message.in_reply_to[:10]))
    text = (message.text[:MOST_TEXT], message.returned[:MOST_RETURNED])
    return (message.subject, ids, plus, delivered, *bounced, *text)


def _references(text: str) -> tuple[str, ...]:
    return find_references(text) if _may_hold_reference(text) else ()


def _may_hold_reference(text: str) -> bool:
    """A quick look: whether letters, figures and dashes stand as in a reference."""
    for dash in _DASHES:
        text = text.replace(dash, "-")
    seen = text.encode("latin-1", "replace").translate(_AFAR, b"\r")
    return any(map(seen.__contains__, _SHAPES))


def _message_ids(message: Message, reading: Reading) -> tuple[str, ...]:
    returned = reading.bounce.message_ids if reading.bounce is not None else ()
    quoted = _MESSAGE_ID.findall(message.returned[:MOST_RETURNED])
    return tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references), *returned, *quoted)))[:100]


def own_parts(message: Message, reading: Reading, own_addresses: frozenset[str]) -> tuple[str, str, str]:
    """The new text, the signature (what stands behind it, and short lines at its end), and the quoted letter."""
    new = [line for line in reading.new_text[:MOST_NEW].splitlines() if line[:1] != ">"]
    while new and not new[-1].strip():
        new.pop()
    behind = _behind(message.text[:MOST_TEXT], new[-1].strip() if new else "").splitlines()
    end = next((n for n, line in enumerate(behind) if _begins_quote(line, own_addresses)), len(behind))
    tail = len(new)
    while (
        tail and len(new) - tail < SIGNATURE_LINES and len(new[tail - 1]) <= SHORT_LINE and not _sentence(new[tail - 1])
    ):
        tail -= 1
    mobile = load_quoting().mobile  # “Sent from my …” names no place
    below = (*new[tail:], *behind[: min(end, SIGNATURE_LINES)])
    signature = [line for line in below if not mobile.begin(line.strip(" *_\t\xa0-[(<>•").lower())]
    return "\n".join(new[:tail]), "\n".join(signature), "\n".join(behind[end : end + HEAD_LINES])


def _behind(text: str, last: str) -> str:
    at = text.find(last) if last else 0
    return text[at + len(last) :] if at >= 0 else ""


def _sentence(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?", "。", "،", ":"))


def _begins_quote(line: str, own_addresses: frozenset[str]) -> bool:
    return bool(_QUOTE.match(line)) or ("@" in line and any(map(line.lower().__contains__, own_addresses)))


def _addressed(quote: str) -> Iterator[str]:
    """The lines of a quoted letter that say to whom it went."""
    for line in quote.splitlines():
        begun = line.lstrip(_BEFORE)
        if not begun or len(line) > LONGEST_HEAD:
            continue
        if (":" in line or "：" in line) and (found := _TO.match(begun)):
            yield found.group("whom")
        elif begun[:2].lower() in _SALUTING and begun[:9].lower().startswith(_SALUTATIONS):
            yield line


def _people(text: str) -> Iterator[str]:
    """Runs of two to four words that begin with capitals."""
    for line in text.splitlines()[:SIGNATURE_LINES]:
        words = [fold(word) for word in WORD.findall(line[:LONGEST_NAME]) if not word[0].islower()]
        for start in range(len(words) - 1):
            for end in range(start + 2, min(start + MOST_GIVEN, len(words)) + 1):
                yield "".join(words[start:end])
