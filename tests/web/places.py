"""The pages that are looked at: by screenshots and by axe-core; who adds a page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page that somebody with a role looks at; role "": nobody is logged in."""

    name: str
    path: str
    role: str = "admin"
    in_docs: bool = False  # its screenshots stand in docs/screenshots


PLACES = (
    Place("overview", "/", in_docs=True),
    Place("log", "/log", in_docs=True),
    Place("log-filtered", "/log?state=confirmed&sort=-since", "reader"),
    Place("log-empty", "/log?q=nobody-of-that-name&country=FR", "reader"),
    Place("log-as-of", "/log?as_of=2022-07-25&review=yes", "reader"),
    Place("invitee", "/invitees/1", in_docs=True),
    Place("invitee-reader", "/invitees/5", "reader"),
    # Review of answers, and the inbox
    Place("review", "/review", in_docs=True),
    Place("review-open", "/review/28", in_docs=True),
    Place("review-city", "/review/15?without=city&find=n"),
    Place("review-reader", "/review/10", "reader"),
    Place("mails", "/mails"),
    Place("mail", "/mails/30"),
    Place("mail-source", "/mails/30/source", "reader"),
    Place("letters", "/letters", in_docs=True),
    Place("letters-contacts", "/letters/contacts", "sender"),
    Place("letters-preview", "/letters/preview?strange=yes", "reader", in_docs=True),
    Place("letters-preview-phone", "/letters/preview?view=phone&language=fr", "reader"),
    Place("letters-preview-text", "/letters/preview?view=text&letter=reminder.1&find=a", "reader"),
    Place("letters-check", "/letters/check", "reader"),
    Place("letters-test", "/letters/test", "sender"),
    Place("letters-launch", "/letters/launch", "sender", in_docs=True),
    Place("letters-sending", "/letters/sending", "sender"),
    Place("letters-reminders", "/letters/reminders", "sender", in_docs=True),
    Place("letters-thanks", "/letters/thanks", "sender"),
    Place("letters-outbox", "/letters/outbox", "sender"),
    Place("accounts", "/accounts"),
    Place("audit", "/audit"),
    Place("settings", "/settings", "reader"),
    Place("login", "/login", ""),
    Place("no-link", "/open/none", ""),
    Place("no-page", "/none", "reader"),
    Place("forbidden", "/accounts", "reader"),
)
