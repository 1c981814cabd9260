"""Asks the name servers about the sender's domain; offline is an answer too."""

from __future__ import annotations

PATIENCE = 3.0  # seconds for each question


def look_up_sender(address: str) -> tuple[str, bool | None, bool | None, bool | None]:
    """The domain, and whether it has SPF, DMARC and MX records; None where nobody could be asked."""
    domain = address.rpartition("@")[2].lower()
    spf = _has_text(domain, "v=spf1")
    if spf is None:
        return domain, None, None, None
    parent = domain.partition(".")[2]
    dmarc = _has_text(f"_dmarc.{domain}", "v=dmarc1")
    if dmarc is False and "." in parent:
        dmarc = _has_text(f"_dmarc.{parent}", "v=dmarc1")
    return domain, spf, dmarc, _has_mail_server(domain)


def _has_text(name: str, beginning: str) -> bool | None:
    from dns.exception import DNSException  # noqa: PLC0415  only for a check
    from dns.resolver import NXDOMAIN, NoAnswer, resolve  # noqa: PLC0415

    try:
        records = resolve(name, "TXT", lifetime=PATIENCE)
    except (NXDOMAIN, NoAnswer):
        return False
    except DNSException:
        return None
    return any(b"".join(record.strings).decode("ascii", "replace").lower().startswith(beginning) for record in records)


def _has_mail_server(domain: str) -> bool | None:
    from dns.exception import DNSException  # noqa: PLC0415
    from dns.resolver import NXDOMAIN, NoAnswer, resolve  # noqa: PLC0415

    try:
        return bool(resolve(domain, "MX", lifetime=PATIENCE))
    except (NXDOMAIN, NoAnswer):
        return False
    except DNSException:
        return None
