"""Opens a file that somebody names, and refuses what may have no end or no beginning: pipes, devices, sockets."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

OPEN_ALREADY = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")  # the shell opened it: `-`, `<(…)`


def open_plain(path: Path) -> BufferedReader:
    """The file, to be read.

    Raises:
        OSError: It is none, or cannot be opened; its `strerror` says why.
    """
    if not str(path).startswith(OPEN_ALREADY):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            why = os.strerror(code) if stat.S_ISDIR(mode) else "it is a pipe or a device, and not a file"
            raise OSError(code, why, str(path))
    return path.open("rb")
