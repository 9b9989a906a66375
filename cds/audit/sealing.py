"""Keys of the audit log: one master key, and from it or beside it what each purpose needs."""

import hashlib
import hmac
import json
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds.audit.storage import KEY_BYTES

_NONCE_BYTES: Final = 12


def derived(master: bytes, purpose: str) -> bytes:
    """A key for one purpose; knowing it tells nothing of the master key or of other purposes."""
    return hmac.new(master, f"cds audit {purpose}".encode(), hashlib.sha256).digest()


def keyed_digest(key: bytes, *parts: bytes) -> str:
    """HMAC-SHA-256 of the parts, each with its length before it, in hexadecimal.

    >>> keyed_digest(b"k", b"ab", b"c") == keyed_digest(b"k", b"a", b"bc")
    False
    """
    made = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        made.update(f"{len(part)}:".encode())
        made.update(part)
    return made.hexdigest()


def new_key() -> bytes:
    """A key that nothing else is made from: destroyed, it cannot be had again."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, content: dict[str, Any], bound_to: str) -> str:
    """The content encrypted (AES-256-GCM), readable only with the key and beside the text that it is bound to."""
    nonce = os.urandom(_NONCE_BYTES)
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
    return (nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())).hex()


def unseal(key: bytes, sealed: str, bound_to: str) -> dict[str, Any] | None:
    """What was sealed; None when the key, the text or the sealed bytes are other ones."""
    try:
        raw = bytes.fromhex(sealed)
        return json.loads(AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode()))
    except (InvalidTag, ValueError):
        return None
