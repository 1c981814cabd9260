"""Says in a person's language what the machine noted in English: reasons, doubts, why a mail waits, what comes next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache

from outreach.core.letters.stationery import LANGUAGE
from outreach.core.reading.notices.reasons import reason_of
from outreach.entrypoints.web.days import OF_MONTH, day_said, days_within, number_said
from outreach.entrypoints.web.notes import ACTS, INSTEAD, NOTES
from outreach.entrypoints.web.words import BETWEEN, OWN_LOCALE, READINGS, STATES, language_name, mark
from outreach.model import ReadingKind, Sentence, State

Say = Callable[[str], str]
_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_REPLY = re.compile(r"[245]\d\d[ -]")  # RFC 5321 §4.2

# The core's sentences, as it writes them; %(name)s stands for what changes. What is not here is shown as it was noted.
SAYINGS = (
    # whose mail it is (core/whose/matching.py)
    mark("carries the reference of our letter"),
    mark("answers our letter"),
    mark("a person filed this sender's mail to it before"),
    mark("comes from an address that we know"),
    mark("names the address %(theirs)s"),
    mark("comes from its mail domain %(theirs)s"),
    mark("comes from a mail domain with its name (%(theirs)s)"),
    mark("names a person that we wrote to"),
    mark("the sender's name names “%(theirs)s”"),
    mark("the signature names “%(theirs)s”"),
    mark("the subject names “%(theirs)s”"),
    mark("the text names “%(theirs)s”"),
    mark("the letter that is quoted names “%(theirs)s”"),
    mark("%(whole)s in passing"),
    mark("the mail names its country"),
    mark("the mail is in a language of its country"),
    mark("the mail domain is another country's"),
    # may it say so (core/trust.py)
    mark("comes from another person at the mail domain we wrote to"),
    mark("comes from a mail domain that several invitees share"),
    mark("comes from another mail domain than the one we wrote to"),
    mark("claims to come from our own address"),
    mark("has no sender"),
    mark("is no answer to our letter"),
    mark("unsigned"),
    mark("signed by a mail provider that anybody can use"),
    mark("signed by the town hall's own domain"),
    mark("signed by its own domain, which we do not know"),
    mark("our own letter"),
    mark("a request to stop is believed at once"),
    mark("%(whole)s, but its mail server says the sender is not genuine"),
    mark("returns our letter"),
    mark("names an address that we wrote to, but returns no letter of ours"),
    mark("a notice that returns no letter of ours"),
    mark("carries a reference that is not genuine"),
    mark("its mail domain %(theirs)s looks like %(ours)s, and is another"),
    mark("names several senders at once"),
    mark("has two From lines"),
    mark("has a From line with a forbidden character"),
    mark("hides its sender in a group"),
    mark("has an address that cannot be"),
    mark("shows one address and comes from another"),
    mark("a person filed this sender's mail here before; this one is new"),
    mark("is dated before our letter, as an old mail sent again would be"),
    mark("but it names the office of another place, “%(theirs)s”"),
    mark("but it names the place neither in its mail domain nor in its words"),
    mark("came through a mailing list"),
    mark("is matched by its words alone, which may be another town's"),
    mark("was sent on by somebody, and is unsigned"),
    mark("was handed in by another mail domain than its sender's, and is unsigned"),
    mark("wants its answer at another mail domain, and is unsigned"),
    mark("%(theirs)s filed it to this invitee"),
    mark("written by the secretariat"),
    # why it waits (core/recording.py)
    mark("it is not clear whose mail this is"),
    mark("it is dated %(dated)s, and counts by its arrival on %(came)s"),
    mark("it is not clear what it says"),
    mark("the machine suggests “%(word)s” but is not sure"),
    mark("could not be read whole, please look: %(whole)s"),
    mark("automatic reply"),
    mark("an automatic reply of nobody we wrote to"),
    mark("an automatic reply that does not come from its own people"),
    mark("permanent failure: %(theirs)s"),
    mark("temporary failure: %(theirs)s"),
    mark("of no invitee"),
    mark("the secretariat's own answer"),
    mark("this mail broke the reader three times; please look at it"),
    mark("it has answered before, find another address"),
    # why it, or an attachment, could not be read whole (core/reading/opening, adapters/guarded.py, adapters/forms.py)
    mark("its text is very long; only the beginning was read"),
    mark("the mail is larger than 25 MB; only its beginning was read"),
    mark("it has too many parts; only the first were read"),
    mark("its parts are nested too deeply; only the outer ones were read"),
    mark("it has more than 1,000 headers, or more than 256 kB of them; only the first were read"),
    mark("some of its words may be hidden"),
    mark("its plain form and its HTML form say different things"),
    mark("it is encrypted; please open it in the mail program"),
    mark("it is encrypted or sealed; please open it in the mail program"),
    mark("its text may be in a winmail.dat, which only Outlook opens"),
    mark("opening it took too much time or memory"),
    mark("opening it took too much time or memory; only its headers were read"),
    mark("it is larger than 10 MB"),
    mark("reading it took too much time or memory"),
    mark("it is neither PDF nor DOCX"),
    mark("it holds no text; it may be a scan"),
    mark("it is protected by a password"),
    mark("it has more than %(number)s pages"),
    mark("it is broken (%(theirs)s)"),
    mark("unpacked it is too large"),
    # what makes a reading doubtful (core/reading)
    mark("a word of refusal"),
    mark("a word of withdrawal"),
    mark("a no"),
    mark("a short no"),
    mark("a wish to end something"),
    mark("another event"),
    mark("is it genuine?"),
    mark("something is pending"),
    mark("a condition"),
    mark("something is lacking"),
    mark("a negation"),
    mark("would"),
    mark("must"),
    mark("something is asked for"),
    mark("costs or duties"),
    mark("news to come"),
    mark("something comes before"),
    mark("no objection"),
    mark("another contact"),
    mark("the campaign"),
    mark("joining"),
    mark("no word testifies to it"),
    mark("no sentence says it alone"),
    mark("no sentence says it clearly"),
    mark("other business"),
    mark("what the mayor says"),
    mark("it hangs on a condition"),
    mark("joining is denied"),
    mark("it is asked"),
    mark("it is asked whether"),
    mark("mockery"),
    mark("weariness"),
    mark("a choice is left open"),
    mark("an objection is taken back"),
    mark("it may only say that it came"),
    mark("a yes to what?"),
    mark("language"),
    mark("this language is read by a person"),
    mark("no words"),
    mark("nothing is written in it"),
    mark("boxes to tick"),
    mark("something is struck out"),
    mark("the subject may be ours"),
    mark("the answer may be in the attachment"),
    mark("persons read it differently"),
    mark("a person read it so"),
    mark("a forwarded mail says so"),
    mark("a person read %(word)s"),
    mark("the machine reads %(word)s"),
    mark("the letter's link to stop"),
    mark("notice"),
    mark("calendar"),
    mark("header"),
    mark("subject"),
    mark("alone"),
    mark("away"),
    mark("stand-in"),
    # why nothing leaves (campaign/sending/posting.py)
    mark("paused by %(theirs)s"),
    mark("the relay said “%(theirs)s”"),
    mark("the relay refuses every address: “%(theirs)s”"),
    # what comes next (core/followup.py)
    mark("all reminders went out"),
    mark("no reminders are planned"),
    mark("a person stopped all letters"),
    mark("has not decided yet; listed for the secretariat"),
    *NOTES,
)
DOUBT = "doubt: "
DATED = ("day", "dated", "came", "moment")  # places of days
TONGUES = ("language", "languages", "default_language")  # places of codes of languages
ACT = "act"  # the place of what a person did
DEEPEST = 4  # sentences within each other
# Why a letter came back (core/reading/notices/reasons.py).
FAILURES = {
    "address_unknown": mark("the address does not exist"),
    "address_moved": mark("the address has moved"),
    "mailbox_closed": mark("the mailbox is closed"),
    "domain_unknown": mark("there is no mail server of that name"),
    "accepts_no_mail": mark("the address accepts no mail"),
    "mailbox_full": mark("the mailbox is full"),
    "policy": mark("their mail server refused the letter by its rules"),
    "filtered": mark("their mail server took the letter for unwanted"),
    "sender": mark("their mail server does not accept our address"),
    "letter": mark("their mail server did not accept the letter as it is"),
    "server_fault": mark("their mail server has a fault"),
    "not_reached": mark("their mail server could not be reached"),
    "passing": mark("their mail server was busy"),
    "delayed": mark("the delivery is delayed"),
    "unknown": mark("the letter could not be delivered"),
}


def failure_words(noted: str) -> str:
    """What a code (RFC 3463) or reason of a failed delivery says, as a message; a server's own words stay."""
    if _CODE.fullmatch(noted):
        return FAILURES.get(reason_of("", noted), FAILURES["unknown"])
    return FAILURES.get(noted, noted)


def reply_words(reply: str) -> str:
    """What a mail server's reply to a letter says, as a message; "" for what is no reply, or does not tell."""
    if not _REPLY.match(reply):
        return ""
    if reply.startswith("2"):
        return mark("the mail server took it")
    code = _CODE.search(reply)
    reason = reason_of(reply, code[0] if code else "")
    return "" if reason == "unknown" else FAILURES.get(reason, "")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return _compiled({**{one: one for one in SAYINGS if "%(" in one}, **INSTEAD})


@cache
def _acts() -> tuple[tuple[re.Pattern[str], str], ...]:
    return _compiled({one: one for one in ACTS})


def _compiled(changing: Mapping[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(_pattern(noted), re.DOTALL), message) for noted, message in changing.items())


def _pattern(message: str) -> str:
    parts = re.split(r"%\((\w+)\)s", message)
    return "".join(_place(part) if number % 2 else re.escape(part) for number, part in enumerate(parts))


def _place(name: str) -> str:
    """What may stand in a place: a note may have several parts, but one of others' words ends where the next begins."""
    return f"(?P<{name}>.+)" if name == "whole" else f"(?P<{name}>(?:(?!; ).)+)"


@cache
def _words() -> Mapping[str, str]:
    """Kinds and states as the core names them, in the page's words."""
    kinds = {kind.value.replace("_", " "): READINGS[kind] for kind in ReadingKind}
    return {**{state.value.replace("_", " "): STATES[state] for state in State}, **kinds}


def said(say: Say, sentence: str, *, deep: int = 0) -> str:
    """A sentence of the core in the person's words; as it was noted where it has none.

    Args:
        say: The person's language.
        sentence: What was noted; it may hold words of others.
        deep: How many sentences it stands within. Ours stand in few; a stranger could write any number.
    """
    if isinstance(sentence, Sentence):
        return _filled(say, sentence)
    if deep > DEEPEST:
        return sentence
    whole = _known(say, sentence.removeprefix(DOUBT), deep)
    if whole is not None:
        return whole
    parts = sentence.removeprefix(DOUBT).split("; ")
    told = [_known(say, part, deep) or part for part in parts]
    return sentence if told == parts else say(BETWEEN).join(told)  # a stranger's words stay as they are


def _known(say: Say, sentence: str, deep: int) -> str | None:
    if sentence in SAYINGS:
        return say(sentence)
    if (word := _words().get(sentence.replace("_", " "))) is not None:
        return say(word)
    return _matched(say, sentence, _patterns(), deep)


def _matched(say: Say, sentence: str, patterns: Iterable[tuple[re.Pattern[str], str]], deep: int) -> str | None:
    for pattern, message in patterns:
        if found := pattern.fullmatch(sentence):
            return say(message) % {name: _value(say, name, value, deep) for name, value in found.groupdict().items()}
    return None


def error_words(say: Say, error: Exception) -> str:
    """What an error says, in the person's words."""
    return said(say, error.args[0] if error.args and isinstance(error.args[0], str) else str(error))


def _filled(say: Say, sentence: Sentence) -> str:
    message = say(sentence.message)
    if not sentence.values:
        return message if message != sentence.message else said(say, str(sentence))
    within = {name: _within(say, name, value) for name, value in sentence.values.items()}
    if sentence.message in OF_MONTH:  # as core/succession.py writes days
        within["day"] = number_said(say, within["day"])
    return message % within


def _within(say: Say, name: str, value: object) -> object:
    """A sentence, a day, a language or an act within another one is said too."""
    if isinstance(value, Sentence):
        return said(say, value)
    if name in TONGUES:
        return re.sub(LANGUAGE, lambda code: language_name(code[0], say(OWN_LOCALE)), str(value))
    if name == ACT:
        return _matched(say, str(value), _acts(), 0) or value
    return day_said(say, value) if isinstance(value, date) else value


def _value(say: Say, name: str, value: str, deep: int) -> str:
    """What stands in the place: words of ours are translated, those of others stay."""
    if name == "whole":
        return said(say, value, deep=deep + 1)
    if name == "word":
        return say(_words().get(value.replace("_", " "), value))
    if name in DATED:
        return days_within(say, value)
    return say(FAILURES[value]) if value in FAILURES else value
