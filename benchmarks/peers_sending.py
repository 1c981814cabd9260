"""Other programs that send letters, to compare ours with: each sends the same letter so many times."""

from __future__ import annotations

import asyncio
import smtplib
import subprocess
from pathlib import Path

import aiosmtplib

SENDER, READER = "secretariat@campaign.example", "mayor@town.example"
NODEMAILER = "nodemailer@7"
SIZE = 12_000  # bytes of a letter
# Nodemailer's pool as its documentation shows it: composing included, as everywhere but in smtp-source.
SCRIPT = """
const [port, letters, connections, size] = process.argv.slice(2).map(Number);
const pool = require("nodemailer").createTransport({
  host: "127.0.0.1", port, secure: false, ignoreTLS: true,
  pool: true, maxConnections: connections, maxMessages: Infinity,
});
const text = "x".repeat(70).concat("\\n").repeat(80);
const html = "<p>" + "x".repeat(70).concat("\\n").repeat(80) + "</p>";
const content = Buffer.from(Array.from({ length: size }, (_, n) => (n * 7919) % 251));
const attachments = size ? [{ filename: "paper.pdf", content }] : [];
let left = letters;
const next = async () => {
  while (left-- > 0) {
    const subject = "Letter " + left;
    const to = "mayor@town.example";
    await pool.sendMail({ from: "secretariat@campaign.example", to, subject, text, html, attachments });
  }
};
Promise.all(Array.from({ length: connections * 4 }, next)).then(() => pool.close());
"""


def smtp_source(port: int, letters: int, connections: int, size: int = SIZE) -> None:
    """Postfix's own generator: one letter without composing, over connections that are kept."""
    number = ["-s", str(connections), "-m", str(letters), "-l", str(size)]
    command = ["smtp-source", *number, "-d", "-f", SENDER, "-t", READER, f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)


def install_nodemailer(folder: Path) -> bool:
    """Puts Node's mailer into a folder; False where it cannot be had."""
    (folder / "pool.js").write_text(SCRIPT, encoding="utf-8")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", NODEMAILER]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def nodemailer(folder: Path, port: int, letters: int, connections: int, attachment: int = 0) -> None:
    """Nodemailer's pool; `attachment`: bytes."""
    command = ["node", "pool.js", *map(str, (port, letters, connections, attachment))]
    subprocess.run(command, cwd=folder, check=True)


def letter() -> bytes:
    """A letter of 12 kB, composed beforehand."""
    head = f"From: {SENDER}\r\nTo: {READER}\r\nSubject: Letter\r\nMessage-ID: <1@campaign.example>\r\n\r\n"
    return head.encode() + (b"x" * 70 + b"\r\n") * 165


def smtplib_once(port: int, letters: int) -> None:
    """The standard library over one connection, without composing."""
    data = letter()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(letters):
            client.sendmail(SENDER, [READER], data)


def aiosmtplib_pool(port: int, letters: int, connections: int) -> None:
    """The library below ours, over some connections, without composing."""

    async def work(number: int) -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        async with client:
            for _ in range(number):
                await client.sendmail(SENDER, [READER], data)

    async def run() -> None:
        await asyncio.gather(*(work(letters // connections) for _ in range(connections)))

    data = letter()
    asyncio.run(run())
