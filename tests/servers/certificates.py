"""Makes an authority and server certificates for loopback with the openssl program: good, for another host, expired."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """A certificate authority of a test's own; `ca_file` is what a client must know to believe it."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        """The authority's own certificate, PEM."""
        return self.folder / "ca.pem"

    def server(self, name: str = "IP:127.0.0.1", days: int = 2) -> ssl.SSLContext:
        """What a server of that name shows; with negative days its certificate has expired."""
        stem = f"{name.replace(':', '-')}_{days}"
        key, request, made, more = (self.folder / f"{stem}.{end}" for end in ("key", "csr", "pem", "cnf"))
        if not made.exists():
            more.write_text(
                f"subjectAltName={name}\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
            )
            _openssl(f"req {_KEY} -subj /CN=server -keyout {key} -out {request}")
            issuer = f"-CA {self.ca_file} -CAkey {self.folder / 'ca.key'} -CAcreateserial"
            _openssl(f"x509 -req -in {request} {issuer} -days {days} -extfile {more} -out {made}")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(made, key)
        return context


_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


def make_authority(folder: Path) -> Authority:
    """A new authority; its files lie in the folder."""
    uses = "-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
    files = f"-keyout {folder / 'ca.key'} -out {folder / 'ca.pem'}"
    _openssl(f"req -x509 {_KEY} -days 2 -subj /CN=authority {uses} {files}")
    return Authority(folder)


def _openssl(arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], check=True, capture_output=True, timeout=30)
