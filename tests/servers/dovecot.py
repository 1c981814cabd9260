"""A private Dovecot for tests: its own folder, loopback only, any user name with one password, gone afterwards."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "secret-for-tests"

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0 secs
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
mail_location = maildir:~/Maildir
maildir_stat_dirs = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox "Sent Letters" {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  vsz_limit = 512M
}}
"""


@dataclass
class Account:
    """A mailbox of its own on the server."""

    username: str
    password: str
    maildir: Path
    _owner: tuple[int, int]
    _count: itertools.count[int]

    def deliver(self, raw: bytes, when: float | None = None) -> Path:
        """Puts a mail into the inbox as a delivery agent does; `when` (epoch seconds) becomes its INTERNALDATE."""
        moment = time.time() if when is None else when
        name = f"{int(moment)}.M{next(self._count):06d}P{os.getpid()}.test"
        temporary, final = self.maildir / "tmp" / name, self.maildir / "new" / name
        temporary.write_bytes(raw)
        os.utime(temporary, (moment, moment))
        os.chown(temporary, *self._owner)
        temporary.rename(final)
        return final


class Dovecot:
    """Debian's dovecot-imapd, as root or not."""

    host = "127.0.0.1"
    password = PASSWORD

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="outreach-dovecot-", dir="/tmp"))
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file = self.home / "server.pem"
        self._count = itertools.count(1)
        self._owner = _owner()
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        program = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if program is None:
            message = "Dovecot is missing, and these tests need a real one: apt-get install dovecot-imapd"
            raise RuntimeError(message)
        self.home.chmod(0o755)
        (self.home / "mail").mkdir()
        make_certificate(self.home)
        config = self.home / "dovecot.conf"
        config.write_text(self._config())
        with (self.home / "err").open("wb") as errors:
            command = [program, "-F", "-c", str(config)]
            self._server = subprocess.Popen(command, cwd="/", stdin=subprocess.DEVNULL, stderr=errors)
        for port in (self.port, self.tls_port):
            wait_for(port, self.trouble)

    def account(self) -> Account:
        """A new, empty mailbox."""
        number = next(self._count)
        username = f"secretariat{number}@town.example"
        maildir = self.home / "mail" / username / "Maildir"
        for folder in ("tmp", "new", "cur"):
            (maildir / folder).mkdir(parents=True)
        for path in (maildir.parent, maildir, *maildir.iterdir()):
            os.chown(path, *self._owner)
        return Account(username, PASSWORD, maildir, self._owner, self._count)

    def stop(self) -> None:
        """Stops it and clears up."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)

    def trouble(self) -> str:
        """What it wrote to its log, or to the terminal."""
        return "\n".join(
            path.read_text(errors="replace") for name in ("err", "log") if (path := self.home / name).exists()
        )

    def _config(self) -> str:
        uid, gid = self._owner
        me = pwd.getpwuid(os.geteuid()).pw_name
        root = os.geteuid() == 0
        return CONFIG.format(
            home=self.home,
            password=PASSWORD,
            uid=uid,
            gid=gid,
            port=self.port,
            tls_port=self.tls_port,
            internal="dovecot" if root else me,
            internal_group="dovecot" if root else _group(),
            login="dovenull" if root else me,
        )


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, trouble: Callable[[], str], seconds: float = 10) -> None:
    """Waits until a port answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    message = f"nothing answers on port {port}: {trouble()}"
    raise RuntimeError(message)


def make_certificate(folder: Path, name: str = "server") -> None:
    """A certificate for 127.0.0.1 that signs itself."""
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
        *("-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem"), "-days", "2"),
        *("-subj", "/CN=mail.town.example", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
    ]
    subprocess.run(command, check=True, capture_output=True)


def _owner() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _group() -> str:
    import grp  # noqa: PLC0415

    return grp.getgrgid(os.getegid()).gr_name
