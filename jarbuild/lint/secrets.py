"""What looks like a secret: names of variables, and values."""

from __future__ import annotations

import re

from jarbuild.lint.wordlists import words

_LAST = words("KEY APIKEY TOKEN SECRET PASSWORD PASSWD PASSPHRASE PWD AUTH CREDENTIAL CREDENTIALS")
_FIRST = words("TOKEN SECRET PASSWORD PASSWD PASSPHRASE CREDENTIALS")
_HARMLESS = words(
    "PUBLIC FILE VERSION PATH URL URI DIR NAME ID TTL HOST TYPE MODE ISSUER ALGORITHM HEADER"
    " ENDPOINT PROVIDER LENGTH EXPIRY EXPIRATION TIMEOUT ENABLED PREFIX SORT PRIMARY FOREIGN"
)
# The shell's own, which is where the working folder's name is.
_NO_SECRETS = frozenset({"PWD", "OLDPWD"})
_NO_SECRET_VALUE = re.compile(r"(?:true|false|yes|no|on|off|none|null|[0-9.]+|\.{0,2}/.*|)\Z", re.I)

TOKEN = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}"
    r"|\bglpat-[A-Za-z0-9_-]{16,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAKIA[A-Z0-9]{16}\b"
    r"|\bAIza[A-Za-z0-9_-]{30,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""What services hand out, by the prefixes that they gave it for exactly this purpose."""

LOGIN_IN_URL = re.compile(r"://[^/\s:@$]+:([^/\s@$]+)@")
"""`://user:password@`, the password written out."""


def is_secret_name(name: str) -> bool:
    """`API_KEY` and `SECRET_KEY_BASE`, but not `PUBLIC_KEY`, `TOKEN_TTL` or `KEY_FILE`."""
    words = [word.upper() for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    if not words or name.upper() in _NO_SECRETS or _HARMLESS & set(words):
        return False
    return words[-1] in _LAST or words[0] in _FIRST


def is_secret_value(value: str) -> bool:
    """Whether a variable with a secret's name holds one: not a switch, a number or a path."""
    return _NO_SECRET_VALUE.match(value) is None and not value.startswith("$")
