"""Finds the lines that mail programs put above a quoted mail: “On … wrote:”, From: and Sent:, “Original Message”."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from outreach.languages.quoting import load_quoting

WROTE, HEADER, ORIGINAL, FORWARDED = "wrote", "header", "original", "forwarded"

MOST_LINES = 6  # over which “On … wrote:” may be broken
MOST_CHARACTERS = 400  # that such a line has
MOST_HEADER_LINES = 24
MOST_LABEL = 40
MOST_KEPT = 1 << 9  # answers about lines: a mail's are asked for several times, and many mails have the same
MOST_TRIED = 400  # lines that might be a mark and are none
ENOUGH_LABELS = 3  # of From, Sent, To and Subject
LONG = 60  # a line that a mail program may have broken

# A date with its first words: up to three of them, then a number.
_DATED_START = re.compile(
    r"(?:[^\s\d<>@:]{1,16},?\s+){0,4}[^\s\d<>@:+]{0,3}\d{1,4}(?=[\s.,/:\u00ba\u00b0年년-]|st|nd|rd|th|er|$)"
)
_CLOCK = re.compile(r"\d{1,2}\s?[:.hH時点시]\s?\d{2}(?!\d)|\d\s?[apAP]\.?\s?[mM]\b")
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_ADDRESS = re.compile(r"[^\s<>@\"'(),;:\[\]]{1,64}+@[^\s<>@\"'(),;:\[\]]{1,253}+")
# What stands behind the @ of each; the sign comes first, so that only its places are looked at.
_DOMAIN = re.compile(r"@(?<=[^\s<>@\"'(),;:\[\]]@)([^\s<>@\"'(),;:\[\]]{1,253}+)(?:@[^\s<>@\"'(),;:\[\]]{0,253}+)?")
_ENDS_WITH_ADDRESS = re.compile(r"[^\s@]@[^\s@]+[>)\]]?[>)\]]?$")
_NAMED = re.compile(r"[^<>@]{0,100}<[^<>@\s]{1,64}@[^<>@\s]{1,253}>")
_INITIALS = re.compile(r"^[A-Z]{1,2}>(?=\s|$)")  # “JS> ”, as some programs quote John Smith
_UNSEEN = str.maketrans("", "", "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_SIGNS = frozenset(map(chr, _UNSEEN))
_WORD = re.compile(r"\w+")
_ALIKE = str.maketrans("İıſς", "iisσ")
_FIRST = "-_=~—–─*"
_LAST = ":：-—>)*_\u200f\u200e\u202c\u2069"
_DASHES = "-_=~—–─ *\xa0\t"
_BETWEEN_SIGNS = re.compile(r">>> ?([^<>]{0,100}<[^<>@\s]{1,64}@[^<>@\s]{1,253}>[^<>]{0,60}?) ?>>>")  # GroupWise
_WITHIN = re.compile(r"(?<=[^\s-])-{2,}\s?On .{5,300}\bwrote:\s*$")


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands above a quoted mail, and whom it names."""

    kind: str
    start: int  # its first line
    end: int  # the line behind it
    words: str = ""  # all of it
    sure: bool = True  # it names an address or an hour, as a mail program does and a memorandum does not

    @property
    def domains(self) -> frozenset[str]:
        """The mail domains that it names."""
        return frozenset(found.lower().rstrip(".") for found in _DOMAIN.findall(self.words))

    @property
    def sender_domain(self) -> str:
        """The mail domain of the first address that it names, which is the sender's; "" for none."""
        found = _DOMAIN.search(self.words)
        return found[1].lower().rstrip(".") if found is not None else ""

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses that it names."""
        return frozenset(found.group().lower() for found in _ADDRESS.finditer(self.words))


def _verb(text: str) -> re.Match[str] | None:
    """The first verb of “wrote” in a text; in scripts without blanks it may stand within a word."""
    small, verbs = _small(text), _verbs()
    likely = [verb for word in verbs.keys() & _WORD.findall(small) for verb in verbs[word]]
    likely += [verb for verb in verbs[""] if verb in small]
    return _any_verb(frozenset(likely)).search(text) if likely else None


@lru_cache(maxsize=1)
def _verbs() -> Mapping[str, Sequence[str]]:
    """The verbs by their longest word; by "" those of scripts without blanks."""
    found = defaultdict[str, list[str]](list)
    for verb in load_quoting().wrote | {"sent"}:
        found["" if _is_unparted(verb) else max(_WORD.findall(_small(verb)), key=len)].append(verb)
    return found


@lru_cache(maxsize=1 << 8)
def _any_verb(verbs: frozenset[str]) -> re.Pattern[str]:
    words = sorted(verbs, key=lambda verb: (-len(verb), verb))
    parted = "|".join(re.escape(word) for word in words if not _is_unparted(word))
    others = [re.escape(word) for word in words if _is_unparted(word)]
    return re.compile("|".join([*([rf"(?<!\w)(?:{parted})(?!\w)"] if parted else []), *others]), re.IGNORECASE)


def _is_unparted(word: str) -> bool:
    return ord(word[0]) >= 0x3000 or "\u0e00" <= word[0] <= "\u0e7f"  # noqa: PLR2004


def _small(text: str) -> str:
    """A text in small letters, those that are the same to `re.IGNORECASE` written alike."""
    return text.lower() if text.isascii() else text.translate(_ALIKE).lower().translate(_ALIKE)


@lru_cache(maxsize=1)
def _nouns() -> frozenset[str]:
    """What a quoted mail is called: the longer words of “Original message”."""
    return frozenset(word for words in load_quoting().original for word in words.split() if len(word) > 3)  # noqa: PLR2004


def _seen(text: str) -> str:
    """A text without what is not seen."""
    return text if text.isascii() or text.isprintable() or _SIGNS.isdisjoint(text) else text.translate(_UNSEEN)


def clean(line: str) -> str:
    """A line without what is not seen and without quote signs, stars and blanks around it."""
    return _seen(line).strip(" >*_\t\xa0")


def marks(lines: Sequence[str]) -> Iterator[Mark]:
    """Every mark that stands outside of lines quoted with “>”, in order; a text of nothing but colons is given up."""
    behind, tried = 0, 0
    for number, line in enumerate(lines):
        if number < behind or not line or line[0] == ">" or not _may_be(line):
            continue
        tried += 1
        found = _mark(lines, number, behind)
        if found is not None:
            yield found
            behind = found.end
        elif tried > MOST_TRIED:
            return


def _may_be(line: str) -> bool:
    """A quick look at its ends."""
    if line[-1] in _LAST or line[0] in _FIRST:
        return True
    head = line[:MOST_LABEL]
    return ":" in head or "：" in head or (head[0].isspace() and head.lstrip()[:1] in _FIRST)


def _mark(lines: Sequence[str], number: int, behind: int) -> Mark | None:
    line = lines[number]
    bare = clean(line)
    if not bare:
        return None
    if bare[0] in _FIRST or line.lstrip()[:1] in ("_", "*"):
        found = _separator(lines, number, line)
        if found is not None:
            return found
    if label(line) is not None:
        found = _header(lines, number)
        if found is not None:
            return found
    return _wrote(lines, number, behind) if bare[-1] in ":：-—" or line[-1] in ">)" else None


def _is_broken_off(lines: Sequence[str], number: int) -> bool:
    """“> wrote:”, where the sign is the end of an address that was broken over lines."""
    told = clean(lines[number]).rstrip(":： ")
    return (
        number > 0
        and _any_verb(load_quoting().wrote | {"sent"}).fullmatch(told) is not None
        and len(lines[number]) < LONG
        and lines[number].endswith(":")
        and lines[number - 1][:1] not in ("", ">")
    )


# ---------------------------------------------------------------- “On … somebody wrote:”


def _wrote(lines: Sequence[str], number: int, behind: int) -> Mark | None:
    """The mark that ends in this line; it may begin some lines above."""
    bare = clean(lines[number])
    colon = bare[-1:] in (":", "：")
    if colon and bare[:-1].strip().lower() in load_quoting().forwarded:
        return Mark(FORWARDED, number, number + 1)
    followed = _quoted_next(lines, number + 1)
    if not colon and not bare.endswith(("--", "—")) and not (followed and "@" in bare):
        return None
    for first, joined in _joined(lines, number, behind):
        if _starts(joined) and _tells(joined, colon=colon, followed=followed):
            return Mark(WROTE, first, number + 1, joined)
    return _named(lines, number, followed=followed, behind=behind)


def _joined(lines: Sequence[str], number: int, behind: int) -> Iterator[tuple[int, str]]:
    """The line, then with the one above it, and so on, as long as they may belong together."""
    joined, empty = "", 0
    for first in range(number, max(behind, number - MOST_LINES) - 1, -1):
        part = _seen(lines[first]).strip(" *_\t\xa0-") if first == number else clean(lines[first])
        if not part:
            empty += 1
            if empty > 1 or not joined.startswith("<"):
                return
            continue
        joined = f"{part} {joined}".strip()
        if len(joined) > MOST_CHARACTERS:
            return
        yield first, joined
        if first < number and lines[first].endswith((".", "!", "?")):
            return


@lru_cache(maxsize=MOST_KEPT)
def _starts(joined: str) -> bool:
    """Whether a line begins as “On Friday, 15 July” does."""
    text = joined.lstrip("-—–=>[( ").strip('"“«')
    return _DATED_START.match(text) is not None or load_quoting().quoting.begin(text.lower())


@lru_cache(maxsize=MOST_KEPT)
def _tells(joined: str, *, colon: bool, followed: bool) -> bool:
    """Whether what begins with a date says that somebody wrote."""
    verb = _verb(joined)
    if verb is not None:
        return followed or _names_one(joined, joined[verb.end() :].strip(" \t:：-—–)"))
    text = joined.lstrip("-—–=>[( ").rstrip(":： ")
    first = text.split(" ", 1)[0].lower()
    if load_quoting().quoting.begin(text.lower()):
        return "@" in joined and colon
    opens = first[:1].isdigit() or first[-1:] in ",." or first in load_quoting().on
    dated = _DATE.search(joined) is not None or _CLOCK.search(joined) is not None
    return opens and dated and (colon or followed) and _ENDS_WITH_ADDRESS.search(text) is not None


def _names_one(joined: str, behind: str) -> bool:
    """An address as programs write it, or an hour or a date in figures: not “we sent the following to a@b.example:”."""
    if re.search(r"[<(\[\"]\S*@|mailto:", _seen(joined)):
        return True
    dated = _CLOCK.search(joined) is not None or _DATE.search(joined) is not None
    return ("@" in joined or dated) and not behind[:1].islower()


def _named(lines: Sequence[str], number: int, *, followed: bool, behind: int) -> Mark | None:
    """“Somebody <address> wrote:” without a date before it, or a plain “Somebody wrote:” right above a quote."""
    bare = clean(lines[number])
    if bare[-1:] not in (":", "："):
        return None
    joined, first = bare, number
    if number > behind and not _NAMED.match(bare) and _NAMED.match(clean(lines[number - 1])):
        joined, first = f"{clean(lines[number - 1])} {bare}", number - 1
    elif bare.startswith("<") and number > behind and lines[number - 1].strip():
        first = number - 1
    if len(joined) > MOST_CHARACTERS or _verb(joined) is None:
        return None
    if _NAMED.match(joined) or (followed and len(joined.split()) <= 12):  # noqa: PLR2004
        return Mark(WROTE, first, number + 1, joined)
    return None


def _quoted_next(lines: Sequence[str], number: int) -> bool:
    """Whether the next line that is not empty is quoted."""
    for line in lines[number : number + 4]:
        if line.strip():
            return line.lstrip().startswith((">", "|"))
    return False


# ---------------------------------------------------------------- separators


def _separator(lines: Sequence[str], number: int, line: str) -> Mark | None:
    """“-----Original Message-----”, and “---- On … wrote ----”."""
    text = _seen(line).strip().replace("&nbsp;", " ")
    told = text.strip(_DASHES + ":：").lower()
    if not told or len(told) > MOST_CHARACTERS:
        return None
    words = load_quoting()
    if len(told) < LONG:
        sided = text[-2:].strip(_DASHES) == "" and len(told.split()) <= 4  # noqa: PLR2004
        if told in words.forwarded:
            return _with_header(lines, Mark(FORWARDED, number, number + 1))
        if told in words.original or (sided and not _nouns().isdisjoint(told.split())):
            return _with_header(lines, Mark(ORIGINAL, number, number + 1))
    if told.startswith(("forwarded by ", "original message from ", "inoltrato da ", "weitergeleitet von ")):
        return _with_header(lines, Mark(FORWARDED, number, number + 1, told))
    return None


def _with_header(lines: Sequence[str], mark: Mark) -> Mark:
    """A separator together with the header lines or the “On … wrote:” that stand right below it."""
    number = mark.end
    while number < len(lines) and number < mark.end + 4 and not lines[number].strip(" \t>_*-="):
        number += 1
    if number >= len(lines):
        return mark
    header = _header(lines, number)
    if header is not None:
        return Mark(mark.kind, mark.start, header.end, header.words, header.sure)
    for last in range(number, min(number + 3, len(lines))):
        wrote = _wrote(lines, last, number) if clean(lines[last])[-1:] in (":", "：") else None
        if wrote is not None:
            return Mark(mark.kind, mark.start, wrote.end, wrote.words)
    return mark


# ---------------------------------------------------------------- header lines


def label(line: str) -> str | None:
    """The kind of header that a line begins with: sender, sent, to, subject or other."""
    return _label(line[: MOST_LABEL + 10])


@lru_cache(maxsize=MOST_KEPT)
def _label(head: str) -> str | None:
    text = _seen(head).replace("：", ":")
    at = text.find(":")
    if at < 1:
        return None
    return load_quoting().labels.get(text[:at].strip(" >*_\t\xa0|").lower())


def _header(lines: Sequence[str], number: int) -> Mark | None:
    """From:, Sent:, To: and Subject: one below the other, in any language; values may go on in further lines."""
    kind = label(lines[number])
    if kind is None:
        return None
    kinds = {kind}
    last, loose = number, 0
    for at in range(number + 1, min(number + MOST_HEADER_LINES, len(lines))):
        line = lines[at]
        found = label(line)
        if found is not None:
            if found != "other" and found in kinds and kinds >= {"sender", "sent", "subject"}:
                break
            kinds.add(found)
            last, loose = at, 0
            continue
        loose += 1
        if loose > 2 or (not line.strip() and "subject" in kinds and "sender" in kinds):  # noqa: PLR2004
            break
    words = "\n".join(line[:MOST_CHARACTERS] for line in lines[number : last + 1])
    main = kinds - {"other"}
    words = _seen(words)
    sure = "@" in words or _CLOCK.search(words) is not None
    if len(main) >= ENOUGH_LABELS or (main == {"sender", "sent"} and "@" in words and _DATE.search(words)):
        return Mark(HEADER, number, last + 1, words, sure)
    return None


def above(lines: Sequence[str], mark: Mark) -> int:
    """Where what belongs to a mark begins: rules and empty lines above it are no text."""
    number = mark.start
    while number and not lines[number - 1].strip(" \t>_*-=─\xa0"):
        number -= 1
    return number


def own_lines(lines: list[str]) -> list[str]:
    """The lines, where a mark that stands behind other words has a line of its own, and one that was broken no “>”."""
    likely = [at for at, line in enumerate(lines) if line and (line[-1] == ":" or (">" in line and ">" in line[1:3]))]
    for number in likely:
        line = lines[number]
        if ">" in line[1:3]:
            told = _BETWEEN_SIGNS.fullmatch(line)
            lines[number] = f"{told[1]} wrote:" if told is not None else _INITIALS.sub(">", line)
        if not line.endswith(":") or len(line) > MOST_CHARACTERS:
            continue
        if line[0] == ">" and _is_broken_off(lines, number):
            lines[number] = clean(line)
        found = _WITHIN.search(line) if "--" in line else None
        if found is not None:
            return [*lines[:number], line[: found.start()], line[found.start() :], *lines[number + 1 :]]
    return lines
