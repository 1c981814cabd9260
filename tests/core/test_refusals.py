"""Whose fault a refusal is: real answers of relays, each taken by its own row of the table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outreach.core.refusals import MEANINGS, classify, row_for
from outreach.languages.relays import RelayAnswer, load_relay_answers
from outreach.model import HandoverResult as R


def said() -> Iterator[tuple[RelayAnswer, str]]:
    """Every example of every row."""
    for row in load_relay_answers():
        for words in row.said:
            yield row, words


@pytest.mark.parametrize(
    ("row", "words"), tuple(said()), ids=lambda one: one[:40] if isinstance(one, str) else one.means
)
def test_every_row_takes_its_own_examples(row: RelayAnswer, words: str) -> None:
    """No row before it takes them, so none is in vain."""
    stage, code, text = words.split(" ", 2)
    found = row_for(stage, int(code), text)
    assert found is not None
    assert found.who == row.who
    assert classify(stage, int(code), text) is MEANINGS[row.means]


def test_every_row_says_whose_it_is_and_shows_an_answer() -> None:
    """A row without an example proves nothing; the great providers are all there."""
    rows = load_relay_answers()
    assert [row.who for row in rows if not row.said or row.means not in MEANINGS] == []
    assert len({row.who for row in rows}) == len(rows)
    for provider in ("Microsoft 365", "Google", "Amazon SES", "Postfix", "Exim"):
        assert any(provider in row.who for row in rows)


@pytest.mark.parametrize(
    ("stage", "code", "text", "result"),
    [
        ("rcpt", 550, "5.1.1 no such user", R.REFUSED),
        ("reply", 550, "5.1.1 no such user", R.REFUSED),
        ("rcpt", 550, "no such user here", R.REFUSED),
        ("rcpt", 550, "5.2.1 mailbox disabled", R.REFUSED),
        ("rcpt", 450, "4.2.0 greylisted", R.DEFERRED),
        ("reply", 451, "4.3.0 try later", R.DEFERRED),
        ("mail", 421, "4.3.2 closing", R.DEFERRED),
        ("reply", 432, "4.3.2 Concurrent connections limit exceeded", R.ACCOUNT),
        ("reply", 550, "5.4.5 Daily user sending limit exceeded", R.ACCOUNT),
        ("reply", 554, "5.2.0 STOREDRV.Submission.Exception", R.ACCOUNT),
        ("mail", 550, "5.7.60 SendAsDenied", R.ACCOUNT),
        ("mail", 530, "5.7.0 Authentication required", R.ACCOUNT),
        ("mail", 553, "sender not allowed", R.ACCOUNT),
        ("reply", 552, "5.3.4 message too big", R.LETTER),
        ("reply", 554, "5.7.1 looks like spam", R.LETTER),
        ("reply", 554, "5.6.0 bad content", R.LETTER),
        ("rcpt", 554, "5.7.1 not wanted here", R.REFUSED),
        # ours: login, rate, limits, reputation
        ("reply", 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", R.ACCOUNT),
        ("mail", 432, "too many connections", R.ACCOUNT),
        ("mail", 421, "4.3.2 Concurrent connections limit exceeded", R.ACCOUNT),
        ("mail", 454, "4.7.0 Temporary authentication failure", R.ACCOUNT),
        ("reply", 454, "Throttling failure: Maximum sending rate exceeded.", R.ACCOUNT),
        ("mail", 535, "5.7.8 Bad credentials", R.ACCOUNT),
        ("reply", 554, "5.2.2 STOREDRV.Submission; quota", R.ACCOUNT),
        ("reply", 550, "5.1.90 You have reached your daily limit for message recipients", R.ACCOUNT),
        ("rcpt", 550, "5.7.705 Access denied, tenant has exceeded threshold", R.ACCOUNT),
        ("rcpt", 550, "5.1.8 Access denied, bad outbound sender", R.ACCOUNT),
        ("rcpt", 554, "5.7.1 <b@y.example>: Relay access denied", R.ACCOUNT),
        ("rcpt", 553, "5.7.1 <a@x.example>: Sender address rejected: not owned by user a", R.ACCOUNT),
        ("rcpt", 554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", R.ACCOUNT),
        ("rcpt", 550, "5.7.26 unauthenticated mail from x.example is not accepted", R.ACCOUNT),
        ("rcpt", 503, "5.5.1 Error: authentication required", R.ACCOUNT),
        ("reply", 554, "Message rejected: Email address is not verified.", R.ACCOUNT),
        ("mail", 501, "5.1.7 bad sender address syntax", R.ACCOUNT),
        # the contact's
        ("reply", 550, "sorry, no mailbox here by that name. (#5.1.1)", R.REFUSED),
        ("reply", 550, "Requested action not taken: mailbox unavailable", R.REFUSED),
        ("rcpt", 550, "5.4.1 Recipient address rejected: Access denied", R.REFUSED),
        ("reply", 550, "5.4.4 host not found", R.REFUSED),
        ("reply", 552, "5.2.2 mailbox full", R.REFUSED),
        ("rcpt", 552, "mailbox full", R.REFUSED),
        ("rcpt", 553, "5.6.7 non-ASCII addresses not permitted", R.REFUSED),
        ("reply", 550, "5.7.133 sender not authenticated for group", R.REFUSED),
        ("data", 554, "no valid recipients", R.REFUSED),
        # the letter's
        ("mail", 552, "5.3.4 Message size exceeds fixed limit", R.LETTER),
        ("mail", 552, "message size exceeds maximum", R.LETTER),
        ("payload", 552, "too big", R.LETTER),
        ("rcpt", 552, "5.3.4 too big for this system", R.LETTER),
        ("reply", 550, "content rejected", R.LETTER),
        ("reply", 554, "from 5.1.1.7 and not a status", R.LETTER),
        # passing
        ("reply", 421, "4.4.2 timeout", R.DEFERRED),
        ("rcpt", 451, "4.7.1 Greylisting in action", R.DEFERRED),
        ("rcpt", 452, "4.2.2 mailbox full", R.DEFERRED),
        ("mail", 452, "4.3.1 insufficient system storage", R.DEFERRED),
        ("rcpt", 450, "4.1.2 Domain not found", R.DEFERRED),
    ],
)
def test_whose_fault_it_is(stage: str, code: int, text: str, result: R) -> None:
    """Ours, the letter's, the contact's, or a passing one."""
    assert classify(stage, code, text) is result


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "payload", "reply"])
def test_every_refusal_means_something(stage: str) -> None:
    """None is a yes or a doubt, a 4xx never ends a letter, and the last row takes what no other took."""
    for code in range(400, 600):
        for text in ("", "x", f"{code // 100}.0.0", f"{code // 100}.1.1 x"):
            result = classify(stage, code, text)
            assert result in ((R.DEFERRED, R.ACCOUNT) if code < 500 else (R.ACCOUNT, R.LETTER, R.REFUSED))
