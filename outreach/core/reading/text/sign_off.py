"""Takes away what stands below an answer: signature, “Sent from my …”, notices of confidentiality, footers of lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from outreach.languages.anywhere import Anywhere
from outreach.languages.quoting import load_quoting

MOST_SIGNATURE = 25  # lines that are not empty
MOST_WIDE = 100  # characters of a line of a signature
MOST_PARAGRAPHS = 6  # of what stands below an answer
MOST_BELOW = 200  # lines that may stand below “Sent from my …”
TELLING = 2  # words of a notice of confidentiality: a person may have one of them
MOST_FOOTER = 12  # words of “Sent from my …”

_DELIMITER = re.compile(r"\s{0,3}(?:-- ?|—|–|__+|-{2,3}|={2,})\s*$")  # “-- ”: RFC 3676 §4.3
_RULE = re.compile(r"[\s*]*[-_=*~+#─]{3,}[\s*]*$")
_DELIMITERS = frozenset("-_=—–*~#")
_ORNAMENT = re.compile(r"[\s\-_=*~+#─•·|ᐧ>\u200b\xa0]*$")
_POSTSCRIPT = re.compile(
    r"\s{0,3}(?:p\.\s?[sd]\.|p[sd] ?:|ps\s|post\s?-?scriptum|pos[td]?data|n\.?\s?b[.:])", re.IGNORECASE
)
_PHONE = re.compile(
    r"(?:\+|\(0|\b0|\b[TtPpFfMm][.:]|\b[Tt]el|\b[Ff]ax|\d{3}[-.]\d{3})[\d\s().:/+-]{6,}|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b"
)
_FIGURES = re.compile(r"[\d\s().:/+-]{6}")  # as every telephone number has
_PARTED = re.compile(r"\s[|·•]\s|\|")
_PLACE = re.compile(r"<?https?://\S+>?|[\[\]()*_<>]|[.!:]\s*$")
_END = (",", ".", "!", "?", ":", ";", "…", "。", "？", "！")
_LINK = re.compile(r"<?(?:https?://|www\.)\S+>?$|\[[^\]]{0,200}\]$")
_WORDS = re.compile(r"[^\s,;:!?()']+")
_SMALL = 3  # letters of “of”, “de”, “und”, which names keep small


def without_sign_off(lines: Sequence[str]) -> list[str]:
    """The lines of an answer without what its mail program or its writer always puts below."""
    delimited = above_delimiter(list(lines))
    kept = _without_footer(delimited)
    if len(delimited) < len(lines) and not (delimited and delimited[-1].strip()):
        return kept  # it had its signature, and no second one
    return _again_and_again(_shorter, kept)


def _without_footer(lines: list[str]) -> list[str]:
    """The lines without what a mail program puts below."""
    return _again_and_again(_without_notice, _trimmed(_before_footer(lines)))


def _again_and_again(take_away: Callable[[list[str]], list[str]], lines: list[str]) -> list[str]:
    """The lines when nothing more is taken away below, one paragraph after the other."""
    for _ in range(MOST_PARAGRAPHS):
        shorter = _trimmed(take_away(lines))
        if len(shorter) == len(lines):
            break
        lines = shorter
    return lines


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and len(lines[end - 1]) < MOST_WIDE and _ORNAMENT.match(lines[end - 1]):
        end -= 1
    return lines[:end]


def _end_begins(lines: Sequence[str]) -> int:
    """Where the last lines begin that may be a signature."""
    filled, number = 0, len(lines)
    while number and filled <= MOST_SIGNATURE:
        number -= 1
        filled += bool(lines[number].strip())
    return number


def above_delimiter(lines: list[str]) -> list[str]:
    """What stands above “-- ”, or above a rule with little but a signature below it."""
    for number in range(_end_begins(lines), len(lines)):
        line = lines[number]
        if len(line) > MOST_WIDE or line.lstrip()[:1] not in _DELIMITERS:
            continue
        if _DELIMITER.match(line) or (_RULE.match(line) and _is_signature(_below(lines, number))):
            return [*lines[:number], *_postscript(lines[number + 1 :])]
    return lines


def _postscript(below: Sequence[str]) -> Sequence[str]:
    """What somebody added below their signature: “P.S. The council still has to vote.”"""
    start = next((number for number, line in enumerate(below) if _POSTSCRIPT.match(line)), None)
    return [] if start is None else ["", *below[start:]]


def _below(lines: Sequence[str], number: int) -> list[str]:
    return [line for line in lines[number + 1 :] if line.strip()][:8]


def _before_footer(lines: list[str]) -> list[str]:
    """Without “Sent from my …”; where something is written above it, nothing below it is new."""
    for number in range(max(0, len(lines) - MOST_BELOW), len(lines)):
        if lines[number] and _is_footer(lines[number]) and _stands_apart(lines, number):
            if any(one.strip() for one in lines[:number]):
                return lines[:number]
            return lines[number + 1 :]
    return lines


def _is_footer(line: str) -> bool:
    """“Sent from my …”, in the words of a mail program of a telephone."""
    if len(line) > MOST_WIDE * 2:
        return False
    bare = line.strip(" *_\t\xa0-[(<>•").lower()
    return load_quoting().mobile.begin(bare) and len(bare.split()) <= MOST_FOOTER


def _stands_apart(lines: Sequence[str], number: int) -> bool:
    """An empty line follows, and one stands above, or a short line such as a name."""
    below = number + 1 >= len(lines) or not lines[number + 1].strip() or _ORNAMENT.match(lines[number + 1])
    over = number == 0 or not lines[number - 1].strip() or len(lines[number - 1].split()) <= 4  # noqa: PLR2004
    return bool(below or _LINK.match(lines[number + 1].strip())) and over


# ---------------------------------------------------------------- the last paragraph


def _last_paragraph(lines: Sequence[str]) -> int:
    """Where it begins; a long one is no signature, and where it begins does not matter."""
    start = len(lines)
    while start and len(lines) - start < MOST_BELOW and lines[start - 1].strip():
        start -= 1
    return start


def _without_notice(lines: list[str]) -> list[str]:
    """Without the last paragraph, or its end, if it is a notice to whoever reads, or a link by which one leaves."""
    lines = _without_button(lines)
    start = _last_paragraph(lines)
    if not any(line.strip() for line in lines[:start]):
        return lines
    nearest = max(start, len(lines) - MOST_SIGNATURE)
    if not _is_notice(lines[nearest:]):
        return lines
    secret = load_quoting().secret
    while nearest + 1 < len(lines) and _is_notice(lines[nearest + 1 :]) and not secret.found_in(lines[nearest].lower()):
        nearest += 1
    return lines[:nearest]


def _without_button(lines: list[str]) -> list[str]:
    """Without a last line such as “Unsubscribe”, where an answer stands above; bare, only below a name or a closing."""
    words = _button(lines[-1]) if lines else ""
    over = _trimmed(lines[:-1])
    if not words or not any(_is_sentence(line) for line in over):
        return lines
    return lines if words in load_quoting().leave and _is_sentence(over[-1]) else over


def _button(line: str) -> str:
    """The words of a link by which one leaves a list, small; "" where a line is none."""
    if not _leaving_words().found_in(line[:MOST_WIDE].lower()):
        return ""
    parts = [" ".join(_small(_PLACE.sub(" ", part)).split()) for part in _PARTED.split(line[:MOST_WIDE])]
    return next((part for part in parts if _leaves(part)), "")


@lru_cache(maxsize=1)
def _leaving_words() -> Anywhere:
    """The longest word of each verb that such a link has."""
    return Anywhere(max(re.findall(r"\w+", verb), key=len) for verb in load_quoting().leave)


def _leaves(words: str) -> bool:
    return any(_leaves_by(verb, words) for verb in load_quoting().leave if verb in words)


def _leaves_by(verb: str, words: str) -> bool:
    if words == verb:
        return True
    quoting = load_quoting()
    others = set(words.replace(verb, " ").split())
    beside = words.startswith(f"{verb} ") or words.endswith(f" {verb}")
    return beside and bool(others & quoting.letters) and others <= quoting.letters | quoting.small


def _is_sentence(line: str) -> bool:
    return line.rstrip().endswith((".", "!", "?")) and len(line.split()) >= 3  # noqa: PLR2004


def _shorter(lines: list[str]) -> list[str]:
    """Without the last paragraph, if it is a notice, a signature, or a closing that stands apart."""
    start = _last_paragraph(lines)
    paragraph = lines[start:]
    if not paragraph or any(one.startswith(">") for one in paragraph):
        return lines
    if len(paragraph) > MOST_SIGNATURE:
        return lines
    over = _trimmed(lines[:start])
    if over and over[-1].endswith((":", "：")):
        return lines  # “Our contact is:”
    if _is_signature(paragraph) and (over or len(paragraph) <= 4 or _has_phone("\n".join(paragraph[:8]))):  # noqa: PLR2004
        return over
    if _is_closing(paragraph) and _is_set_apart(start, over):
        return over
    noticed = _without_notice(lines)
    return next((one for one in (noticed, _above_scraps(lines)) if len(one) < len(lines)), _above_office(lines))


def _above_scraps(lines: list[str]) -> list[str]:
    """Without a signature of several paragraphs: its head has a telephone or columns, the rest is no sentence."""
    end = len(lines)
    for _ in range(MOST_PARAGRAPHS):
        end = len(_trimmed(lines[:end]))
        start = _last_paragraph(lines[:end])
        paragraph = lines[start:end]
        if not start or not paragraph or any(not _is_scrap(line) for line in paragraph):
            return lines
        head = "\n".join(paragraph[:3])
        if _is_signature(paragraph) and ("|" in head or _has_phone(head)):
            return lines[:start]
        end = start
    return lines


def _above_office(lines: list[str]) -> list[str]:
    """Without what stands below a closing and a name: office, telephone, slogan; whole sentences apart stay."""
    filled = [number for number in range(_end_begins(lines), len(lines)) if lines[number].strip()]
    for closing, name, below in zip(filled, filled[1:], filled[2:], strict=False):
        if not _closes(lines[closing]) or not any(line.strip() for line in lines[:closing]):
            continue
        if _is_heading(lines[name].strip(" *_")) and _is_signature([lines[n] for n in filled if n >= name]):
            return [*lines[: name + 1], *_further(lines, below)]
    return lines


def _further(lines: list[str], start: int) -> list[str]:
    """What is no part of a signature that goes on at a line: sentences that stand apart, or above the telephone."""
    called = False
    for number in range(start, len(lines)):
        line = lines[number]
        within = called and lines[number - 1].strip()
        if _POSTSCRIPT.match(line) or (line.endswith((".", "!", "?")) and not within) or _denies(line):
            return ["", *lines[number:]]
        called = called or _has_phone(line)
    return []


def _denies(line: str) -> bool:
    """“Correction: we do not join”, which no slogan says; not “No. 5 Main Street”."""
    words = _small(line).removesuffix(".")
    return not load_quoting().denials.isdisjoint(_WORDS.findall(words))


def _small(text: str) -> str:
    """In small letters, and with one kind of apostrophe, as words are kept."""
    return text.lower().replace("’", "'")


def _closes(line: str) -> bool:
    """“Kind regards,”"""
    words = line.strip(" ,.*_").lower()
    return len(words.split()) <= 4 and load_quoting().closing.begin(words)  # noqa: PLR2004


def _is_scrap(line: str) -> bool:
    return (
        len(line) <= MOST_WIDE
        and not line.startswith(">")
        and not line.endswith(_END)
        and len(line.split()) <= MOST_FOOTER
    )


def _is_notice(paragraph: Sequence[str]) -> bool:
    """Whether it says that the mail is confidential, may be left unprinted, or how one gets no more of them."""
    text = _small(" ".join(paragraph)[:1500])
    words = load_quoting()
    secret = words.secret.those_in(text) if words.mail.found_in(text) else ()
    if len(secret) >= TELLING or (secret and words.unless.found_in(text)):
        return True
    begun = [_small(line.lstrip(" *_>([")) for line in paragraph]
    return any(words.leaving.begin(line) or words.printing.begin(line) for line in begun)


def _is_signature(paragraph: Sequence[str]) -> bool:
    """A name or an office, and beside or below it what only a signature has."""
    if not paragraph or any(map(_is_proviso, paragraph)):
        return False
    first = paragraph[0].strip(" *_")
    office = load_quoting().office
    if len(paragraph) > 1 and first.endswith(",") and office.found_in(first.lower()):
        first = first[:-1]  # “The Deputy Mayor,” and the name below
    if any(len(line) > MOST_WIDE for line in paragraph[:2]) or not _is_heading(first):
        return False
    head = "\n".join(line for line in paragraph[:5] if len(line) <= MOST_WIDE)
    return "|" in head or _has_phone(head) or office.found_in(head.lower())


def _is_proviso(line: str) -> bool:
    """“subject to the council's vote”"""
    return load_quoting().proviso.begin(_small(line.lstrip(" *_([")))


def _has_phone(text: str) -> bool:
    return _FIGURES.search(text) is not None and _PHONE.search(text) is not None


def _is_heading(line: str) -> bool:
    """Words that stand as a name, a function or an office does: large letters, no sentence."""
    if (
        not line
        or ":" in line
        or line.endswith(_END)
        or load_quoting().closing.begin(line.lower())
        or line[0] in "-•>0123456789"
    ):
        return False
    pieces = [word.strip("()\"'“”«»,.|*") for word in re.split(r"[\s/|–—-]+", line)]
    words = [word for word in pieces if word and "@" not in word]
    if not words or len(words) > 9:  # noqa: PLR2004
        return False
    parted = re.split(r"\s[|–—-]\s|, ", line)
    if len(parted) > 1 and _is_name(parted[0]) and len(words) <= 9:  # noqa: PLR2004
        return True
    long = [word for word in words if len(word) > _SMALL]
    if not long and not any(word[0].isupper() for word in words):
        return False
    return all(not word[0].islower() or "'" in word or "’" in word for word in long)


def _is_name(words: str) -> bool:
    """One to four words with large first letters."""
    parts = words.split()
    return 1 <= len(parts) <= 4 and all(part[0].isupper() or len(part) <= _SMALL for part in parts)  # noqa: PLR2004


def _is_set_apart(start: int, over: Sequence[str]) -> bool:
    """More empty lines stand above it than between two other paragraphs; or nothing stands above it."""
    if not over:
        return True
    if start - len(over) < 2:  # noqa: PLR2004
        return False
    filled = [bool(line.strip()) for line in over]
    single = any(filled[at - 1] and filled[at + 1] for at in range(1, len(over) - 1) if not filled[at])
    return single or start - len(over) > 2  # noqa: PLR2004


def _is_closing(paragraph: Sequence[str]) -> bool:
    """“Kind regards,” and a name."""
    return 2 <= len(paragraph) <= 4 and _closes(paragraph[0])  # noqa: PLR2004
