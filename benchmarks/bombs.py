"""Mails made to cost too much: each is opened and read in a process of its own, within a second of work and 256 MB."""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable

MOST_SECONDS = 1.0
MOST_MEGABYTES = 256
HEAD = b"From: Ana <ana@rioseco.example>\nTo: office@example.org\nSubject: Re: Invitation\nMIME-Version: 1.0\n"
ANSWER = "We are pleased to confirm that Rioseco joins the campaign."
SAID = ANSWER.encode()
MB = 1_000_000


def plain(body: bytes, more: bytes = b"", kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    """A mail of one part."""
    return HEAD + b"Content-Type: " + kind + b"\n" + more + b"\n" + body


def html(body: bytes) -> bytes:
    """A mail of one HTML part."""
    return plain(body, kind=b"text/html; charset=utf-8")


def field(name: bytes, value: bytes) -> bytes:
    """A mail whose bomb is one header field."""
    return HEAD + name + b": " + value + b"\n\n" + SAID


def mixed(parts: bytes, boundary: bytes = b"x") -> bytes:
    """A mail of several parts."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n" + parts


def nested(levels: int, *, distinct: bool = True, inner: bytes = SAID) -> bytes:
    """Multiparts within multiparts."""
    names = [b"b%d" % level if distinct else b"x" for level in range(levels)]
    open_ = b"".join(b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (name, name) for name in names)
    return HEAD + open_ + b"Content-Type: text/plain\n\n" + inner


def filler(levels: int, size: int) -> bytes:
    """A large text below many multiparts, with lines that look like their delimiters."""
    return nested(levels, inner=b"--b7x\n--b\n" * (size // 10))


def _unreadable_words() -> bytes:
    words = b" ".join(b"=?koi8-u?b?" + base64.b64encode(bytes(range(128, 168))) + b"?=" for _ in range(60))
    return HEAD + b"".join(b"X-A%d: %s\n" % (n, words) for n in range(60)) + b"\n" + SAID


def _eight_bit() -> bytes:
    odd = bytes(range(128, 255)) * 8
    return HEAD + b"".join(b"X-A%d: %s\n" % (n, odd[n % 100 :]) for n in range(240)) + b"\n" + odd


def _parts_without_charset() -> bytes:
    odd = bytes(range(160, 255)) * 20
    return mixed(b"".join(b"--x\nContent-Type: text/plain; charset=nope\n\n" + odd + b"\n" for _ in range(190)))


def _quoted_letter() -> bytes:
    return plain(SAID + b"\n" + b"On 1.1.2022 at 1:1, x <a@b.example> wrote\n" * 20_000)


def _rfc822_base64() -> bytes:
    inner = HEAD + b"\n" + SAID
    for _ in range(25):
        coded = base64.encodebytes(inner)
        inner = HEAD + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + coded
    return inner


BOMBS: dict[str, Callable[[], bytes]] = {
    # structure
    "1,000 multiparts, nested": lambda: nested(1000),
    "1,000 multiparts, nested, one boundary": lambda: nested(1000, distinct=False),
    "5,000 multiparts, nested": lambda: nested(5000),
    "10 MB below 19 multiparts": lambda: filler(19, 10 * MB),
    "10 MB below 190 multiparts": lambda: filler(190, 10 * MB),
    "1,000 forwarded mails, nested": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 1000 + SAID,
    "25 forwarded mails, nested, in base64": _rfc822_base64,
    "forwarded mails and multiparts, nested by turns": lambda: (
        HEAD + b"Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=x\n\n--x\n" * 500 + SAID
    ),
    "200,000 parts": lambda: mixed(b"--x\n\na\n" * 200_000),
    "200,000 empty parts": lambda: mixed(b"--x\n" * 200_000),
    "190 parts, each multipart of 190": lambda: mixed(
        b"".join(
            b"--x\nContent-Type: multipart/mixed; boundary=y%d\n\n" % n + b"--y%d\n\na\n" % n * 190 for n in range(190)
        )
    ),
    "1,000,000 lines like a delimiter": lambda: mixed(b"--x\n\n" + SAID + b"\n" + b"--xy\n" * MB),
    "one line of 10 MB with delimiters": lambda: mixed(b"--x\n\n" + SAID + b"\n" + b"--x" * (10 * MB // 3)),
    "a boundary of 100 kB": lambda: mixed(b"--" + b"x" * 100_000 + b"\n\n" + SAID, b"x" * 100_000),
    "10,000 attachments": lambda: mixed(
        b"".join(b"--x\nContent-Disposition: attachment; filename=a%d.pdf\n\na\n" % n for n in range(10_000))
    ),
    "2,000 alternatives in HTML": lambda: mixed(b"--x\nContent-Type: text/html\n\n<p>We join</p>\n" * 2000),
    # header fields
    "a header of 10 MB": lambda: field(b"X-A", b"a" * 10 * MB),
    "a header of 10 MB, folded": lambda: field(b"X-A", b"a\n " * (10 * MB // 3)),
    "200,000 headers": lambda: HEAD + b"X-A: a\n" * 200_000 + b"\n" + SAID,
    "a header block of 20 MB without an end": lambda: HEAD + b"X-Abcdefgh: abcdefgh\n" * MB,
    "20,000 encoded words in Subject": lambda: field(b"Subject", b"=?utf-8?q?a?= " * 20_000),
    "20,000 encoded words in To": lambda: field(b"To", b"=?utf-8?q?a?= <a@b.example>, " * 20_000),
    "100,000 beginnings of encoded words": lambda: field(b"Subject", b"=?" * 100_000),
    "60 headers of 60 encoded words": _unreadable_words,
    "240 headers of 1 kB in no charset": _eight_bit,
    "500 comments in To, nested": lambda: field(b"To", b"(" * 500 + b"a@b.example" + b")" * 500),
    "100,000 comments in each address field": lambda: (
        b"".join(name + b": " + b"(" * 3900 + b"\n" for name in (b"From", b"Sender", b"Reply-To", b"To", b"Cc") * 5)
        + b"\n"
        + SAID
    ),
    "20,000 quotes in each address field": lambda: (
        b"".join(name + b": " + b'"\\' * 1950 + b"\n" for name in (b"From", b"Sender", b"Reply-To", b"To", b"Cc") * 5)
        + b"\n"
        + SAID
    ),
    "50,000 addresses in To": lambda: field(b"To", b"a@b.example, " * 50_000),
    "50,000 groups in To": lambda: field(b"To", b"a:b;" * 50_000),
    "50,000 angles in To": lambda: field(b"To", b"<a@" * 50_000),
    "a Message-ID of brackets": lambda: field(b"Message-ID", b"<" + b"[" * 5000),
    "References of 1 MB": lambda: field(b"References", b"<aaaaaaaa@b.example> " * 50_000),
    "References without an end": lambda: field(b"References", b"<a" * 500_000),
    "5,000 parameters in Content-Type": lambda: HEAD + b"Content-Type: text/plain" + b"; a=b" * 5000 + b"\n\n" + SAID,
    "5,000 pieces of a boundary": lambda: (
        HEAD
        + b"Content-Type: multipart/mixed"
        + b"".join(b"; boundary*%d*=b" % n for n in range(5000))
        + b"\n\n--b\n\n"
        + SAID
    ),
    "5,000 pieces of a file name": lambda: (
        HEAD
        + b"Content-Disposition: attachment"
        + b"".join(b"; filename*%d*=b" % n for n in range(5000))
        + b"\n\n"
        + SAID
    ),
    "quotes in a parameter": lambda: HEAD + b'Content-Type: text/plain; a="' + b'\\";' * 50_000 + b"\n\n" + SAID,
    "a date of 100 kB": lambda: field(b"Date", b"1" * 100_000),
    "a date of many words": lambda: field(b"Date", b"Mon, " * 20_000),
    "Received, 900 times": lambda: (
        HEAD + b"Received: from a by b; Mon, 1 Jan 2022 10:00:00 +0000\n" * 900 + b"\n" + SAID
    ),
    # transfer encodings and charsets
    "base64 of 20 MB as text": lambda: plain(
        base64.encodebytes(SAID * (15 * MB // len(SAID))), b"Content-Transfer-Encoding: base64\n"
    ),
    "base64 of 20 MB attached": lambda: mixed(
        b"--x\n\n"
        + SAID
        + b"\n--x\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(b"a" * 15 * MB)
    ),
    "quoted-printable of 20 MB": lambda: plain(
        b"=41" * (20 * MB // 3), b"Content-Transfer-Encoding: quoted-printable\n"
    ),
    "quoted-printable of soft breaks": lambda: plain(
        b"=\n" * (10 * MB), b"Content-Transfer-Encoding: quoted-printable\n"
    ),
    "uuencoded, 10 MB": lambda: plain(
        b"begin 644 a\n" + (b"M" + b"A" * 60 + b"\n") * 160_000 + b"`\nend\n",
        b"Content-Transfer-Encoding: x-uuencode\n",
    ),
    "gzip bomb, attached": lambda: mixed(
        b"--x\n\n"
        + SAID
        + b"\n--x\nContent-Type: application/gzip; name=a.gz\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(gzip.compress(b"\0" * 100 * MB))
    ),
    "gzip as a charset": lambda: plain(gzip.compress(b"\0" * 100 * MB), kind=b"text/plain; charset=zlib"),
    "UTF-7, 5 MB": lambda: plain(b"+AGEAYQ-" * (5 * MB // 8), kind=b"text/plain; charset=utf-7"),
    "punycode": lambda: plain(b"a" * 100_000 + b"-" + b"z" * 100_000, kind=b"text/plain; charset=punycode"),
    "idna": lambda: plain(b"xn--" + b"z" * 200_000, kind=b"text/plain; charset=idna"),
    "hz, 5 MB": lambda: plain(b"~{<:Ky~}" * (5 * MB // 8), kind=b"text/plain; charset=hz"),
    "iso-2022-jp, 5 MB": lambda: plain(b'\x1b$B$"\x1b(B' * (5 * MB // 8), kind=b"text/plain; charset=iso-2022-jp"),
    "unicode_escape, 5 MB": lambda: plain(b"\\N{DIGIT ONE}" * 400_000, kind=b"text/plain; charset=unicode-escape"),
    "UTF-32 that is none": lambda: plain(SAID * 20_000, kind=b"text/plain; charset=utf-32"),
    "no charset at all, 5 MB": lambda: plain(bytes(range(128, 255)) * (5 * MB // 127), kind=b"text/plain"),
    "190 parts, each in no charset": _parts_without_charset,
    "NUL, 5 MB": lambda: plain(b"\0" * 5 * MB),
    # HTML
    "HTML, 20,000 levels": lambda: html(b"<div>" * 20_000 + SAID + b"</div>" * 20_000),
    "HTML, 200,000 levels": lambda: html(b"<div>" * 200_000 + SAID),
    "HTML, 20,000 quotes within quotes": lambda: html(b"<blockquote>" * 20_000 + SAID),
    "HTML, 20,000 tables within tables": lambda: html(b"<table><tr><td>" * 20_000 + SAID),
    "HTML, 100,000 formatting tags unclosed": lambda: html(b"<b><i><a href=x>" * 33_000 + SAID),
    "HTML, formatting tags closed crosswise": lambda: html(b"<b><i><p></b></i>" * 10_000 + SAID),
    "HTML, comment without an end, 2 MB": lambda: html(SAID + b"<!--" + b"a" * 2 * MB),
    "HTML, 500,000 comments begun": lambda: html(SAID + b"<!--" * 500_000),
    "HTML, 500,000 tags begun": lambda: html(SAID + b"<a " * 500_000),
    "HTML, 1,000,000 brackets": lambda: html(SAID + b"<" * MB),
    "HTML, 100,000 attributes": lambda: html(b"<p " + b"".join(b"a%d=b " % n for n in range(100_000)) + b">" + SAID),
    "HTML, 500,000 entities": lambda: html(SAID + b"&amp;&#x41;" * 200_000),
    "HTML, 300,000 line breaks": lambda: html(SAID + b"<br>" * 300_000),
    "HTML, 100,000 paragraphs": lambda: html((b"<p>" + SAID + b"</p>") * 30_000),
    "HTML of 20 MB": lambda: html(b"<p>a</p>" * (20 * MB // 8)),
    # text
    "one line of 10 MB": lambda: plain(b"we join " * (10 * MB // 8)),
    "one word of 10 MB": lambda: plain(b"a" * 10 * MB),
    "10 MB of line ends": lambda: plain(SAID + b"\n" * 10 * MB),
    "10 MB of blanks": lambda: plain(SAID + b" " * 10 * MB + b"x"),
    "10 MB of carriage returns": lambda: plain(SAID + b"\r" * 10 * MB),
    "200,000 quoted lines": lambda: plain(SAID + b"\n" + b"> yes\n" * 200_000),
    "quoted and own lines by turns": lambda: plain(b"> yes\nno\n" * 50_000),
    "a line of 100,000 quote marks": lambda: plain(SAID + b"\n" + b">" * 100_000),
    "20,000 lines that begin a quoted letter": _quoted_letter,
    "20,000 sentences": lambda: plain((SAID + b" ") * 20_000),
    "20,000 addresses in the text": lambda: plain(b"ana@rioseco.example, " * 20_000),
    "100,000 at signs": lambda: plain(b"a@" * 100_000),
    "100,000 angles": lambda: plain(b"<a@b" * 100_000),
    "100,000 dots and dashes": lambda: plain(b"a.-" * 100_000),
    "20,000 dates": lambda: plain(b"29 August 2022, 1.1.2022, " * 20_000),
    "20,000 recipients in a report": lambda: (
        HEAD
        + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\n\nNot delivered.\n--x\n"
        + b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        + b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 20_000
    ),
    "a report without blank lines, 2 MB": lambda: (
        HEAD
        + b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n"
        + b"A: b\n" * 400_000
    ),
    "30 MB": lambda: plain(SAID + b"\n" + b"a" * 79 * 375_000),
}


def _spent() -> float:
    """Seconds of processor time, of this process and its children: other work on the machine does not count."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def one(name: str) -> dict[str, float | str | int]:
    """What it costs to open and read one mail, in this process and its child."""
    from outreach.adapters.guarded import open_guarded  # noqa: PLC0415  only in the process that is measured
    from outreach.core.reading.reader import open_mail, read_mail  # noqa: PLC0415
    from outreach.languages import load_languages  # noqa: PLC0415

    languages = load_languages()
    read_mail(open_guarded(plain(SAID), open_mail), languages)
    raw = BOMBS[name]()
    start, spent = time.perf_counter(), _spent()
    message = open_guarded(raw, open_mail)
    opened = _spent() - spent
    reading = read_mail(message, languages)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "opened": opened,
        "seconds": _spent() - spent,
        "waited": time.perf_counter() - start,
        "megabytes": peak // 1024,
        "kind": reading.kind.value,
        "problem": message.problem,
        "text": len(message.text),
        "said": ANSWER in " ".join(message.text.split()),
        "from": message.from_[0].address if message.from_ else "",
    }


def main() -> int:
    """Prints what each costs; fails if one costs too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", choices=BOMBS, help="measure this one, here")
    parser.add_argument("--only", default="", help="those whose name holds this")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(one(arguments.one)))
        return 0
    failed = []
    chosen = [name for name in BOMBS if arguments.only in name]
    for name in chosen:
        done = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, text=True, check=False)
        try:
            cost = json.loads(done.stdout)
        except ValueError:
            print(f"{name:50} BROKE: {done.stderr.strip().splitlines()[-1:]}")
            failed.append(name)
            continue
        good = cost["seconds"] <= MOST_SECONDS and cost["megabytes"] <= MOST_MEGABYTES
        failed += [] if good else [name]
        print(
            f"{name:50} {cost['opened']:5.2f} s open {cost['seconds']:5.2f} s {cost['waited']:6.2f} s by the clock "
            f"{cost['megabytes']:4} MB "
            f"{'' if good else 'TOO MUCH '}{cost['kind']} {'said' if cost['said'] else ''} {cost['problem']}"
        )
    print(f"{len(chosen)} bombs, {len(failed)} cost more than {MOST_SECONDS} s or {MOST_MEGABYTES} MB: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
