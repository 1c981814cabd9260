"""Opens a mail within limits: headers decoded, text found, attachments named; nothing makes it hang or raise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import accumulate, islice

from outreach.core.reading.opening.armor import is_sealed, without_armor
from outreach.core.reading.opening.decoding import decoded_text, without_transfer_encoding
from outreach.core.reading.opening.fields import decoded_words, file_name, ids, mailboxes, moment
from outreach.core.reading.opening.hiding import hides, writes
from outreach.core.reading.opening.html_text import html_to_text, strikes
from outreach.core.reading.opening.parts import FORWARDED, Field, Part, split
from outreach.core.reading.opening.seen import DENIALS, as_seen, is_disguised, is_turned
from outreach.languages.spelling import lower_words
from outreach.model import Attachment, Mailbox, Message

MOST_BYTES = 25 * 1024 * 1024
MOST_VALUE = 4000  # characters of one header
MOST_SAME = 5  # headers of one name
MOST_TEXT = 200_000  # characters of the text
MOST_LINES = 10_000
MOST_TEXT_BYTES = 2_000_000  # of one part
MOST_REPORT = 100_000  # characters
MOST_RETURNED = 200_000
MOST_TAGS = 20_000  # of one HTML part
MOST_LEVELS = 300
NEARLY = 0.8
LONG_TAG = 8000  # characters; nobody reads anything in it
TOO_LONG = "its text is very long; only the beginning was read"
HIDDEN = "some of its words may be hidden"
TWO_TEXTS = "its plain form and its HTML form say different things"
MOST_COMPARED = 60  # words of the plain form that are looked for in the other
MOST_LOOKED_AT = 2_000  # characters of the plain form
BEGUN = 700  # of these
MOST_BEGUN = 6_000  # characters of the HTML
LONGEST_COMPARED = 8  # characters of a word: in scripts without blanks a line breaks anywhere
REPORTS = (
    "message/delivery-status",
    "message/global-delivery-status",  # RFC 6533
    "message/disposition-notification",
    "text/rfc822-headers",
)
WITH_MAILBOXES = frozenset({"from", "sender", "reply-to", "to", "cc"})
# In these a notice returns a letter, or its headers (RFC 3462 §2, RFC 6533 §6); some names are made up by systems.
RETURNED = (
    *FORWARDED,
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
# Text that is for a program.
NO_TEXT = ("text/calendar", "text/css", "text/vcard", "text/x-vcard", "text/directory", "text/csv", "text/x-amp-html")
# What hides the text of a mail, and what it says to a secretary.
SEALED = {
    "multipart/encrypted": "it is encrypted; please open it in the mail program",
    "application/pkcs7-mime": "it is encrypted or sealed; please open it in the mail program",
    "application/x-pkcs7-mime": "it is encrypted or sealed; please open it in the mail program",
    "application/ms-tnef": "its text may be in a winmail.dat, which only Outlook opens",
}
_REPORTED = re.compile(r"(?im)^(?:(?:original|final)-recipient|reporting-mta|reporting-ua|disposition|action)\b")
# A tag that nests; Word's “<w:LsdException …/>” come by the hundred and do not.
_NESTING = re.compile(
    r"<(/?)(?!(?:br|img|hr|meta|link|input|p|li|t[drh]|dd|dt|option|wbr|area|base|col|source)\b)[a-z][a-z0-9]*"
    r"(?=[\s>])[^<>]*(?<!/)>",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*+\n){3,}+")
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"[^\W\d_]+")
_LONG_TAG = re.compile(rf"<[a-zA-Z/!?][^<>]{{{LONG_TAG},}}>?")


def open_mail(raw: bytes) -> Message:
    """A mail as a Message; `problem` says why it could not be read whole."""
    try:
        root, charset, problem = split(raw[:MOST_BYTES])
        if len(raw) > MOST_BYTES:
            problem = "the mail is larger than 25 MB; only its beginning was read"
        return _message(root, problem, charset)
    except Exception as error:  # noqa: BLE001  whatever comes, it becomes an entry “please look”
        return unreadable(f"the mail is badly broken ({type(error).__name__})")


def unreadable(problem: str) -> Message:
    """A mail of which nothing could be read."""
    return Message("", "", (), (), (), (), (), None, None, (), (), (), "", problem=problem)


def _message(root: Part, problem: str, charset: str) -> Message:
    fields = [(name.lower(), value) for name, value in root.fields]
    headers = tuple([(name, decoded_words(value)[:MOST_VALUE]) for name, value in fields])
    first = dict(reversed(headers))
    boxes = _boxes(fields)
    parts = list(root.walk())
    text = _Texts(charset, certified=first.get("x-trasporto", "").lower() == "posta-certificata")
    own = text.whole(root)
    sealed = "" if own.strip() else next((SEALED[part.kind] for part in parts if part.kind in SEALED), "")
    sealed = SEALED["multipart/encrypted"] if is_sealed(own) else sealed
    found = ids(first.get("message-id", ""))
    return Message(
        message_id=found[0] if found else first.get("message-id", "").strip()[:250],
        subject=as_seen(" ".join(first.get("subject", "").split())),
        from_=boxes.get("from", ()),
        sender=boxes.get("sender", ()),
        reply_to=boxes.get("reply-to", ()),
        to=boxes.get("to", ()),
        cc=boxes.get("cc", ()),
        return_path=first["return-path"].strip("<> \t") if "return-path" in first else None,
        date=moment(first.get("date", "")),
        in_reply_to=ids(first.get("in-reply-to", "")),
        references=ids(first.get("references", "")),
        headers=headers,
        text=own,
        attachments=tuple(_attachments(parts)),
        report=tuple(text.plain(part)[:MOST_REPORT] for part in parts if part.kind in REPORTS),
        returned="\n".join(_returned(text, part) for part in parts if part.kind in RETURNED)[:MOST_RETURNED],
        content_type=root.kind,
        problem=problem or sealed or text.problem,
        calendar=next((part.content_type[:200] for part in parts if _is_calendar(part)), ""),
    )


def _boxes(fields: Iterable[Field]) -> dict[str, tuple[Mailbox, ...]]:
    """The mailboxes of each field that names some, by its name."""
    values = defaultdict[str, list[str]](list)
    for name, value in fields:
        if name in WITH_MAILBOXES:
            values[name].append(value)
    return {name: tuple([box for one in some[:MOST_SAME] for box in mailboxes(one)]) for name, some in values.items()}


class _Texts:
    """The texts of one mail's parts, and whether one of them was cut."""

    def __init__(self, charset: str, *, certified: bool) -> None:
        self.charset = charset
        self.certified = certified  # Italian certified mail carries the mail itself as a part (RFC 6109)
        self.cut = False
        self.differ = False  # its plain form and its HTML form
        self.hidden = False  # words of it, perhaps
        self._plain: dict[Part, str] = {}

    @property
    def problem(self) -> str:
        """Why a person should look at the mail itself."""
        return TOO_LONG if self.cut else TWO_TEXTS if self.differ else HIDDEN if self.hidden else ""

    def whole(self, root: Part) -> str:
        """The text of the mail, within limits."""
        carried = (part.parts[0] for part in root.walk() if self.certified and part.kind in FORWARDED and part.parts)
        text = self.of(next(carried, root))
        hidden, text = is_turned(text), without_armor(as_seen(text))
        self.hidden = self.hidden or hidden or is_disguised(text)
        text = text[: 5 * MOST_TEXT]
        if "\n\n\n\n" in text or "\n " in text or "\n\t" in text:
            text = _BLANK_LINES.sub("\n\n\n", text)
        if len(text) < MOST_LINES or (len(text) <= MOST_TEXT and text.count("\n") < MOST_LINES):
            return text
        self.cut = True
        return "\n".join(text[:MOST_TEXT].split("\n")[:MOST_LINES])

    def of(self, part: Part, *, root: bool = True) -> str:
        """What a person reads in a part and all below it, in order."""
        kind = part.kind
        if kind in RETURNED or (part.attached and not root):
            return ""
        if kind in REPORTS:  # some put the words of the notice there
            text = self.plain(part)
            return "" if _REPORTED.search(text) else text
        if kind == "multipart/alternative" and part.parts:
            return self._best(part.parts)
        if part.parts:
            return self._in_turn(part.parts)
        if kind == "text/html":
            return self.html(part) if root or not part.name else ""
        if kind.startswith("multipart/"):  # its boundary is missing or never comes
            return self.plain(part)
        return self.plain(part) if kind.startswith("text/") and kind not in NO_TEXT else ""

    def plain(self, part: Part) -> str:
        """The text of a part as it stands there; a form of it that is looked at twice is decoded once."""
        if part not in self._plain:
            self._plain[part] = self._decoded(part)
        return self._plain[part]

    def _decoded(self, part: Part) -> str:
        if len(part.body) > MOST_TEXT_BYTES:
            self.cut = True
        content = without_transfer_encoding(part.body[:MOST_TEXT_BYTES], part.encoding)
        return decoded_text(content, part.charset, self.charset)

    def html(self, part: Part) -> str:
        """The text of an HTML part; what is larger than any letter is cut before it costs anything."""
        html = _LONG_TAG.sub(" ", self.plain(part))
        if html.count("<") > MOST_TAGS:
            self.cut = True
            html = html[: next(islice(re.finditer("<", html), MOST_TAGS, None)).start()]
        if _levels(html) > MOST_LEVELS:  # a tree of them costs the square of its height
            self.cut = self.cut or strikes(html) or hides(html) or "<blockquote" in html.lower()
            return _TAG.sub("\n", html)
        self.hidden = self.hidden or writes(html)
        return self._seen(html) if hides(html) else html_to_text(html)

    def _seen(self, html: str) -> str:
        """The text without what its styles hide, if that says nothing new: a preheader. Else all of it, for a person.

        Which words a program shows it alone knows: sizes are inherited, classes restyled, some styles meant for one
        program only.
        """
        seen, whole = html_to_text(html, hidden=False), html_to_text(html)
        if seen.strip() and set(_WORD.findall(whole)) <= set(_WORD.findall(seen)):
            return seen
        self.hidden = True
        return whole

    def _in_turn(self, parts: list[Part]) -> str:
        """Text after text; HTML that only says again what was said is left out."""
        found: list[str] = []
        for part in parts:
            text = self.of(part, root=False)
            if text.strip() and not (part.kind == "text/html" and _is_said(text, found)):
                found.append(text)
        return "\n".join(found)

    def _best(self, parts: list[Part]) -> str:
        """The plain form of a text if it says as much as the others (RFC 2046 §5.1.4), else the richest.

        What HTML strikes out the plain form says as if nothing had happened.
        """
        struck = next((part for part in parts if part.kind == "text/html" and strikes(self.plain(part))), None)
        if struck is not None:
            return self.of(struck, root=False)
        plain = [self.of(part, root=False) for part in parts if part.kind == "text/plain"]
        best = "\n".join(dict.fromkeys(text for text in plain if text.strip()))
        for part in parts:
            if part.kind != "text/plain":
                best = self._better(best, part)
        return best

    def _better(self, best: str, part: Part) -> str:
        """The plain form so far, or another form: where that says more, or something else."""
        if part.kind != "text/html":
            text = self.of(part, root=False)
            return best if _says_as_much(best, text) else text
        exact = hides(self.plain(part))
        shown = self.of(part, root=False) if exact else self._shown(part)
        another = bool(best) and (not _holds(shown, best) or self._adds(best, part) or _denies_alone(best, shown))
        if not another and (len(shown) < 2 * len(best) or len(" ".join(shown.split())) < 2 * len(best)):
            return best
        text = shown if exact else self.of(part, root=False)
        if another and text.strip():
            # Nearly every program shows the HTML; a plain form without its words is a notice, or a trap.
            self.differ = self.differ or "html" not in best.lower()
            return text
        return best if _says_as_much(best, text) else text

    def _adds(self, plain: str, part: Part) -> bool:
        """Whether an HTML part has words that the plain form lacks, be it a “not”."""
        html = self.plain(part)
        body = max(html.find("<body"), html.find("<BODY"), 0)
        near = unescape(_TAG.sub(" ", html[body : body + MOST_BEGUN]))  # some words are parted by tags
        return _has_more(near, plain) and _has_more(self.of(part, root=False), plain)

    def _shown(self, part: Part) -> str:
        """What is seen of an HTML part, about and cheaply."""
        html = self.plain(part)
        body = max(html.find("<body"), html.find("<BODY"), 0)
        return _TAG.sub("", html[body:])


def _holds(shown: str, plain: str) -> bool:
    """Whether at least half of the first words of a plain form stand in another form of it."""
    found = islice(_WORD.finditer(plain, 0, MOST_LOOKED_AT), MOST_COMPARED)
    words = [one[:LONGEST_COMPARED] for one in map(re.Match.group, found)]
    return _has_half(shown, words) or _has_half(unescape(shown).replace("\u00ad", ""), words)


def _denies_alone(plain: str, shown: str) -> bool:
    """Whether a plain form has a “not” that another form has nowhere; those of its quoted lines are not its own."""
    lines = plain[: 2 * MOST_LOOKED_AT].split("\n")
    denied = DENIALS.intersection(lower_words("\n".join([line for line in lines if not line.startswith(">")])))
    denied = denied and denied.difference(_begun(as_seen(unescape(shown[:MOST_LOOKED_AT]))))  # mostly all of them
    return bool(denied) and not denied.issubset(lower_words(as_seen(unescape(shown))))


def _has_more(shown: str, plain: str) -> bool:
    """Whether one of the first words of a form is nowhere in the plain one; single letters are signs of lists."""
    words = {word for word in _first_words(as_seen(shown[:MOST_LOOKED_AT])) if len(word) > 1}
    said = as_seen(plain[: 2 * MOST_LOOKED_AT])
    words -= set(_begun(said))  # mostly all of them
    return bool(words) and not words.issubset(lower_words(said))


def _first_words(text: str) -> list[str]:
    begun = _begun(text)
    return (begun if len(begun) >= MOST_COMPARED else lower_words(text))[:MOST_COMPARED]


def _begun(text: str) -> list[str]:
    """The whole words with which a text begins: so many as are looked at of another form."""
    return lower_words(text[:BEGUN].rpartition(" ")[0])


def _has_half(text: str, words: Sequence[str]) -> bool:
    """Whether at least half of some words stand in a text; they are no longer looked for when so many were found."""
    half = (len(words) + 1) // 2
    return sum(1 for _ in islice(filter(text.__contains__, words), half)) == half


def _is_said(text: str, texts: list[str]) -> bool:
    """Whether texts have nearly all the words of another."""
    words, said = text.split(), {word for one in texts for word in one.split()}
    return sum(word in said for word in words) >= NEARLY * len(words)


def _levels(html: str) -> int:
    """How deep the tags are nested, about."""
    if html.count("<") < MOST_LEVELS:
        return 0
    steps = (-1 if found[1] else 1 for found in _NESTING.finditer(html))
    return max(accumulate(steps, initial=0))


def _says_as_much(one: str, other: str) -> bool:
    """Whether a text has at least half the words of another: links and captions may be missing, an answer may not."""
    return 2 * len(one.split()) >= len(other.split())


def _returned(text: _Texts, part: Part) -> str:
    """The headers and the text of a mail in a part."""
    if not part.parts:
        return text.plain(part)[:MOST_REPORT]
    inner = part.parts[0]
    head = "\n".join(f"{name}: {decoded_words(value)}" for name, value in inner.fields[:200])
    return f"{head}\n\n{text.of(inner)[:MOST_REPORT]}"


def _is_calendar(part: Part) -> bool:
    """A meeting itself, not a file about one (RFC 6047 §2.4)."""
    return part.kind == "text/calendar" and not part.attached


def _attachments(parts: list[Part]) -> Iterator[Attachment]:
    """Named and counted, never opened; a part that is no text is one even without a name."""
    for part in parts:
        shown = part.kind.startswith(("text/", "message/", "multipart/"))
        if part.name or part.attached or not shown:
            yield Attachment(file_name(part.name), part.kind, part.size)
