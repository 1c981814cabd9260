"""Why a letter was not delivered, and whose fault that is: what servers say and what RFC 3463 codes mean, as tables."""

from __future__ import annotations

from dataclasses import dataclass

MOST_WORDS = 6000  # characters of a server's words that are looked at
NEAR = 120  # characters between the two halves of a phrase with a gap

# Reasons for which an address is dead and another must be found. Every other reason may pass, or is not the address's.
ADDRESS_IS_DEAD = frozenset({"address_unknown", "address_moved", "mailbox_closed", "domain_unknown", "accepts_no_mail"})
# Of these even a “temporary” code is believed to be final once the server has given up.
USER_IS_UNKNOWN = frozenset({"address_unknown", "address_moved", "mailbox_closed"})


@dataclass(frozen=True, slots=True)
class Phrases:
    """A reason and the words that show it, one phrase a line; “…” stands for anything, but not for much."""

    reason: str
    lines: str

    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The phrases in lower case, cut at their gaps."""
        return tuple(tuple(line.split(" … ")) for line in self.lines.strip().lower().splitlines())


# First hit first. What says more stands before what says less, and what is our own fault before what looks like theirs.
CLEAR = (
    Phrases(
        "mailbox_full",
        """
mailbox full
mailbox is full
mailbox has exceeded
mailbox exceeded
mailbox exceeds
mailbox would exceed
mailbox size limit
mailbox over quota
mailbox quota
mailbox space
mail box space not enough
full mailbox
mailfolder is full
inbox is full
inbox is out of storage
account is full
out of storage space
over quota
overquota
over-quota
over the quota
over the allowed quota
over the maximum allowed
is over its
is over disk
user is over
quota exceed
quotaexceeded
quota full
quota violation
quota usage exceeded
exceeded quota
exceeded the quota
exceeding its … quota
exceeding their quota
exceeded their … quota
exceeding receiving limits
disk quota
diskquota
exceeded storage
exceeded its storage
storage quota
not enough storage space in
does not have enough space
too much mail data
too much mail stored
too many messages on the server
exceeded the local limit
space has been used up
e-mail box is full
buzón lleno
buzon lleno
buzón … lleno
casilla llena
bústia plena
bústia … plena
boîte pleine
boite pleine
boite du destinataire pleine
boîte aux lettres … pleine
boite aux lettres … pleine
casella piena
casella … piena
caixa cheia
caixa … cheia
postfach voll
postfach ist voll
postfach … überfüllt
postvak vol
mailbox is vol
skrzynka … pełna
ящик переполнен
почтовый ящик … переполнен
メールボックスが一杯
メールボックスがいっぱい
容量を超え
邮箱已满
邮箱空间不足
郵箱已滿
""",
    ),
    Phrases(
        "letter",
        """
message too big
message too large
message is too big
message is too large
message is too long
message size exceeds
message length exceeds
message exceeds
message exeeded
message exceeded
message file too big
mail size limit exceeded
size limit exceeded
size exceeds
exceeds size limit
exceeds maximum
exceeded maximum inbound message size
max message size
maximum message size
message size is too large
databytes limit
larger than the current system limit
recipsizelimit
sendsizelimit
too big for the
message … is larger than
message trop volumineux
nachricht ist zu groß
mensaje demasiado grande
messaggio troppo grande
""",
    ),
    Phrases(
        "sender",
        """
relay access denied
relaying denied
relaying not allowed
relaying not permitted
relaying prohibited
relay not permitted
relay denied
relay prohibited
unable to relay
not allowed to relay
not permitted to relay
not configured to relay
insecure mail relay
open relay
as a relay
do not relay
domain isn't in my list of allowed rcpthost
mail server requires authentication when
email address is not verified
authentication is required
spf record
spf check
spf fail
spf:
sender policy framework
spf validation
dkim
dmarc
unauthenticated email
unauthenticated mail
not allowed to send
not authorized to send
not permitted to send from
sender address rejected
sender address verification
sender rejected
sender refused
sender denied
sender … rejected
sender is spammer
sender is not
sender not pre-approved
sender verify failed
sender verification
sender domain
sender's domain
sender invalid
invalid sender
bad sender
domain of sender address
domain of sender
unroutable sender
unrouteable sender
mailfrom domain
mail from domain
envelope sender … does not exist
after mail from: … does not exist
after mail from: … no such domain
null sender
empty envelope sender
envelope sender is in my
badsendermx
badmailfrom
backscatter protection
emetteur invalide
expéditeur … refusé
absender … abgelehnt
sending to/from an address
your email address has been
from address … blacklisted
not a registered gateway user
purported responsible address
members-only
non-member
not a member
are not member
is not subscribed to
not allowed to post
permission to post
different address or alias using
outgoing mail suspension
mail from not owned
spam reporting address
""",
    ),
    Phrases(
        "policy",
        """
blocked using
blocked by
blocked due
blocked for
blocked because
is blocked
has been blocked
was blocked
were blocked
blacklist
black list
block list
blocklist
denylist
spamhaus
spamcop
spamassassin
barracuda
sorbs
dnsbl
abuseat
listed in
listed at
listed as
listed by
considered spam
considered unsolicited
looks like spam
as spam
is spam
spam message
spam content
spam filter
spam-like
spam detected
spam score
spam blocked
antispam
anti-spam
likely spam
suspected spam
suspicious
unsolicited
bulk mail
bulk email
reputation
user complaints
too many spam
spamming
phishing
policy reasons
policy violation
policy restriction
policy reject
by policy
local policy
security policies
security policy
security reasons
reverse dns
reverse hostname
reverse lookup
no ptr
ptr record
missing ptr
rdns
client host rejected
client host … rejected
helo command rejected
helo … rejected
ip name lookup failed
cannot find your hostname
cannot find your reverse
cannot resolve your address
unverifyable sending
bad sender ip
sending ip
hosts with dynamic ip
dynamic ip
not accepting connections
refused to talk to me
virus
malware
infected
banned
illegal attachment
blocked attachment
potential security issue
presents a potential
message content rejected
message rejected
message refused
message blocked
message filtered
message not accepted
message not allowed
content rejected
content denied
content filter
content reject
content is not
header error
headers are not
duplicate header
is not rfc
not rfc
rfc 5322
rfc 2822
rfc5322
rfc2822
resent-from field
multiple addresses in from
messages with multiple
service unavailable; client
open proxy
authrequired
not authenticated to send
notauthorized
sendertouserrestriction
mail rejete
mail rejected.
abus detecte
veuillez essayer plus tard
banned sending
not accepted due
unable to accept … from your
protocol violation
administrative prohibition
administratively prohibited
go away
""",
    ),
    Phrases(
        "filtered",
        """
rejected due to user rules
user refuses to receive
you have been blocked by the recipient
recipient preferences
only accepting mail from specific
refuse to receive mail
account is protected by
is not accepting any mail
is restricted to
not accepting mail from
spammotel
""",
    ),
    Phrases(
        "passing",
        """
greylist
graylist
grey-list
gray-list
grey list
too many recipients
too many connections
too many concurrent
too many errors
too many messages
rate limit
rate-limit
ratelimit
rate exceeded
receiving mail at a rate
at a rate that
unusual rate
unexpected volume
throttl
resources temporarily unavailable
insufficient system
insufficient resources
insufficient disk
not enough free space
system load
overload
out of memory
try again later
try later
message limit
sent to too many
connection limit
""",
    ),
    Phrases(
        "mailbox_closed",
        """
account is disabled
account disabled
account has been disabled
account that you tried to reach is disabled
account has been closed
account closed
account is closed
account has expired
account expired
account deactivated
account has been deactivated
account is no longer
account no longer
is a deactivated
disabled or discontinued
disabled recipient
has been discontinued
mailbox disabled
mailbox is disabled
mailbox has been disabled
mailbox closed
mailbox deleted
address is disabled
address has been disabled
address disabled
user disabled
user is disabled
user account is disabled
administratively disabled
administrativley disabled
administratively locked
is no longer in use
is no longer used
no longer active
no longer available
no longer works
no longer employed
no longer in service
no longer monitored
compte désactivé
compte desactive
cuenta desactivada
cuenta deshabilitada
account disattivato
conta desativada
konto … deaktiviert
konto gesperrt
учетная запись отключена
""",
    ),
    Phrases(
        "mailbox_suspended",
        """
suspended
suspend the service
is frozen
account is locked
account locked
mailbox is locked
temporarily locked
temporarily limited
temporarily disabled
is inactive
inactive user
account inactive
mailbox unavailable or access denied
""",
    ),
    Phrases(
        "address_moved",
        """
has been replaced by
no longer on server
has moved
address changed
address has changed
mailbox has moved
user not local; please try
""",
    ),
    Phrases(
        "not_reached",
        """
host not found, try again
host not found; try again
temporary lookup failure
temporary failure in name resolution
lookup … try again later
malformed or unexpected name server reply
hop count
too many hops
mail loop
loops back to myself
routing loop
forwarding loop
message looping
could not find a gateway
envelope expired
message expired
delivery time expired
delivery expired
retry timeout exceeded
retry time not reached
all hosts … have been failing
all hosts have been failing
was not reachable within
could not deliver for the last
not been collected
had no relevant answers
""",
    ),
    Phrases(
        "accepts_no_mail",
        """
null mx
nullmx
doesn't receive email
does not receive email
does not receive mail
does not accept mail
does not accept email
domain does not accept
host does not accept
does not accept any mail
indicated no smtp service
no host found for existing smtp connection
couldn't find a mail exchanger
no mx record found
no mx record for
no mx found
no mail exchanger
has no mx
has no mail
no valid mx
system not accepting network messages
smtp protocol returned a permanent error
not accepting network messages
mail for this domain is not
""",
    ),
    Phrases(
        "domain_unknown",
        """
host unknown
unknown host
unknown domain
unknown mail domain
domain unknown
domain name not found
domain not found
host not found
host or domain name not found
no such domain
no such host
domain does not exist
domain doesn't exist
domain doesnt exist
domain … does not exist
domain must exist
domain is not reachable
domain … is a dead domain
domain … not found
domain invalid
invalid domain
illegal domain
illegal host/domain
host … not found
host name … not found
host does not exist
name or service not known
nodename nor servname
nxdomain
non-existent domain
nonexistent domain
non existent domain
non-existent host
point to non-existent hosts
unrouteable address
unroutable address
unrouteable mail domain
unroutable domain
host address lookups failed permanently
couldn't find any host
could not find any host
mail domain mentioned in email address is unknown
account or domain may not exist
bad destination system
bad destination host
cannot find domain
can't find domain
domaine inconnu
nom de domaine … introuvable
domaine introuvable
dominio desconocido
dominio no existe
dominio no encontrado
domini desconegut
dominio sconosciuto
dominio inesistente
domínio desconhecido
domínio não encontrado
domäne unbekannt
domain unbekannt
domein onbekend
домен не найден
домен … не существует
域名不存在
ドメインが見つかりません
""",
    ),
    Phrases(
        "address_unknown",
        """
user unknown
users unknown
unknown user
unknown or invalid user
unknown or illegal
unknown virtual
unknown recipient
unknown rcpt
unknown address
unknown mailbox
unknown local
unknown account
unknown e-mail
unknown email
userunknown
unknown_user
unknown: user
user is unknown
user … unknown
user not found
user not known
user not exist
user not listed
user not active
user not local
user does not exist
user doesn't exist
user doesn't have
user … does not exist
user … doesn't have
user … was not found
user … not found
user … not listed
user missing
user invalid
user's email name is not found
no such user
no such person
no such recipient
no such mailbox
no such address
no such email
no such account
no such alias
no such local
no such addressee
no user
no mailbox
no mail box
no account
no one at this address
no valid recipient
no recipient
no known user
invalid user
invalid recipient
invalid mailbox
invalid address
invalid final delivery userid
invalid account
invalid local
invalid-recipient
invalid or unknown
bad address
bad recipient
bad-recipient
bad_recipient
bad destination mailbox
bad destination address
badrcptto
badrecipientto
validrcptto
addressee unknown
addressee not
address unknown
address not found
address not present
address not valid
address does not exist
address doesn't exist
address invalid
address is invalid
address is wrong
address is not valid
address is unknown
address is no longer valid
address no longer
address couldn't be found
address could not be found
address you entered couldn't be found
address … couldn't be found
address … does not exist
address rejected.
address rejected: user
address rejected: unknown
address rejected: invalid
address rejected: undeliverable address
address rejected: access denied
address rejected: no such
address rejected: recipient
recipient unknown
recipient not found
recipient not known
recipient not exist
recipient not ok
recipient not local
recipient does not exist
recipient doesn't exist
recipient … does not exist
recipient … not found
recipient … wasn't found
recipient … couldn't be found
recipient is not local
recipient is not accepted
recipient is unknown
recipient is invalid
recipient invalid
recipient name is not recognized
recipient no longer
recipients unknown
recipients was undeliverable
recipnotfound
recipient notfound
rejected recipient
rcpt … does not exist
mailbox not found
mailbox not present
mailbox not available
mailbox unavailable
mailbox is unavailable
mailbox unavaiable
mailbox unknown
mailbox invalid
mailbox is invalid
mailbox does not exist
mailbox doesn't exist
mailbox … does not exist
mailbox … not found
account unavailable
account is unavailable
account not found
account unknown
account does not exist
account doesn't exist
account … does not exist
account that you tried to reach does not exist
email account … does not exist
email address does not exist
non-existent user
nonexistent user
non existent user
non-existent mailbox
non-existent address
is not a known user
is not a valid mailbox
is not a valid user
is not a valid address
is not a valid recipient
is not an active address
is not a registered
is not valid
is not known
not a valid user
not a valid recipient
not a valid mailbox
not a known user
not a local address
not our customer
not listed in domino
not listed in public name
not in my list of allowed
name directory
can't accept user
destination addresses were unknown
destination server rejected recipients
domain or user isn't in my list
sorry, user unknown
no longer accepts mail
this spectator
vdeliver: invalid
utilisateur inconnu
destinataire inconnu
destinataire … inconnu
destinataire … invalide
adresse inconnue
adresse … introuvable
adresse … n'existe pas
usuario desconocido
usuario no existe
usuario inexistente
destinatario desconocido
destinatario no existe
no existe ese usuario
no existe dicha persona
cuenta no existe
dirección no encontrada
no se ha encontrado la dirección
no s'ha trobat l'adreça
adreça no trobada
usuari desconegut
utente sconosciuto
destinatario sconosciuto
nessun utente
casella inesistente
indirizzo inesistente
utilizador desconhecido
usuário desconhecido
usuario desconhecido
destinatário desconhecido
endereço não encontrado
empfänger unbekannt
empfaenger unbekannt
benutzer unbekannt
unbekannter benutzer
unbekannter empfänger
unbekannter empfaenger
adresse nicht gefunden
adresse unbekannt
benutzer … existiert nicht
onbekende gebruiker
gebruiker onbekend
adres … niet gevonden
adres bestaat niet
användaren finns inte
okänd mottagare
ukendt modtager
ukjent mottaker
tuntematon vastaanottaja
nieznany użytkownik
nieznany odbiorca
neznámý uživatel
ismeretlen címzett
utilizator necunoscut
bilinmeyen kullanıcı
άγνωστος χρήστης
пользователь не найден
нет такого пользователя
адресат неизвестен
адрес … не существует
ящик не существует
користувача не знайдено
該当するユーザ
ユーザーが見つかりません
ディレクトリのリストにありません
ディレクトリには見つかりません
アドレスが見つかりません
收件人不存在
用户不存在
使用者不存在
收件者不存在
존재하지 않는
수신자를 찾을 수 없
""",
    ),
)
# What says little, asked only after the code.
VAGUE = (
    Phrases("not_reached", """
timed out
time out
timeout
connection refused
no route to host
unreachable
not reachable
lost connection
connection reset
connection dropped
connection was dropped
connection died
connection failed
not responding
did not respond
didn't respond
no answer from host
network error
network is
socket error
lookup fail
lookup failure
dns records for the destination
could not connect
cannot connect
can't connect
couldn't connect
requests to connect
unable to connect
unable to establish
wasn't able to establish
unable to route
unable to resolve
could not find
in the queue too long
in queue for too long
queue too long
multiple retries
maximum delivery attempts
giving up
expired
days
hours
zeitüberschreitung
nicht erreichbar
injoignable
délai
"""),
    Phrases("passing", """
temporar
deferred
service unavailable
service not available
service currently unavailable
try again
busy
resources
greeting failed
"""),
    Phrases("policy", """
spam
blocked
policy
policies
access denied
permission denied
not authorized
not permitted
not allowed
forbidden
prohibited
refused
denied
rejected
not accepted
security
"""),
    Phrases("address_unknown", """
does not exist
doesn't exist
doesnt exist
not exist
not found
couldn't be found
unknown
undeliverable address
n'existe pas
no existe
não existe
existiert nicht
bestaat niet
не существует
不存在
"""),
    Phrases("server_fault", """
system error
internal error
configuration
command died
local delivery failed
local configuration
lmtp error
procmail
maildir
mailer error
syntax
not implemented
protocol error
program
"""),
)  # fmt: skip

# RFC 3463 §3, RFC 7505, RFC 7372 and what Microsoft adds. A missing class holds for 4 and 5.
BY_STATUS = {
    "1.0": "address_unknown", "1.1": "address_unknown", "1.2": "domain_unknown", "1.3": "address_unknown",
    "1.4": "filtered", "1.6": "address_moved", "1.7": "sender", "1.8": "sender", "1.9": "server_fault",
    "1.10": "accepts_no_mail", "1.351": "address_unknown",
    "2.0": "filtered", "2.1": "mailbox_closed", "2.2": "mailbox_full", "2.3": "letter", "2.4": "filtered",
    "3.1": "passing", "4.3.2": "passing", "5.3.2": "accepts_no_mail", "3.3": "server_fault", "3.4": "letter",
    "3.5": "server_fault",
    "4.1": "not_reached", "4.2": "not_reached", "4.3": "not_reached", "4.4.4": "not_reached",
    "5.4.4": "domain_unknown", "4.5": "passing", "4.6": "not_reached", "4.7": "not_reached", "4.8": "not_reached",
    "4.14": "not_reached", "4.300": "not_reached", "4.310": "domain_unknown", "4.312": "not_reached",
    "4.316": "not_reached",
    "5.3": "passing",
    "7.13": "mailbox_closed", "7.17": "address_moved", "7.18": "address_moved", "7.20": "sender", "7.21": "sender",
    "7.22": "sender", "7.23": "sender", "7.24": "sender", "7.26": "sender", "7.27": "sender",
}  # fmt: skip
BY_SUBJECT = {"5": "server_fault", "6": "letter", "7": "policy"}  # of a code whose detail says nothing

# At which command the server said no. A mailbox that is “unknown” only after it has read the letter is a filter.
COMMANDS = (
    ("DATA", ("end of data", "in reply to data", "after data", "failed after i sent", "failed on data",
              "our final data", ">>> data", "smtp command data", "for text command", "data command", "step: data",
              "(state 17)", "(state 18)", "[data]")),
    ("RCPT", ("rcpt to", "does not like recipient", "our rcpt", "rejected recipient", "rcpt command", ">>> rcpt",
              "smtp:rcpt", "(state 14)", "(state 15)", "[rcpt_to]", "need rcpt")),
    ("MAIL", ("after mail from", "in reply to mail from", "but sender was rejected", "our mail from", ">>> mail",
              "mail command", "(state 13)", "server rejected mail from", "smtp command mail")),
    ("EHLO", ("in reply to ehlo", "in reply to helo", "after initial connection", "helo handshake", "ehlo handshake",
              "my name was rejected", "greeting failed", "after ehlo", "after helo")),
)  # fmt: skip


def _table(rows: tuple[Phrases, ...]) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    return tuple((row.reason, row.parts()) for row in rows)


_CLEAR, _VAGUE = _table(CLEAR), _table(VAGUE)


def reason_of(words: str, status: str | None) -> str:
    """Why a letter was not delivered, from a server's words and code; “unknown” where neither says it."""
    said = " ".join(words[:MOST_WORDS].lower().replace("’", "'").split())
    command = command_in(said)
    reason = _first(said, _CLEAR)
    if reason == "address_unknown" and command == "DATA" and not _in(status, "1"):
        return "filtered"
    if reason == "domain_unknown" and command == "MAIL":
        return "sender"
    if reason in ("", "policy") and status is not None and status[2:] in ("1.1", "2.2") and not _in_code(said, status):
        return reason or _by_status(status)
    return reason or _by_status(status) or ("sender" if command == "MAIL" else "") or _first(said, _VAGUE) or "unknown"


def command_in(said: str) -> str:
    """The SMTP command that was answered by a refusal, from words in lower case; "" where they do not say."""
    for command, phrases in COMMANDS:
        if any(phrase in said for phrase in phrases):
            return "RCPT" if command == "DATA" and "need rcpt" in said else command
    return ""


def _in(status: str | None, subject: str) -> bool:
    return status is not None and status[2:3] == subject


def _in_code(said: str, status: str) -> bool:
    return status in said


def _by_status(status: str | None) -> str:
    if status is None:
        return ""
    return BY_STATUS.get(status) or BY_STATUS.get(status[2:]) or BY_SUBJECT.get(status[2:3], "")


def _first(said: str, table: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]) -> str:
    for reason, phrases in table:
        for parts in phrases:
            if parts[0] in said and (len(parts) == 1 or _follows(said, parts)):
                return reason
    return ""


def _follows(said: str, parts: tuple[str, ...]) -> bool:
    """Whether the second half of a phrase stands close behind the first, anywhere."""
    start = said.find(parts[0])
    while start >= 0:
        end = start + len(parts[0])
        if parts[1] in said[end : end + NEAR]:
            return True
        start = said.find(parts[0], end)
    return False


def is_permanent(reason: str, status: str | None, *, given_up: bool) -> bool:
    """Whether another address must be found: the address is dead, and the server neither waits nor says “for now”."""
    if not given_up or reason not in ADDRESS_IS_DEAD:
        return False
    return reason in USER_IS_UNKNOWN or not (status or "").startswith("4")
