"""Opens a file that somebody names, and refuses what may have no end or no beginning: pipes, devices, sockets."""

from __future__ import annotations

import errno
import os
import re
import stat
from io import BufferedReader
from pathlib import Path

STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
NUMBERED = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")


def opened_already(path: Path) -> int | None:
    """The number of a file that the shell opened: `-`, `<(…)`, `/dev/stdout`; None: it is a name like any other."""
    numbered = NUMBERED.fullmatch(str(path))
    return int(numbered[1]) if numbered else STREAMS.get(str(path))


def open_plain(path: Path) -> BufferedReader:
    """The file, to be read.

    Raises:
        OSError: It is none, or cannot be opened; its `strerror` says why.
    """
    if opened_already(path) is None:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            why = os.strerror(code) if stat.S_ISDIR(mode) else "it is a pipe or a device, and not a file"
            raise OSError(code, why, str(path))
    return path.open("rb")
