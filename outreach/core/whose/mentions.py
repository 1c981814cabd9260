"""Which invitees a text names, and how: as the office that speaks, in a line of its own, barely, or in passing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise

from outreach.core.geography import country_named, is_country
from outreach.core.whose.index import Index, Rows
from outreach.core.whose.names import MERGING, WORD, fold
from outreach.frozen import made_often
from outreach.languages.quoting import load_quoting
from outreach.languages.spelling import western_words

MOST_LINES = 400
LONGEST_LINE = 2000  # characters
MOST_MENTIONS = 60
MOST_OF_ONE_NAME = 24  # a name of more invitees says nothing
FEW_LETTERS = 3  # a name as short is believed only as an office's
LOOKBACK = 4  # words in which it shows that a place is spoken of
OFFICE_REACH = 5
SHORTEST_SECOND = 4  # letters of the second word of a name
LONGEST_RUN = 15  # letters of a name in a script without blanks; folded, a sign of Hangul has up to three
_INSIDE_A_NAME = re.compile(r"[\s('’´`‐-–/-]{1,4}|\.\s?")
_COUNTRY = re.compile(r"\s?[,(]\s?([A-Z\u00c0-\u00deΑ-ΩА-Я][^,;:.()\n]{2,25})")  # behind a name
_SOFT = re.compile(r"[\s'’´`\"“”«»‐-–-]{0,6}")
_IDEOGRAPHS = re.compile(r"[㐀-鿿가-힣]")
_CIVIC_ENDINGS = tuple(
    map(
        fold,
        (
            "特別市",
            "広域市",
            "특별자치시",
            "특별시",
            "광역시",
            "市役所",
            "市長",
            "市",
            "区",
            "県",
            "都",
            "府",
            "町",
            "시청",
            "시장",
            "시",
            "군",
            "구",
            "도",
        ),
    )
)
_SEGMENTS = re.compile(r"[,;|()<>·•/]|\s[-–—]\s|\t|\s{3,}")

# “A cidade de Niterói adere”: a city of something else is one of rights or of peace.
_CITY_OF = frozenset({("ciudad",), ("cidade",), ("citta",), ("ciutat",), ("comuna",)})
_NO_PLACE = frozenset("derechos direitos diritti drets paz pace pau direito derecho".split())  # noqa: SIM905  a row
_SAINTS = frozenset(("st", "ste"))
_STOPS = frozenset(".!?;:")
_ARTICLES = frozenset("the la el le l les die der das il lo o".split())  # noqa: SIM905  a row of words


ANY = "any"  # the kind of a “government”, which may be a city's or a country's


class How(StrEnum):
    """How a place is named."""

    OFFICE = "office"  # “Ajuntament de Vic”
    LINE = "line"  # alone in its line, or between two commas
    BARE = "bare"
    PASSING = "passing"  # “our neighbour Vic”, “the congress in Vic”


@made_often(frozen=True, slots=True)
class Mention:
    """One place named in a text; `rows` are the invitees of that name."""

    rows: Rows
    how: How
    kind: str  # what its office is: city, province, …; "" where nothing is said
    beginning: bool = False  # only the beginning of the name
    behalf: bool = False  # “on behalf of”
    words: str = ""


@made_often(frozen=True, slots=True)
class _Line:
    text: str
    spans: list[tuple[int, int]]
    words: list[str]

    def soft(self, left: int) -> bool:
        """Nothing but blanks, dashes and apostrophes stands between a word and the next."""
        return _SOFT.fullmatch(self.text, self.spans[left][1], self.spans[left + 1][0]) is not None

    def capital(self, at: int) -> bool:
        start = self.spans[at][0]
        return not self.text[start].islower() and not self.text[start].isdecimal()


def mentions(text: str, index: Index) -> list[Mention]:
    """Every invitee that a text names, as far as it stands in the first few hundred lines."""
    found: list[Mention] = []
    words = _telling(text, index)
    joined = not text.isascii() and _IDEOGRAPHS.search(text) is not None
    if not words and not joined:
        return found
    for raw in text.split("\n", MOST_LINES)[:MOST_LINES]:
        line = raw[:LONGEST_LINE]
        if joined or any(map(line.__contains__, words)):
            found.extend(_in_line(_parted(line), index))
        if len(found) >= MOST_MENTIONS:
            break
    return found


def strange_offices(text: str, index: Index, *, said: bool = False) -> Iterator[str]:
    """Offices of places that no invitee is called by: “Ajuntament de Calldetenes”, “Foxton Town Council”.

    Args:
        text: Where they are looked for.
        index: The invitees.
        said: Whether these are the words that say it: then “a cidade de Niterói” is one too.
    """
    for raw in text.split("\n", MOST_LINES)[:MOST_LINES]:
        line = _parted(raw[:LONGEST_LINE])
        known = _known_places(line, index)
        for at in range(len(line.spans)):
            if line.capital(at) and at not in known and _is_a_name(line.words[at], index):
                yield from _strange_office(line, at, index, said=said)


def _strange_office(line: _Line, at: int, index: Index, *, said: bool) -> Iterator[str]:
    """The office before or behind a name, where it is that of a place and not only spoken of."""
    office, first = _office_before(line, at, index)
    between = first
    while between < at and line.words[between] not in index.places.belongs:
        between += 1
    joined = between < at or line.words[at - 1] in index.places.names_follow
    before = office and joined and not _in_passing(line, first, index, office=True)
    phrase = tuple(line.words[first:between])
    city = said and between < at and phrase in _CITY_OF and line.words[at] not in _NO_PLACE
    before = before and (city or phrase not in index.places.not_of_a_place)
    behind = at + 2 < len(line.words) and tuple(line.words[at + 1 : at + 3]) in index.places.office_behind
    if office != "other" and (before or (behind and not office)):
        yield line.text[line.spans[first][0] : line.spans[at if before else at + 2][1]]


def _known_places(line: _Line, index: Index) -> frozenset[int]:
    """The words of a line that belong to names of invitees."""
    found: set[int] = set()
    for at, word in enumerate(line.words):
        if word in index.first_words and line.capital(at):
            mention, length = _at(line, at, index)
            found.update(range(at, at + length) if mention is not None else ())
    return frozenset(found)


def _is_a_name(word: str, index: Index) -> bool:
    """Whether a word with a capital may be a place's: it is of no office, and no small word."""
    places = index.places
    return not (word in places.connecting or (word,) in places.office_before or (word,) in places.office_behind)


def _parted(line: str) -> _Line:
    found = list(WORD.finditer(line))
    return _Line(line, list(map(re.Match.span, found)), list(map(fold, map(re.Match.group, found))))


def _telling(text: str, index: Index) -> set[str]:
    """The words of a text with which a name may begin, or that stand beside one."""
    words = western_words(text)
    return set(filter(index.telling.__getitem__, WORD.findall(text) if words is None else words))


def _in_line(line: _Line, index: Index) -> Iterator[Mention]:
    behind, firsts = 0, index.first_words
    genitive = not index.places.genitives.keys().isdisjoint(line.words)
    for at, word in enumerate(line.words):
        if at < behind:
            continue
        if word in firsts:
            mention, length = _at(line, at, index) if line.capital(at) else (None, 0)
            behind = at + length
            if mention is not None:
                yield mention
        elif genitive and line.capital(at) and (mention := _in_genitive(line, at, index)):
            yield mention
        if at >= behind and not word.isascii() and _IDEOGRAPHS.match(line.text, line.spans[at][0]):
            yield from _without_blanks(word, index)


def _at(line: _Line, at: int, index: Index) -> tuple[Mention | None, int]:
    """The longest name that begins at a word."""
    longest, most = at + 1, index.first_words[line.words[at]]
    while longest < min(at + most, len(line.words)) and _INSIDE_A_NAME.fullmatch(
        line.text, line.spans[longest - 1][1], line.spans[longest][0]
    ):
        longest += 1
    merged = line.words[at - 1] if at and line.words[at - 1] in MERGING and line.soft(at - 1) else ""
    for end in range(longest, at, -1):
        key = "".join(line.words[at:end])
        if rows := index.names.get(key):
            return _mention(line, at, end, rows, index, beginning=False), end - at
        if rows := index.beginnings.get(key):
            return _mention(line, at, end, rows, index, beginning=True), end - at
        if merged and (rows := index.names.get(merged + key)):
            return _mention(line, at, end, rows, index, beginning=False), end - at
    return None, 0


def _in_genitive(line: _Line, at: int, index: Index) -> Mention | None:
    """A name of one word with an ending before an office: “Lunds kommun”, “Donostiako Udala”."""
    word, behind = line.words[at], line.words[at + 1] if at + 1 < len(line.words) and line.soft(at) else ""
    for ending in index.places.genitives.get(behind, ()):
        rows = index.names.get(word.removesuffix(ending)) if word.endswith(ending) else ()
        if rows and len(rows) <= MOST_OF_ONE_NAME:
            return Mention(rows, How.OFFICE, "city", words=line.text[line.spans[at][0] : line.spans[at + 1][1]])
    return None


def _mention(line: _Line, at: int, end: int, rows: Rows, index: Index, *, beginning: bool) -> Mention | None:
    if len(rows) > MOST_OF_ONE_NAME:
        return None
    words = line.text[line.spans[at][0] : line.spans[end - 1][1]]
    kind, first = _office_before(line, at, index)
    if kind == "other" or _of_another(line, at, end, index, office=bool(kind)):
        return None
    kind = kind or _office_behind(line, end, index) or _office_within(line, at, end, index)
    rows = _in_the_country(line, end, rows, index)
    if not rows:
        return None
    behalf = _on_behalf(line, first, index)
    mention = Mention(rows, How.OFFICE if kind else How.BARE, kind, beginning, behalf, words)
    if _in_passing(line, first, index, office=bool(kind)):
        return replace(mention, how=How.PASSING)
    if kind and kind != ANY:
        return mention
    if _may_be_anything(words, line.text) or _is_their_country(words, rows, index):
        return replace(mention, how=How.PASSING)
    return replace(mention, how=How.LINE) if not kind and _alone(line, at, end, index) else mention


def _is_their_country(words: str, rows: Rows, index: Index) -> bool:
    """“Mexico”, “Luxembourg”: without an office it is the country that is named."""
    return any(is_country(words, index.countries[row]) for row in rows)


def _may_be_anything(words: str, line: str) -> bool:
    """Bo, Gap, Pau; GAP and other abbreviations."""
    return len(words) <= FEW_LETTERS or (len(words) == FEW_LETTERS + 1 and words.isupper() and not line.isupper())


def _office_before(line: _Line, at: int, index: Index) -> tuple[str, int]:
    """The kind of the office that a place's name follows, and the word it begins at; "other": another body's."""
    places, here = index.places, at - 1
    while here >= max(0, at - OFFICE_REACH) and line.soft(here):
        for length in (3, 2, 1):
            phrase = tuple(line.words[max(0, here - length + 1) : here + 1])
            if len(phrase) == length:
                if phrase in places.other_before:
                    return "other", here - length + 1
                if phrase in places.office_before:
                    if phrase in places.needs_of and here + 1 == at:
                        return "", at  # “City Tours”, “Mayor Victoria Sams”
                    return places.office_before[phrase], here - length + 1
        if line.words[here] not in places.connecting:
            break
        here -= 1
    return "", at


def _office_behind(line: _Line, end: int, index: Index) -> str:
    if end >= len(line.words) or not line.soft(end - 1):
        return ""
    for length in (2, 1):
        kind = index.places.office_behind.get(tuple(line.words[end : end + length]))
        if kind and (line.capital(end) or line.words[end] in index.places.genitives):  # Bergen kommune
            return kind
    return ""


def _office_within(line: _Line, at: int, end: int, index: Index) -> str:
    """The kind of the office that a name begins with: an invitee may be called “Ville de Bruxelles”."""
    phrase, behind = (line.words[at],), line.words[at + 1 : end - 1]
    return index.places.office_before.get(phrase, "") if not index.places.belongs.isdisjoint(behind[:1]) else ""


def _in_the_country(line: _Line, end: int, rows: Rows, index: Index) -> Rows:
    """The invitees of a name that may be meant where a country or a region follows: “City of York, Pennsylvania”."""
    found = _COUNTRY.match(line.text, line.spans[end - 1][1])
    named = country_named(found[1]) if found else set()
    return tuple([row for row in rows if index.countries[row] in named]) if named else rows


def _of_another(line: _Line, at: int, end: int, index: Index, *, office: bool) -> bool:
    """Whether the name goes on: “Santiago de Compostela”, “New Madrid”, “Perth Airport”, “Berlin University”."""
    places = index.places
    if at and line.capital(at - 1) and line.soft(at - 1) and line.words[at - 1] in places.before_another and not office:
        return True
    if end >= len(line.words) or not line.soft(end - 1):
        return False
    behind = line.words[end]
    if line.capital(end) and (behind in places.behind_another or behind in places.other_behind):
        return True
    if line.text[line.spans[end - 1][1] : line.spans[end][0]] == "-":  # “Vic-le-Comte”, “Havre-Saint-Pierre”
        goes_on = behind in places.connecting or behind in places.extending
        if behind in _SAINTS or (goes_on and not line.capital(end)):
            return True
    if behind in places.extending and not line.capital(end):
        return _capital_follows(line, end, index)
    return office and _is_longer_name(line, end, index)


def _capital_follows(line: _Line, end: int, index: Index) -> bool:
    """Whether a name follows over small words: “… de los Caballeros”."""
    for at in range(end + 1, min(end + 3, len(line.words))):
        if not line.soft(at - 1):
            return False
        if line.capital(at):
            return True
        if line.words[at] not in index.places.connecting:
            return False
    return False


def _is_longer_name(line: _Line, end: int, index: Index) -> bool:
    """Whether an office's place has a second word: “Câmara Municipal de Porto Santo”, not “Ville de Nice Cabinet”.

    It may follow a hyphen: “Mairie de Vic-Fezensac”.
    """
    word, text = line.words[end], line.text[line.spans[end][0] : line.spans[end][1]]
    between = line.text[line.spans[end - 1][1] : line.spans[end][0]]
    if between not in (" ", "-") or not line.capital(end) or len(word) < SHORTEST_SECOND or text.isupper():
        return False
    places = index.places
    office = (word,) in places.office_before or (word,) in places.office_behind or word in places.connecting
    known = word in index.first_words or country_named(text) or (word,) in places.other_before
    return not office and not known and not load_quoting().office.found_in(text.lower())


def _sentence_before(line: _Line, at: int, most: int) -> list[str]:
    words: list[str] = []
    here = at - 1
    while here >= 0 and len(words) < most:
        if not _STOPS.isdisjoint(line.text[line.spans[here][1] : line.spans[here + 1][0]]):
            break
        words.append(line.words[here])
        here -= 1
    return words[::-1]


def _in_passing(line: _Line, first: int, index: Index, *, office: bool) -> bool:
    places = index.places
    before = _sentence_before(line, first, LOOKBACK + 3)
    while before and before[-1] in _ARTICLES:
        before.pop()
    if not before:
        return False
    if before[-1] in places.directly or (not office and before[-1] in places.near):
        return True
    if places.passing.intersection(before[-LOOKBACK:]):
        return True
    return any(one in places.heard and two in places.that for one, two in pairwise(before))


def _on_behalf(line: _Line, first: int, index: Index) -> bool:
    before = _sentence_before(line, first, 12)
    return not index.places.behalf_seconds.isdisjoint(before) and any(
        tuple(before[at : at + length]) in index.places.behalf for at in range(len(before)) for length in (2, 3, 4)
    )


def _alone(line: _Line, at: int, end: int, index: Index) -> bool:
    """Whether the name fills its line or what stands between two commas, but for postcodes and small words."""
    start, stop = line.spans[at][0], line.spans[end - 1][1]
    left = max((match.end() for match in _SEGMENTS.finditer(line.text, 0, start)), default=0)
    right = _SEGMENTS.search(line.text, stop)
    rest = line.text[left:start] + " " + line.text[stop : right.start() if right else len(line.text)]
    return all(word.isdecimal() or fold(word) in index.places.connecting for word in WORD.findall(rest))


def _without_blanks(run: str, index: Index) -> Iterator[Mention]:
    """In scripts without blanks a name is known by what stands behind it: 堺市, 서울특별시."""
    for ending in _CIVIC_ENDINGS:
        at = run.find(ending, 1, 40)
        if at < 0:
            continue
        for start in range(max(0, at - LONGEST_RUN), at):
            if rows := index.names.get(run[start:at]):
                yield Mention(rows, How.OFFICE, "city", words=run[start : at + len(ending)])
                return
