"""Mail domains that many share, so that they say nothing about whose mail it is."""

from __future__ import annotations

from functools import lru_cache

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
    hey duck skiff mailfence runbox gmx-topmail email usa consultant post 1und1 arcor kabelmail vodafone aliceadsl club
    neuf-telecom cegetel nordnet wanadoo-fr ono euskaltel eresmas ya-com telecable jazzfree sapo-pt netcabo clix
    fibermail tin-it inwind iol email-it pec legalmail arubapec postecert skype hotmai windowslive passport
    prodigy cantv antel adinet speedy ciudad fibertel arnet uolsinectis entel tigo claro une etb terra-br globo r7
    oi bell-net sympatico eastlink sasktel mts telia home glocalnet tele2 spray online getmail eircom iol-ie
    vsnl ymail-in bsnl singnet pldt globe smart maktoob moroccomail menara djaweb topnet planet-tn africaonline webmail
    """.split()  # noqa: SIM905  a table is easier to keep as text
)
# Umbrella domains of states and regions: below them every government has its own name.
UMBRELLAS = frozenset(
    """
    gob.mx gob.es gob.ar gob.cl gob.pe gob.ec gob.bo gob.ve gob.gt gob.hn gob.sv gob.ni gob.pa gob.do gov.co gov.br
    gov.uk gov.au govt.nz gov.in nic.in gov.za gov.ng gov.ke gov.gh gov.ph go.kr go.jp lg.jp go.id go.th go.ke go.tz
    go.ug gov.tr bel.tr gov.il muni.il gov.my gov.sg gov.lk gov.bd gov.pk gov.np gov.cn gov.tw gov.hk gov.gr gov.pt
    gov.it gov.pl gov.ua gov.ru gouv.fr gouv.sn gouv.ci gouv.qc.ca gc.ca gov.bc.ca gov.on.ca qc.ca on.ca bc.ca
    gencat.cat cat.es diba.cat ddgi.cat dipta.cat diputaciolleida.cat dipalme.es dipgra.es dipujaen.es dphuesca.es
    dpz.es dipsegovia.es diputaciondevalladolid.es dip-badajoz.es dip-caceres.es dipucuenca.es juntaex.es
    larioja.org regione.it provincia.it comune.it cittametropolitana.it asmepec.it postacert.it legalmail.it
    fr-pref.fr collectivite.fr mairie.fr wanadoo.fr gemeinde.de landkreis.de kommune.no gov.pr go.cr go.ao gov.mz
    gov.ao gov.cv gob.cu gov.ma gov.tn gov.eg gov.jo gov.lb gov.ps gov.iq gov.rw gov.zm gov.zw gov.mw go.bi
    onmicrosoft.com sharepoint.com google.com github.io blogspot.com wordpress.com wixsite.com sendgrid.net
    amazonses.com mailchimpapp.net mcsv.net mailgun.org sparkpostmail.com freshdesk.com zendesk.com
    sp.gov.br rj.gov.br mg.gov.br nsw.gov.au vic.gov.au qld.gov.au state.us ny.us ca.us
    """.split()  # noqa: SIM905  a table is easier to keep as text
)
# Second levels under which names are registered, as .co.uk.
SECOND_LEVELS = frozenset(
    {"co", "com", "org", "net", "ac", "edu", "gov", "gob", "gouv", "go", "or", "ne", "info", "asso"}
)
COUNTRY_CODE = 2  # letters


@lru_cache(maxsize=1 << 12)  # the addresses of one office come one after the other
def is_shared(domain: str) -> bool:
    """Whether a mail domain says nothing about whose mail it is."""
    labels = domain.lower().rstrip(".").split(".")
    if len(labels) < 2 or domain.lower() in UMBRELLAS:  # noqa: PLR2004  a bare top level
        return True
    if len(labels) == 2 and labels[0] in SECOND_LEVELS and len(labels[1]) == COUNTRY_CODE:  # noqa: PLR2004
        return True
    return labels[0] in PROVIDERS and len(labels) <= 3  # noqa: PLR2004  such as yahoo.co.uk


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
