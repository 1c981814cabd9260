"""The real route of a letter on loopback: Postfix takes it, relays it, and tells when it cannot."""

from __future__ import annotations

import smtplib

from tests.servers.postfix import Postfix


def test_a_letter_is_relayed(postfix: Postfix) -> None:
    """It arrives at the sink with its envelope."""
    with smtplib.SMTP(postfix.host, postfix.port) as client:
        client.sendmail(
            "secretariat@town.example", ["mayor@route.example"], "Subject: Invitation\r\n\r\nDear Mayor\r\n"
        )
    letter = postfix.sink.wait("mayor@route.example")
    assert letter.sender == "secretariat@town.example"
    assert b"Dear Mayor" in letter.raw


def test_a_refused_address_comes_back_as_a_notice(postfix: Postfix) -> None:
    """A real delivery status notification (RFC 3464) goes to the sender."""
    postfix.sink.refused["gone@route.example"] = "550 5.1.1 no such user here"
    with smtplib.SMTP(postfix.host, postfix.port) as client:
        client.sendmail("bounces@town.example", ["gone@route.example"], "Subject: Invitation\r\n\r\nDear Mayor\r\n")
    notice = postfix.sink.wait("bounces@town.example")
    assert notice.sender in ("", "<>")
    assert b"Status: 5.1.1" in notice.raw
