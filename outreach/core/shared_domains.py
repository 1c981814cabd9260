"""Mail domains that many share, so that they say nothing about whose mail it is: a table of data."""

from __future__ import annotations

# Webmail and access providers, whatever the ending.
PROVIDERS = frozenset(
    """
    gmail googlemail outlook hotmail live msn yahoo ymail rocketmail icloud me mac aol gmx web t-online freenet
    orange wanadoo laposte free sfr neuf bbox numericable libero virgilio tiscali alice tin telefonica movistar terra
    uol bol ig sapo naver daum hanmail kakao nate qq 163 126 sina foxmail sohu yeah mail inbox bk list yandex ya
    rambler ukr proton protonmail pm tutanota tuta zoho fastmail hushmail mailbox posteo kolabnow seznam wp onet o2
    interia centrum telenet skynet bluewin hispeed ziggo kpnmail xs4all planet chello btinternet btconnect sky
    talktalk virginmedia comcast verizon att bellsouth sbcglobal cox charter earthlink shaw rogers telus videotron
    bigpond optusnet xtra rediffmail sify indiatimes docomo ezweb softbank biglobe nifty ocn walla bezeqint mynet
    """.split()  # noqa: SIM905  a table is easier to keep as text
)
# Umbrella domains of states and regions: below them every government has its own name.
UMBRELLAS = frozenset(
    """
    gob.mx gob.es gob.ar gob.cl gob.pe gob.ec gob.bo gob.ve gob.gt gob.hn gob.sv gob.ni gob.pa gob.do gov.co gov.br
    gov.uk gov.au govt.nz gov.in nic.in gov.za gov.ng gov.ke gov.gh gov.ph go.kr go.jp lg.jp go.id go.th go.ke go.tz
    go.ug gov.tr bel.tr gov.il muni.il gov.my gov.sg gov.lk gov.bd gov.pk gov.np gov.cn gov.tw gov.hk gov.gr gov.pt
    gov.it gov.pl gov.ua gov.ru gouv.fr gouv.sn gouv.ci gouv.qc.ca gc.ca gov.bc.ca gov.on.ca qc.ca on.ca bc.ca
    gencat.cat cat.es sp.gov.br rj.gov.br mg.gov.br nsw.gov.au vic.gov.au qld.gov.au state.us ny.us ca.us
    """.split()  # noqa: SIM905  a table is easier to keep as text
)
# Second levels under which names are registered, as .co.uk.
SECOND_LEVELS = frozenset(
    {"co", "com", "org", "net", "ac", "edu", "gov", "gob", "gouv", "go", "or", "ne", "info", "asso"}
)
COUNTRY_CODE = 2  # letters


def is_shared(domain: str) -> bool:
    """Whether a mail domain says nothing about whose mail it is."""
    labels = domain.lower().rstrip(".").split(".")
    if len(labels) < 2 or domain.lower() in UMBRELLAS:  # noqa: PLR2004  a bare top level
        return True
    if len(labels) == 2 and labels[0] in SECOND_LEVELS and len(labels[1]) == COUNTRY_CODE:  # noqa: PLR2004
        return True
    return labels[0] in PROVIDERS and len(labels) <= 3  # noqa: PLR2004  such as yahoo.co.uk
