"""A private Postfix for tests: its own queue and folders, loopback only, everything is relayed to one sink."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.dovecot import free_port, wait_for
from tests.servers.sink import Sink

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = relay.town.example
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_host_lookup = native
smtp_dns_support_level = disabled
relayhost = [127.0.0.1]:{sink}
default_transport = smtp
relay_transport = smtp
queue_run_delay = 5s
minimal_backoff_time = 5s
maximal_backoff_time = 5s
smtpd_tls_security_level = none
smtp_tls_security_level = none
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Debian's postfix; it must be started by root. `sink` gets everything."""

    host = "127.0.0.1"

    def __init__(self, sink: Sink) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="outreach-postfix-", dir="/tmp"))
        self.port = free_port()
        self.sink = sink
        self._started = False

    def start(self) -> None:
        """Starts it and waits until it answers."""
        if shutil.which("postfix", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
            message = "Postfix is missing, and these tests need a real one: apt-get install postfix"
            raise RuntimeError(message)
        if os.geteuid() != 0:
            message = "Postfix can be started by root alone; run these tests as root, or in a container"
            raise RuntimeError(message)
        self.home.chmod(0o755)
        for folder in ("etc", "queue", "data"):
            (self.home / folder).mkdir()
        os.chown(self.home / "data", pwd.getpwnam("postfix").pw_uid, -1)
        (self.home / "etc" / "main.cf").write_text(MAIN.format(home=self.home, sink=self.sink.port))
        (self.home / "etc" / "master.cf").write_text(MASTER.format(port=self.port))
        self._postfix("start")
        self._started = True
        wait_for(self.port, self.trouble)

    def stop(self) -> None:
        """Stops it and clears up."""
        if self._started:
            self._postfix("stop")
        shutil.rmtree(self.home, ignore_errors=True)

    def flush(self) -> None:
        """Tries at once what is deferred."""
        self._postfix("flush")

    def trouble(self) -> str:
        """What it wrote to its log."""
        return "\n".join(
            path.read_text(errors="replace") for name in ("err", "log") if (path := self.home / name).exists()
        )

    def _postfix(self, verb: str) -> None:
        with (self.home / "err").open("ab") as errors:
            command = ["/usr/sbin/postfix", "-c", str(self.home / "etc"), verb]
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, check=False)
        if done.returncode:
            message = f"postfix {verb} failed: {self.trouble()[-2000:]}"
            raise RuntimeError(message)
