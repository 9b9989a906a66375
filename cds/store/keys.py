"""Where the master key of a store comes from: a file or the environment, never the store itself."""

import os
from pathlib import Path
from typing import Final

from cds.audit.storage import KEY_BYTES, private_key
from cds.diagnostics import CdsError
from cds.store.protocol import StoreError

VARIABLE: Final = "CDS_STORE_KEY"


def key_from_file(path: Path) -> bytes:
    """The key in a file that only its owner may read; drawn and written when there is no such file."""
    try:
        return private_key(path)
    except CdsError as wrong:
        raise StoreError(str(wrong)) from None
    except OSError:
        raise StoreError(f"{path.name}: the key cannot be read or written here; name another file") from None


def key_from_environment(variable: str = VARIABLE) -> bytes:
    """The key that an environment variable holds as 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(os.environ.get(variable, ""))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(f"the variable {variable} is to hold the key as {2 * KEY_BYTES} hexadecimal digits")
    return key
