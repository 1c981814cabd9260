"""Names of places and their mail domains, in a form in which spellings compare equal."""

from __future__ import annotations

import re

from outreach.core.shared_domains import is_shared
from outreach.languages.spelling import plain

__all__ = ["mail_domain", "name_keys", "names_in", "own_domains", "plain"]

_OFFICE = re.compile(
    r"^(?:(?:the )?(?:city|town|municipality|metropolis|province|region|state|government|council|mayor) of|"
    r"(?:ville|mairie|commune|metropole|province|region|ville et eurometropole) (?:de la|de l|des|du|de|d)|"
    r"(?:ayuntamiento|municipio|municipalidad|ciudad|alcaldia|intendencia|gobierno|provincia|diputacion)"
    r" (?:de la|del|de)|"
    r"(?:ajuntament|municipi|ciutat|diputacio) (?:de la|dels|del|de les|de l|de|d)|"
    r"(?:comune|citta|provincia|regione) (?:della|dell|del|di)|"
    r"(?:prefeitura|camara municipal|municipio|cidade|prefeitura municipal) (?:da|do|de)|"
    r"(?:stadt|landeshauptstadt|hansestadt|gemeinde|gemeente|stad|landkreis|provincie)) "
)
_WORDS = re.compile(r"[^\W_]+")
LONGEST = 5  # words in a place's name
SHORTEST = 3  # letters in a name that stands alone


def name_keys(name: str) -> frozenset[str]:
    """The forms under which a place's name is looked up: whole, and without “City of” in any of our languages."""
    whole = plain(name)
    short = _OFFICE.sub("", whole)
    before_bracket = plain(re.split(r"[(/,]", name)[0])
    return frozenset(
        key for key in (whole, short, before_bracket, _OFFICE.sub("", before_bracket)) if len(key) >= SHORTEST
    )


def names_in(text: str, most: int) -> frozenset[str]:
    """Every run of up to five words in a text that begins with a capital (or has no case): possible place names."""
    found: set[str] = set()
    for line in text.splitlines():
        words = _WORDS.findall(line)
        for start, word in enumerate(words):
            if not (word[0].isupper() or not (word.islower() or word.isdecimal())):
                continue
            for length in range(1, LONGEST + 1):
                key = plain(" ".join(words[start : start + length]))
                if len(key) >= SHORTEST:
                    found.add(key)
            if len(found) >= most:
                return frozenset(found)
    return frozenset(found)


def mail_domain(address: str) -> str:
    """The domain of an address, if it says whose mail it is; "" for webmail and other shared ones."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return "" if not domain or is_shared(domain) else domain


def own_domains(address: str) -> tuple[str, ...]:
    """The domain of an address and those above it, as far as they are not shared."""
    found = []
    domain = address.rpartition("@")[2].lower().rstrip(".")
    while "." in domain and not is_shared(domain):
        found.append(domain)
        domain = domain.partition(".")[2]
    return tuple(found)
