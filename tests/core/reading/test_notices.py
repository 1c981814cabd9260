"""Notices of failed and delayed deliveries, in the shapes and words of many mail systems; and what is none."""

from __future__ import annotations

import base64
import json
import time

import pytest

from outreach.core.reading.bounces import read_bounce
from outreach.core.reading.notices.reasons import is_permanent, reason_of
from outreach.core.reading.opening.message import open_mail
from outreach.model import Bounce

A, B = "mayor@northam.example", "clerk@southam.example"
DAEMON = "Mail Delivery System <mailer-daemon@relay.example>"
POSTMASTER = "postmaster@relay.example"


def notice(body: str, subject: str = "Undeliverable mail", sender: str = DAEMON, head: str = "") -> Bounce | None:
    raw = f"From: {sender}\nTo: us@campaign.example\nSubject: {subject}\n{head}"
    if "content-type" not in head.lower():
        raw += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    return read_bounce(open_mail(f"{raw}\n{body}".encode()))


def kind(bounce: Bounce | None) -> str:
    if bounce is None:
        return "none"
    return "delayed" if bounce.reason == "delayed" else "permanent" if bounce.permanent else "temporary"


# ---------------------------------------------------------------- words of mail systems

# By name: sender, subject, text, and the reason that it gives.
SYSTEMS = {
    "postfix": (
        "MAILER-DAEMON@relay.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        f"""This is the mail system at host relay.example.

For further assistance, please send mail to <postmaster@relay.example>

<{A}>: host mx.northam.example[192.0.2.1] said: 550 5.1.1
    <{A}>: Recipient address rejected: User unknown (in reply to RCPT TO command)
""",
        "address_unknown",
    ),
    "exim": (
        DAEMON,
        "Mail delivery failed: returning message to sender",
        f"""A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {A}
    host mx.northam.example [192.0.2.1]
    SMTP error from remote mail server after MAIL FROM:<us@campaign.example> SIZE=2048:
    550 5.7.1 Your IP is listed by our block list

------ This is a copy of the message, including all the headers. ------

Return-path: <us@campaign.example>
To: {B}
""",
        "policy",
    ),
    "qmail": (
        "MAILER-DAEMON@relay.example",
        "failure notice",
        f"""Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{A}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <us@campaign.example>
To: {B}
""",
        "address_unknown",
    ),
    "sendmail": (
        "Mail Delivery Subsystem <MAILER-DAEMON@relay.example>",
        "Returned mail: see transcript for details",
        f"""The original message was received at Thu, 28 Jul 2022 09:00:00 +0200
from campaign.example [192.0.2.9]

   ----- The following addresses had permanent fatal errors -----
<{A}>
    (reason: 552 5.2.2 Over quota)

   ----- Transcript of session follows -----
... while talking to mx.northam.example.:
>>> DATA
<<< 552 5.2.2 Over quota
554 5.0.0 Service unavailable
""",
        "mailbox_full",
    ),
    "sendmail 5": (
        "MAILER-DAEMON@relay.example",
        "Returned mail: Host unknown",
        f"""   ----- Transcript of session follows -----
550 northam.example (smtp)... 550 Host unknown
554 <{A}>... 550 Host unknown (Authoritative answer from name server)

   ----- Unsent message follows -----
To: {B}
""",
        "domain_unknown",
    ),
    "courier": (
        '"Courier mail server at relay.example" <@>',
        "NOTICE: mail delivery status.",
        f"""                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<{A}>:
    mx.northam.example [192.0.2.1]:
>>> RCPT TO:<{A}>
<<< 550 5.1.1 <{A}>... User Unknown
""",
        "address_unknown",
    ),
    "exchange 5.5": (
        "System Administrator <postmaster@northam.example>",
        "Undeliverable: Invitation",
        f"""Your message

  To:      us@campaign.example
  Subject: Invitation

did not reach the following recipient(s):

{A} on Thu, 28 Jul 2022 09:00:00 +0200
    The recipient name is not recognized
    MSEXCH:IMS:NORTHAM:TOWNHALL:MAIL 0 (000C05A6) Unknown Recipient
""",
        "address_unknown",
    ),
    "exchange, German": (
        POSTMASTER,
        "Unzustellbar: Einladung",
        f"""Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

{A}<mailto:{A}>
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.

Diagnoseinformationen für Administratoren:

{A}
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##

Ursprüngliche Nachrichtenkopfzeilen:

Received: from mail.campaign.example
""",
        "address_unknown",
    ),
    "exchange, Spanish": (
        POSTMASTER,
        "No se puede entregar: Invitación",
        f"Error de entrega a estos destinatarios o grupos:\n\n{A}\nEl buzón del destinatario está lleno: cuota excedida.\n",
        "mailbox_full",
    ),
    "exchange, Swedish": (
        POSTMASTER,
        "Det går inte att leverera: Inbjudan",
        f"Leveransen misslyckades till följande mottagare:\n\n{A}<mailto:{A}>\nE-postadressen hittades inte.\n",
        "address_unknown",
    ),
    "Catalan": (
        POSTMASTER,
        "No s'ha pogut lliurar: Invitació",
        f"S'ha produït un error en el lliurament a aquests destinataris:\n\n{A}\nNo s'ha trobat l'adreça.\n",
        "address_unknown",
    ),
    "Russian": (
        "mailer-daemon@post.example",
        "Недоставленное сообщение",
        f"К сожалению, Ваше письмо не может быть доставлено:\n\n<{A}>:\n550 нет такого пользователя\n",
        "address_unknown",
    ),
    "Japanese": (
        POSTMASTER,
        "配信エラー",
        f"以下のメールアドレスへの送信に失敗しました。\n{A}\n\n-------server message\n550 5.1.1 User unknown\n",
        "address_unknown",
    ),
    "Chinese": (
        POSTMASTER,
        "系统退信",
        f"抱歉，您的邮件被退回来了。\n\n收件人 {A}\n\n退信原因：\n收件人邮箱已满\n",
        "mailbox_full",
    ),
    "certified mail, Italian": (
        "posta-certificata@pec.example",
        "AVVISO DI MANCATA CONSEGNA: Invito",
        f"""Nel messaggio "Invito" proveniente da "us@campaign.example"
e destinato all'utente "{A}"
è stato rilevato un errore 5.1.1 - indirizzo non valido.
""",
        "address_unknown",
    ),
    "domino": (
        POSTMASTER,
        "DELIVERY FAILURE",
        f"""Your message

  Subject: Invitation

was not delivered to:

  {A}

because:

  User mayor ({A}) not listed in Domino Directory
""",
        "address_unknown",
    ),
    "groupwise": (
        "Mailer-Daemon@relay.example",
        "Message status - undeliverable",
        f"The message that you sent was undeliverable to the following:\n\t{A} (550 5.1.1 User unknown)\n",
        "address_unknown",
    ),
    "gmail": (
        "Mail Delivery Subsystem <mailer-daemon@mail.example>",
        "Delivery Status Notification (Failure)",
        f"""** Address not found **

Your message wasn't delivered to {A} because the domain northam.example couldn't be found.

The response was:

DNS Error: DNS type 'mx' lookup of northam.example responded with code NXDOMAIN
""",
        "domain_unknown",
    ),
    "yahoo": (
        "MAILER-DAEMON@mail.example",
        "Failure Notice",
        f"""Sorry, we were unable to deliver your message to the following address.

<{A}>:
No mx record found for domain=northam.example
""",
        "accepts_no_mail",
    ),
    "zoho": (
        "mailer-daemon@mail.example",
        "Undelivered Mail Returned to Sender",
        f"A message that you sent could not be delivered.\n\n{A} Invalid Address, ERROR_CODE :550, ERROR_CODE :User Unknown\n",
        "address_unknown",
    ),
    "interscan": (
        POSTMASTER,
        "Mail could not be delivered",
        f"""*** Message from InterScan Messaging Security Suite ***

Sent <<< RCPT TO:<{A}>
Received >>> 550 5.1.1 <{A}>... user unknown
Unable to deliver message to <{A}>.
""",
        "address_unknown",
    ),
    "mailmarshal": (
        POSTMASTER,
        "Undeliverable Mail",
        f"""Your message:

  From:    us@campaign.example
  Subject: Invitation

Could not be delivered because of

  550 5.1.1 User unknown

The following recipients were affected:

    {A}

Original Sender:    <other@campaign.example>
""",
        "address_unknown",
    ),
    "surfcontrol": (
        POSTMASTER,
        "Message could not be delivered",
        f"""Your message could not be sent.
Addressed To: {A}

Failed to send to identified host,
{A}: [192.0.2.5], 550 {A}... No such user
""",
        "address_unknown",
    ),
    "mail server that repeats the address": (
        POSTMASTER,
        "Undeliverable Mail",
        f"User mailbox exceeds allowed size: {A}\n\nOriginal message follows.\n\nTo: {B}\n",
        "mailbox_full",
    ),
    "mailenable": (
        POSTMASTER,
        "Message Delivery Failure",
        f"The following recipient(s) could not be reached:\n\n\tRecipient: [SMTP:{A}]\n\tReason: mailbox is disabled\n",
        "mailbox_closed",
    ),
    "mdaemon": (
        "MDaemon@relay.example",
        "Permanent Delivery Failure",
        f"""Failed address: {A}

--- Session Transcript ---
 MAIL From:<us@campaign.example>
 250 <us@campaign.example>, Sender ok
 RCPT To:<{A}>
 550 {A}, Recipient unknown
""",
        "address_unknown",
    ),
    "opensmtpd": (
        "Mailer Daemon <MAILER-DAEMON@relay.example>",
        "Delivery status notification: error",
        f"""    An error has occurred while attempting to deliver a message for
    the following list of recipients:

{A}: 550 Invalid recipient

    Below is a copy of the original message:
""",
        "address_unknown",
    ),
    "dragonfly": (
        "<>",
        "Mail delivery failed",
        f"There was an error delivering your mail to <{A}>.\n\nCould not deliver for the last 432000 seconds. Giving up.\n",
        "not_reached",
    ),
    "mimecast": (
        POSTMASTER,
        "[Postmaster] Email Delivery Failure",
        f"""An email that you attempted to send to the following address could not be delivered:
-- {A}

Additional information follows :
-- 550 Rejected by header based anti-spoofing policy
""",
        "policy",
    ),
    "spam firewall": (
        "postmaster@wall.example",
        "**Message you sent blocked by our bulk email filter**",
        f"Your message to: {A}\nwas blocked by our Spam Firewall. It has NOT BEEN DELIVERED.\n",
        "policy",
    ),
    "filter of attachments": (
        "postmaster@wall.example",
        "Your email was blocked",
        f"Your email to {A} was rejected because attachments of type PDF are not accepted by our policy.\n",
        "policy",
    ),
    "mobile phones": (
        "post_master@text.example",
        "Undeliverable Message",
        f"""Message could not be delivered to mobile.
Error: No valid recipients for this MM

Message details:
  MAIL FROM: us@campaign.example
  RCPT TO: {A}
""",
        "address_unknown",
    ),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_words_of_mail_systems(name: str) -> None:
    """Without a report: exactly the recipient, and why."""
    sender, subject, body, reason = SYSTEMS[name]
    bounce = notice(body, subject, sender)
    assert bounce is not None
    assert (bounce.recipients, bounce.reason) == ((A,), reason)
    assert bounce.permanent is (reason in {"address_unknown", "domain_unknown", "accepts_no_mail", "mailbox_closed"})


def test_several_recipients_and_a_forwarded_one() -> None:
    """Each with its own words; who was written to is named beside whom it was forwarded to."""
    both = notice(f"Could not be delivered to:\n\n - {A}: mailbox full\n - {B}: user unknown\n")
    assert both is not None
    assert (both.recipients, both.permanent, both.reason) == ((A, B), True, "address_unknown")
    alias = notice(f"The following address(es) failed:\n\n  {B}\n    (generated from {A})\n    Unrouteable address\n")
    assert alias is not None
    assert set(alias.recipients) == {A, B}


def test_named_elsewhere() -> None:
    """In a header, in the subject, or only by the letter that comes back; our own address is nobody's."""
    silent = "Hello us@campaign.example,\nthe group may not exist."
    returned = f"Your message was returned.\n\n--- Original message follows.\n\nReceived: x\nTo: {A}\nMessage-ID: <1@x.example>\n"
    for bounce in (
        notice(silent, head=f"X-Failed-Recipients: {A}\n"),
        notice("It is over.", subject=f"Undeliverable: {A}"),
        notice(returned),
    ):
        assert bounce is not None
        assert bounce.recipients == (A,)


OTHERS = {
    "the sender": f"A message sent by\n\n  <us@office.example>\n\ncould not be delivered to:\n\n  {A}\n    mailbox is full\n",
    "who can help": f"<{A}>: mailbox is full\n\nPlease contact\nhelpline@relay.example\nor write to it@relay.example.\n",
    "a new address": f"The address {A} is no longer in use. Please use office@northam.example instead.\n",
    "in a policy": f"<{A}>: 550 <us@office.example>: Sender address rejected, see http://spf.example/?id=us@office.example\n",
    "who was reached": f"Delivery status:\n\n{B}: delivered\n{A}: failed\n",
    "an identifier": f"Delivery to {A} failed.\nMessage-ID <20220728.1@mail.office.example>\n",
    "forwarded to": f"  {A}\n    SMTP error after RCPT TO:<mayor@inside.example>:\n    550 5.1.1 <mayor@inside.example>: unknown\n",
    "in the letter": f"{A}: user unknown\n\nFrom: us@office.example\nTo: {A}\nCc: {B}\n\nDear mayor\n",
    "name and address": f"not delivered to:\n\nclerk@southam.example <{A}>\n",
}


@pytest.mark.parametrize("name", OTHERS)
def test_others_who_are_named(name: str) -> None:
    """Addresses that stand beside the recipient's."""
    bounce = notice(OTHERS[name])
    assert bounce is not None
    assert bounce.recipients == (A,)


def test_subjects_in_bytes() -> None:
    """A subject that is not encoded (RFC 6532) is read as it is."""
    bounce = notice(f"{A}\n", subject="Nedoručitelné: Pozvánka")
    assert bounce is not None
    assert open_mail("Subject: Nedoručitelné\nFrom: Žofie <z@town.example>\n\n".encode()).subject == "Nedoručitelné"


DELAYS = {
    "postfix": f"Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<{A}>: connect to mx[192.0.2.1]:25: Connection timed out\n",
    "exim": f"A message that you sent has not yet been delivered to one or more of its recipients.\n\n  {A}\n\nDelivery attempts will continue for some time.\n",
    "sendmail": f"   ----- The following addresses had transient non-fatal errors -----\n<{A}>\n\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n",
    "gmail": f"** Delivery incomplete **\n\nThere was a problem delivering your message to {A}. It will be retried for 47 hours.\n",
    "French": f"Retard de remise à ces destinataires :\n\n{A}\n\nUne nouvelle tentative sera faite.\n",
    "German": f"Ihre Nachricht wurde noch nicht zugestellt, die Zustellung wird weiterhin versucht:\n\n{A}\n",
}


@pytest.mark.parametrize("name", DELAYS)
def test_delays(name: str) -> None:
    """Nothing is lost yet."""
    bounce = notice(DELAYS[name], subject="Delivery Status Notification (Delay)")
    assert bounce is not None
    assert (bounce.recipients, bounce.permanent, bounce.reason) == ((A,), False, "delayed")


# ---------------------------------------------------------------- reports


def report(
    fields: str, *, kind_of_part: str = "message/delivery-status", encoding: str = "7bit", more: str = ""
) -> str:
    text = base64.encodebytes(fields.encode()).decode() if encoding == "base64" else fields
    return (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nCould not be delivered.\n"
        f"--b\nContent-Type: {kind_of_part}\nContent-Transfer-Encoding: {encoding}\n\n{text}\n{more}--b--\n"
    )


def reported(mail: str, subject: str = "Delivery report") -> Bounce | None:
    return read_bounce(open_mail(f"From: {DAEMON}\nTo: us@campaign.example\nSubject: {subject}\n{mail}".encode()))


HEAD = "Reporting-MTA: dns; relay.example\nArrival-Date: Thu, 28 Jul 2022 09:00:00 +0200\n\n"
# By name: fields, and the recipients, kind and status that they give.
REPORTS: dict[str, tuple[str, tuple[str, ...], str, str | None]] = {
    "as the standard says": (
        f"Final-Recipient: rfc822; {A}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n",
        (A,), "permanent", "5.1.1",
    ),
    "blanks before colons": (
        f"Action : failed\nStatus : 5.0.0\nDiagnostic-Code : smtp;550 5.7.54 Unable to relay\nFinal-Recipient : rfc/822;{A}\n",
        (A,), "temporary", "5.7.54",
    ),
    "outcome first, in brackets, capitals": (
        f"ACTION: Failed\nSTATUS: 5.1.1 (bad destination mailbox)\nFINAL-RECIPIENT: RFC822; <{A.upper()}>\n",
        (A,), "permanent", "5.1.1",
    ),
    "no blank line between two": (
        f"Final-Recipient: rfc822; {A}\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; {B}\nAction: failed\nStatus: 5.2.2\n",
        (A, B), "permanent", "5.1.1",
    ),
    "blank lines within one": (
        f"Original-Recipient: rfc822; {A}\n\nAction: failed\nStatus: 5.2.2\n",
        (A,), "temporary", "5.2.2",
    ),
    "forwarded": (
        f"Original-Recipient: rfc822;{A}\nFinal-Recipient: rfc822;{B}\nAction: failed\nStatus: 5.1.1\n",
        (A, B), "permanent", "5.1.1",
    ),
    "one arrived": (
        f"Final-Recipient: rfc822; {B}\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; {A}\nAction: failed\nStatus: 5.1.2\n",
        (A,), "permanent", "5.1.2",
    ),
    "delayed": (f"Final-Recipient: rfc822; {A}\nAction: delayed\nStatus: 4.4.1\n", (A,), "delayed", "4.4.1"),
    "given up after days": (
        f"Final-Recipient: rfc822; {A}\nAction: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; connection timed out\n",
        (A,), "temporary", "4.4.7",
    ),
    "no action": (
        f"Original-Recipient: rfc822;{A}\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 no such user\n", (A,), "permanent", "5.1.1"
    ),
    "folded words": (
        f"Final-Recipient: rfc822; {A}\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 554\n 5.7.1 Message rejected\n as spam\n",
        (A,), "temporary", "5.7.1",
    ),
    "all arrived": (f"Final-Recipient: rfc822; {A}\nAction: relayed\nStatus: 2.1.5\n", (), "none", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REPORTS)
def test_reports(name: str) -> None:
    """RFC 3464, and what servers make of it."""
    fields, recipients, expected, status = REPORTS[name]
    bounce = reported(report(HEAD + fields))
    assert kind(bounce) == expected
    assert (() if bounce is None else bounce.recipients, None if bounce is None else bounce.status) == (
        recipients,
        status,
    )


@pytest.mark.parametrize("encoding", ["7bit", "base64"])
@pytest.mark.parametrize("part", ["message/delivery-status", "message/global-delivery-status", "text/plain"])
def test_where_a_report_stands(part: str, encoding: str) -> None:
    """As its own part, however encoded, or in the text; also where the boundary is missing."""
    fields = f"{HEAD}Final-Recipient: rfc822; {A}\nAction: failed\nStatus: 5.1.1\n"
    whole = report(fields, kind_of_part=part, encoding=encoding)
    broken = report(fields, kind_of_part=part).replace("boundary=b", "boundary=lost")
    for bounce in (reported(whole), reported(broken)):
        assert bounce is not None
        assert (bounce.recipients, bounce.permanent) == ((A,), True)


def test_letters_that_come_back() -> None:
    """The letter is known by its Message-ID; a report within it is not this one's."""
    inner = report(f"Final-Recipient: rfc822; {B}\nAction: failed\nStatus: 5.1.1\n")
    letter = f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <ours@campaign.example>\n{inner.replace('boundary=b', 'boundary=c').replace('--b', '--c')}\n"
    bounce = reported(report(f"Final-Recipient: rfc822; {A}\nAction: failed\nStatus: 5.2.2\n", more=letter))
    assert bounce is not None
    assert (bounce.recipients, bounce.message_ids) == ((A,), ("<ours@campaign.example>",))


def test_json() -> None:
    """Amazon's notices, also wrapped in another layer."""
    bounced = {"emailAddress": A, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 user unknown"}
    plain = json.dumps({"bounce": {"bouncedRecipients": [bounced]}, "mail": {"destination": [B]}})
    for body in (plain, json.dumps({"Message": plain})):
        bounce = notice(body, "AWS Notification Message", "no-reply@sns.amazonaws.example")
        assert bounce is not None
        assert (bounce.recipients, bounce.permanent) == ((A,), True)


def test_automatic_rejection() -> None:
    """Dovecot says so in a receipt (RFC 8098); a receipt that a letter was read is no notice."""
    head = "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
    fields = f"\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; {A}\nDisposition: automatic-action; deleted\n--b--\n"
    rejected = reported(f"{head}Your message to <{A}> was automatically rejected:\nQuota exceeded{fields}")
    assert rejected is not None
    assert (rejected.recipients, rejected.reason) == ((A,), "mailbox_full")
    assert (
        read_bounce(open_mail(f"From: {A}\nSubject: Read: Invitation\n{head}It was displayed.{fields}".encode()))
        is None
    )


def test_a_notice_that_was_passed_on() -> None:
    """A colleague forwards it; with an answer of its own it is a letter."""
    quoted = f"Begin forwarded message:\n\n> Final-Recipient: RFC822; {A}\n> Action: failed\n> Status: 5.1.1\n"
    bounce = notice(quoted, "Fwd: Returned mail: see transcript for details", "clerk@campaign.example")
    assert bounce is not None
    assert bounce.recipients == (A,)
    assert notice("We join. " * 40 + quoted, "Fwd: Returned mail", "clerk@southam.example") is None


# ---------------------------------------------------------------- what is none

PERSON = "Ana Mayor <mayor@northam.example>"
NO_NOTICES = {
    "answer": (PERSON, "Re: Invitation", f"Your letter to {B} could not be delivered, write to {A} instead. We join!", ""),
    "answer to a notice": (PERSON, "RE: Undeliverable: Invitation", f"It came back: it could not be delivered to {B}.", ""),
    "absence": (PERSON, "Automatic reply: Invitation", f"I am away. Write to {B}.", "Return-Path: <>\nAuto-Submitted: auto-replied\n"),
    "arrived": (DAEMON, "Successful Mail Delivery Report", f"Your message was delivered to {A}.", ""),
    "certified mail that arrived": ("posta-certificata@pec.example", "CONSEGNA: Invito", f'consegnato a "{A}"', ""),
    "complaint": (
        DAEMON, "Abuse report: undeliverable", "--b\nContent-Type: text/plain\n\nAn abuse report.\n--b--\n",
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n",
    ),
    "question": (PERSON, "Delivery of documents", "When can we deliver the declaration to you?", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_NOTICES)
def test_no_notices(name: str) -> None:
    """People and other machines."""
    sender, subject, body, head = NO_NOTICES[name]
    assert notice(body, subject, sender, head) is None


# ---------------------------------------------------------------- reasons


@pytest.mark.parametrize(
    ("words", "status", "reason", "permanent"),
    [
        ("550 user unknown", None, "address_unknown", True),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "5.1.10", "address_unknown", True),
        ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1", "address_unknown", True),
        ("450 4.1.1 unverified address: user unknown", "4.1.1", "address_unknown", True),
        ("the account has been disabled", "5.2.1", "mailbox_closed", True),
        ("551 User has moved to clerk@elsewhere.example", None, "address_moved", True),
        ("Host or domain name not found. Name service error: Host not found", "5.4.4", "domain_unknown", True),
        ("Name service error: Host not found, try again", "4.4.3", "not_reached", False),
        ("556 5.1.10 Domain does not accept mail (nullMX)", "5.1.10", "accepts_no_mail", True),
        ("552 5.2.2 mailbox full", "5.2.2", "mailbox_full", False),
        ("550 5.7.1 Client host blocked using zen.spamhaus.org", "5.7.1", "policy", False),
        (
            "550 5.7.26 unauthenticated email is not accepted due to the domain's DMARC policy",
            "5.7.26",
            "sender",
            False,
        ),
        ("554 5.7.1 Relay access denied", "5.7.1", "sender", False),
        ("after MAIL FROM:<us@campaign.example>: 550 domain campaign.example does not exist", None, "sender", False),
        ("552 5.3.4 message size exceeds the limit", "5.3.4", "letter", False),
        ("451 4.7.1 greylisted, try again later", "4.7.1", "passing", False),
        ("host antispam.northam.example[192.0.2.1] said: 550 no such user", None, "address_unknown", True),
        ("550 unknown user (in reply to end of DATA command)", None, "filtered", False),
        ("connection timed out", None, "not_reached", False),
        ("", "5.1.1", "address_unknown", True),
        ("", "5.6.3", "letter", False),
        ("something else", None, "unknown", False),
    ],
)
def test_reasons(words: str, status: str | None, reason: str, permanent: bool) -> None:
    """Whose turn it is: only for a dead address must another be found."""
    assert reason_of(words, status) == reason
    assert is_permanent(reason, status, given_up=True) is permanent
    assert not is_permanent(reason, status, given_up=False)


def test_general_words_give_way() -> None:
    """What a notice explains in general stands back behind what the server said."""
    around = "Either the mailbox is full, or the address does not exist."
    assert reason_of("550 blocked for unwanted messages", None, around) == "policy"
    assert reason_of("", "5.1.1", around) == "address_unknown"
    assert reason_of("", None, "the mailbox is full") == "mailbox_full"


@pytest.mark.parametrize(
    "filling",
    [
        "a@", "a@b.", f"<{A}>: x\n", "----------\n", "original message ", f"Final-Recipient: rfc822; {A}\nAction: failed\n\n",
        "Final-Recipient: x\n x\n x\n", "5.1.1 ", "1.", "Received: x\n", "To: a@b.example\n", "> x\n", "please ", '"a@', "\n\n to:",
    ],
)  # fmt: skip
def test_hostile_texts_cost_little(filling: str) -> None:
    """A megabyte of anything is read within limits."""
    message = open_mail(
        f"From: {DAEMON}\nSubject: Fwd: Undelivered\n\n{filling * (1_000_000 // len(filling))}".encode()
    )
    start = time.process_time()
    read_bounce(message)
    assert time.process_time() - start < 10  # what explodes takes minutes; benchmarks/bombs.py measures
