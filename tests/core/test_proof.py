"""What a copy proves, when a letter is looked for, and what follows where none is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from outreach.core.letters.reference import LetterName, check_reference, make_reference, message_id, read_message_id
from outreach.core.preflight import LetterFacts, check_everything
from outreach.core.proof import (
    Ask,
    Copy,
    FoundBy,
    LookAgain,
    Place,
    SendAgain,
    Wanted,
    archive_place,
    genuine_numbers,
    in_words,
    is_own_copy,
    next_look,
    not_found,
    profile_findings,
    profile_name,
    proves,
    sent_place,
)
from outreach.core.reading.reader import open_mail
from outreach.model import LetterKind, Message, RelayProfile
from outreach.settings import CampaignSettings, InboxSettings, SenderSettings, SendingSettings, Settings, SmtpSettings

KEY, CAMPAIGN = b"k" * 32, "trial"
T = datetime(2022, 7, 15, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REFERENCE = make_reference(KEY, CAMPAIGN, 7)
ID = message_id(REFERENCE, LetterKind.INVITATION, 1, 0, 0, "uclg.org")
REMINDER = message_id(REFERENCE, LetterKind.REMINDER, 1, 1, 0, "uclg.org")
WANTED = Wanted(ID, 7, "office@uclg.org", "mayor@vic.example", "Join us, Vic", T, [REMINDER], [T + timedelta(days=30)])
FORGED = REFERENCE[:-1] + ("A" if REFERENCE[-1] != "A" else "B")


def genuine(reference: str) -> int | None:
    return check_reference(KEY, CAMPAIGN, reference)


def mail(text: str = "Dear Mayor", **changes: str) -> Message:
    """The copy of a letter whose server gave it another Message-ID and Date; headers may be changed."""
    headers = {
        "From": "Office <office@uclg.org>",
        "To": "mayor@vic.example",
        "Subject": "Join us, Vic",
        "Date": "Fri, 15 Jul 2022 08:01:00 +0000",
        "Message-ID": "<0123@prod.example>",
        "List-Unsubscribe": f"<mailto:office@uclg.org?subject=stop%20{REFERENCE}>",
    }
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    return open_mail("\r\n".join([*lines, "", text, ""]).encode())


def copy(text: str = "Dear Mayor", received: datetime | None = T + MINUTE, **changes: str) -> Copy:
    message = mail(text, **changes)
    return Copy(message, received, genuine_numbers(message, genuine, text=True))


@pytest.mark.parametrize(
    ("found", "by"),
    [
        (copy(Message_ID=ID, Subject="another", To="x@y.example"), FoundBy.MESSAGE_ID),
        (copy(X_Microsoft_Original_Message_ID=ID), FoundBy.MOVED_ID),
        (copy(), FoundBy.REFERENCE),
        (copy(Subject="Join us,\r\n Vic"), FoundBy.REFERENCE),
        (copy(List_Unsubscribe="", text=f"Reference: {REFERENCE}"), FoundBy.REFERENCE),
        (copy(received=None), FoundBy.REFERENCE),
        (copy(received=T - 4 * MINUTE), FoundBy.REFERENCE),
        (copy(received=T - timedelta(days=9), Date="Fri, 15 Jul 2022 08:00:00 +0000"), FoundBy.REFERENCE),
        (copy(List_Unsubscribe=""), None),
        (copy(List_Unsubscribe=f"<mailto:office@uclg.org?subject=stop%20{FORGED}>"), None),
        (copy(List_Unsubscribe=f"<mailto:o@u.example?subject={make_reference(KEY, CAMPAIGN, 8)}>"), None),
        (copy(From="mayor@vic.example"), None),
        (copy(From="Office <office@uclg.org>, other@uclg.org"), None),
        (copy(To="other@vic.example"), None),
        (copy(Subject="Reminder: join us, Vic"), None),
        (copy(Message_ID=REMINDER), None),
        (copy(X_Microsoft_Original_Message_ID=REMINDER), None),
        (copy(Date="Sun, 14 Aug 2022 08:00:00 +0000", received=T + timedelta(days=30)), None),
        (copy(received=T - 6 * MINUTE), None),
        (copy(received=None, Date=""), None),
    ],
)
def test_what_a_copy_proves(found: Copy, by: FoundBy | None) -> None:
    """The Message-ID alone, the moved one alone; the reference only with sender, address, subject and time."""
    assert proves(found, WANTED) is by


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        (mail(Message_ID=ID), True),
        (mail(), True),
        (mail(Message_ID="<a@b.example>", List_Unsubscribe="", X_Microsoft_Original_Message_ID=ID), True),
        (mail(List_Unsubscribe=""), False),
        (mail(List_Unsubscribe="", text=f"> Reference: {REFERENCE}\r\n\r\nYes"), False),
        (mail(From="mayor@vic.example"), False),
        (mail(List_Unsubscribe=f"<mailto:office@uclg.org?subject=stop%20{FORGED}>"), False),
    ],
)
def test_what_is_a_letter_of_our_own(message: Message, *, ours: bool) -> None:
    """From us, with a genuine reference where only our letters have it; an answer quotes it elsewhere."""
    assert is_own_copy(message, {"office@uclg.org"}, genuine) is ours


@pytest.mark.parametrize(
    ("looks", "last", "at"),
    [(0, None, 10), (1, 11, 21), (2, 40, 100), (0, 11, 71)],
    ids=["first", "second", "later", "a person was asked"],
)
def test_when_a_letter_is_looked_for(looks: int, last: int | None, at: int) -> None:
    """After the waiting time, once more after another, then hourly."""
    last_look = None if last is None else T + last * MINUTE
    assert next_look(T, looks, last_look, 10 * MINUTE) == T + at * MINUTE


SENT, COPIES = Place("Sent", complete=True, since=T - MINUTE), Place("Copies", complete=False)


@pytest.mark.parametrize(
    ("looks", "places", "verdict"),
    [
        (1, [SENT], LookAgain),
        (2, [SENT, COPIES], SendAgain),
        (2, [COPIES], Ask),
        (2, [], Ask),
        (2, [Place("Copies", complete=False, missing=True)], Ask),
        (2, [replace(SENT, since=T + MINUTE)], Ask),
        (2, [replace(SENT, since=None)], SendAgain),
    ],
)
def test_what_follows_where_no_copy_is(looks: int, places: list[Place], verdict: type) -> None:
    """Sent again only after two looks into a folder that was known to receive every copy when the letter was begun."""
    assert isinstance(not_found(T, looks, places), verdict)


def test_a_message_id_tells_which_letter_it_names() -> None:
    """What was made is read back; anything else is not ours."""
    plain = REFERENCE.replace("-", "")
    assert read_message_id(REMINDER) == LetterName(LetterKind.REMINDER, 1, 1, 0, plain, REMINDER)
    assert genuine(plain) == 7
    for other in ("", "<a@b.example>", f"<test.1.{ID[1:]}", ID.replace("invitation", "letter"), ID[1:-1], f"{ID} {ID}"):
        assert read_message_id(other) is None


SETTINGS = Settings(
    CampaignSettings("trial", "Trial", date(2022, 9, 15)),
    SenderSettings("Office", "office@uclg.org"),
    SmtpSettings("smtp.example", username="office"),
    InboxSettings(host="imap.example", username="office", archive_folder="Copies"),
    sending=SendingSettings(blind_copy="copies@uclg.org"),
)
GOOD = RelayProfile(profile_name(SETTINGS), T, "kept", "Sent", "Copies", "copies@uclg.org", "", plus=True)


@pytest.mark.parametrize(
    ("profile", "what"),
    [
        (GOOD, []),
        (None, ["it is not known how the relay behaves"]),
        (replace(GOOD, message_id=""), ["the test letter did not arrive in time"]),
        (replace(GOOD, message_id="replaced"), ["the relay replaces Message-IDs"]),
        (replace(GOOD, blind_copy="other@uclg.org"), ["the blind copy was changed"]),
        (replace(GOOD, archive_folder=""), ["the blind copy does not arrive"]),
        (
            replace(GOOD, archive_folder="", sent_folder=""),
            ["the blind copy does not arrive", "no folder receives a copy of every letter"],
        ),
        (replace(GOOD, authserv_id="mx.example"), ["the mail server signs as mx.example"]),
    ],
)
def test_what_a_person_should_know_of_the_relay(profile: RelayProfile | None, what: list[str]) -> None:
    """Each with its cure, and none of them stops a launch."""
    findings = list(profile_findings(SETTINGS, profile))
    assert [one.what for one in findings] == what
    assert all(one.warning and one.cure for one in findings)


def test_judging_early_is_warned_of() -> None:
    """Ten minutes are the standard's; less is allowed, and told."""
    nothing = LetterFacts(frozenset(), {}, {}, ())
    for minutes, told in ((10, False), (9, True)):
        settings = replace(SETTINGS, sending=SendingSettings(doubt_minutes=minutes))
        findings = check_everything(settings, (), nothing, today=date(2022, 7, 15), sender=None)
        early = [one for one in findings if one.what == "letters in doubt are judged early"]
        assert [one.warning for one in early] == ([True] if told else [])


def test_the_relay_is_told_in_words() -> None:
    """All that was learned, and only that."""
    assert in_words(GOOD) == (
        "keeps Message-IDs",
        "puts a copy into Sent by itself",
        "delivers the blind copy into Copies",
        "delivers to addresses with a plus sign",
    )
    assert in_words(RelayProfile("s", T)) == (
        "did not deliver the test letter in time",
        "puts no copy into Sent",
    )


def test_which_places_are_complete() -> None:
    """As the profile saw them, under the settings as they are; never the folder in which people work."""
    assert sent_place(GOOD, "Sent").complete
    assert not sent_place(GOOD, "Sent Items").complete
    assert not sent_place(None, "Sent").complete
    assert archive_place(GOOD, SETTINGS, "Copies").complete
    inbox = replace(SETTINGS, inbox=replace(SETTINGS.inbox, folder="Copies"))
    assert not archive_place(GOOD, inbox, "Copies").complete
    assert not archive_place(GOOD, replace(SETTINGS, sending=SendingSettings()), "Copies").complete
