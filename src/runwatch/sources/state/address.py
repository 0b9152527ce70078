"""The address of a PostgreSQL server, and how it is called without the password in it.

An address is cut up by hand before libpq sees it: libpq's own complaints quote
the piece they are about, and where a password was not written as it should be,
that piece is the password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from runwatch.sources.base import WrongPath

USUAL: dict[str, Any] = {
    "application_name": "runwatch",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""How we connect where the address does not say. A server gone without a word is noticed within half a minute."""
FIXED: dict[str, Any] = {"client_encoding": "utf8"}
SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key")

_HOST = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(:\d*)?")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_PLAIN = re.compile(r"[a-z_]{1,40}")
_WRITTEN = "in a name or password @ / ? & % are written %40 %2F %3F %26 %25"


class Address:
    """Where a server is and who we are there. Shown as its label, in tracebacks too."""

    def __init__(self, text: str) -> None:
        """Raises `WrongPath`."""
        _check(text)
        try:
            found: dict[str, Any] = conninfo_to_dict(text)
        except psycopg.Error:
            raise WrongPath(f"the address of the server cannot be understood; {_WRITTEN}") from None
        self._settings = USUAL | found | FIXED
        self._secrets = [str(found[name]) for name in SECRETS if found.get(name)]
        self.label = _label(found)
        self.host = str(found.get("host") or "the server's host")
        self.user = str(found.get("user") or "this user")
        self.database = str(found.get("dbname") or "of this name")

    def __repr__(self) -> str:
        return self.label

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A new connection; each statement is a transaction unless one is begun. Raises what psycopg raises."""
        # Prepared statements would belong to another session behind a pooler.
        return psycopg.connect(autocommit=True, prepare_threshold=None, **self._settings)

    def gives_away(self, text: str) -> bool:
        """Whether a text holds a password, as it is or as it was written."""
        return any(secret in text or quote(secret, safe="") in text for secret in self._secrets)


def _check(text: str) -> None:
    """Raise `WrongPath` for what libpq would quote, or take for something else than was meant."""
    rest = text.partition("://")[2]
    authority, query = re.split("[/?]", rest, maxsplit=1)[0], rest.partition("?")[2]
    if rest.count("@") > ("@" in authority):
        raise WrongPath(f"the address of the server has an @ that it should not have; {_WRITTEN}")
    if _BROKEN_PERCENT.search(rest):
        raise WrongPath(f"the address of the server has a % that stands for nothing; {_WRITTEN}")
    for host in authority.rpartition("@")[2].split(","):
        if not _HOST.fullmatch(host):
            raise WrongPath("the address of the server has no number for a port; write postgresql://user@host:5432/name")
    _check_parameters(query)


def _check_parameters(query: str) -> None:
    """One that PostgreSQL does not know is named, unless it may be the rest of a password with an & in it."""
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} | {"ssl"}
    after_secret = False
    for parameter in filter(None, query.split("&")):
        name, equals, _ = parameter.partition("=")
        if name not in known or not equals:
            called = f"parameter {name}" if _PLAIN.fullmatch(name) and equals and not after_secret else "parameter"
            raise WrongPath(f"the address of the server has a {called} that PostgreSQL does not know; {_WRITTEN}")
        after_secret = after_secret or name in SECRETS


def _label(found: dict[str, Any]) -> str:
    """The address again, from its parts: without a password and without what a reader does not ask for."""
    user = f"{quote(found['user'], safe='')}@" if found.get("user") else ""
    database = f"/{quote(found['dbname'], safe='')}" if found.get("dbname") else ""
    service = f"?service={quote(found['service'], safe='')}" if found.get("service") else ""
    return f"postgresql://{user}{','.join(_hosts(found))}{database}{service}"


def _hosts(found: dict[str, Any]) -> Iterator[str]:
    hosts = str(found.get("host") or found.get("hostaddr") or "").split(",")
    ports = str(found.get("port") or "").split(",")
    for number, host in enumerate(hosts):
        port = ports[number] if len(ports) == len(hosts) else ports[0]
        named = f"[{host}]" if ":" in host else quote(host, safe="")
        yield f"{named}:{port}" if port else named
