"""A private PostgreSQL server for tests: its own folder, a Unix socket only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=40")


class PostgreSQL:
    """Debian's postgresql, run as an unprivileged user."""

    def __init__(self) -> None:
        self._bin = _programs()
        self._home = Path(tempfile.mkdtemp(prefix="outreach-pg-", dir="/tmp"))
        self._made = 0

    def start(self) -> None:
        """Makes a cluster and starts it."""
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._home, user.pw_uid, user.pw_gid)
        data = str(self._home / "data")
        self._run("initdb", "-D", data, "-U", "outreach", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={self._home}"))
        self._run("pg_ctl", "-D", data, "-o", options, "-l", str(self._home / "log"), "-w", "start")

    def new_database(self) -> str:
        """Makes an empty database; gives its address."""
        self._made += 1
        name = f"campaign_{self._made}"
        self._run("createdb", "-h", str(self._home), "-U", "outreach", name)
        return f"postgresql+psycopg://outreach@/{name}?host={self._home}"

    def stop(self) -> None:
        """Stops it and clears up."""
        self._run("pg_ctl", "-D", str(self._home / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        who = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        command = [*who, str(self._bin / program), *arguments]
        # To a file, not a pipe: the server would keep a pipe open.
        with (self._home.parent / f"{self._home.name}.log").open("ab") as log:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, cwd="/")
        log_file = self._home.parent / f"{self._home.name}.log"
        if done.returncode:
            message = f"{program} failed: {log_file.read_text()[-2000:]}"
            raise RuntimeError(message)
        log_file.unlink(missing_ok=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        message = "PostgreSQL is not installed; on Debian: apt-get install postgresql"
        raise RuntimeError(message)
    return found[-1].parent
