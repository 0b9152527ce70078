"""Why PostgreSQL cannot be read now, in a user's words: what it says itself may quote what must not be shown."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
from psycopg import errors

from runwatch.sources.state.address import Address

Words = Callable[[Address], str]

AT_THE_DOOR: tuple[tuple[str, Words], ...] = (
    (r"password authentication failed", lambda to: f"the server does not take the password of {to.user}"),
    (
        r"no password supplied|password.*required",
        lambda to: "the server asks for a password; PGPASSWORD or ~/.pgpass can have it",
    ),
    (r"database .* does not exist", lambda to: f"the server has no database {to.database}"),
    (r"role .* does not exist|authentication failed for user", lambda to: f"the server does not let {to.user} in"),
    (r"permission denied for database", lambda to: f"{to.user} may not use the database {to.database}"),
    (
        r"no pg_hba.conf entry.*no encryption",
        lambda to: f"the server lets {to.user} in with TLS only, if at all; ?sslmode=require asks for it",
    ),
    (r"no pg_hba.conf entry", lambda to: f"the server does not let {to.user} in from here (pg_hba.conf)"),
    (
        r"server does not support ssl",
        lambda to: "the address asks for TLS, which the server does not have; ?sslmode=disable does without",
    ),
    (r"certificate", lambda to: "the server's TLS certificate is not trusted; ?sslrootcert= names who vouches for it"),
    (r"\bssl\b", lambda to: "there is no TLS connection to the server"),
    (r"definition of service", lambda to: "there is no service of that name in ~/.pg_service.conf"),
    (r"invalid \w+ value|invalid integer value", lambda to: "a parameter in the address has a value of no use"),
    (r"resolve host|translate host name|name or service not known", lambda to: f"there is no host {to.host}"),
    (r"connection refused|no such file or directory", lambda to: "no server listens there"),
    (r"permission denied", lambda to: "the server's socket is shut to this user"),
    (r"timeout expired|timed? ?out", lambda to: "the server does not answer"),
    (r"too many (clients|connections)|remaining connection slots", lambda to: "the server has no connection to spare"),
    (r"starting up|recovery|not yet accepting", lambda to: "the server is starting"),
    (r"shutting down", lambda to: "the server is being shut down"),
    (r"unreachable|no route to host", lambda to: "there is no way to the server through this network"),
    (r"reset by peer|closed the connection|closed unexpectedly", lambda to: "the server hangs up"),
)
"""What the message matches, the first of them. At the door there is no code to tell one from another."""

INSIDE: dict[str, str] = {
    "57014": "a statement was ended: it took longer than five seconds",
    "55P03": "a table is locked by somebody else",
    "42P01": "rivet's tables are not there",
    "3F000": "rivet's tables are not there",
    "42501": "the tables may not be read by this user; GRANT SELECT lets it",
    "40001": "the server needed what was being read; it is read again",
    "25P03": "the reading took too long",
    "53300": "the server has no connection to spare",
    "57P01": "the server was shut down",
    "57P02": "the server crashed",
    "57P03": "the server is starting",
}
"""By SQLSTATE."""
LOST = "the connection to the server was lost"


def refusal(error: Exception, address: Address) -> str:
    """Why there is no connection."""
    said = str(error).lower()
    for pattern, words in AT_THE_DOOR:
        if re.search(pattern, said, re.DOTALL):
            return words(address)
    return f"the server cannot be reached{_own_words(error, address)}"


def failure(error: Exception, address: Address) -> str:
    """Why a statement failed."""
    if isinstance(error, UnicodeError):
        return "the tables hold text that is not UTF-8"
    if not isinstance(error, psycopg.Error):
        return LOST
    if error.sqlstate in INSIDE:
        return INSIDE[error.sqlstate]
    if isinstance(error, errors.UndefinedColumn):
        return "rivet's tables are not as they were in 0.32"
    if error.sqlstate is None and isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
        return LOST
    return f"the server refused a statement{_own_words(error, address)}"


def _own_words(error: Exception, address: Address) -> str:
    """The first line of what was said, where that gives nothing away."""
    said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    line = next(iter(said.strip().splitlines()), "")
    return f": {line[:200]}" if line and not address.gives_away(said) else ""
