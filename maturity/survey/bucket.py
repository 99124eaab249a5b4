"""Contents in an S3-compatible bucket: the same promises as those of a folder.

Needs the extra ``s3``. Credentials come from the usual ``AWS_*`` environment; one PUT of an
object is whole or not there, and the same content put twice is the same object.
"""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from maturity.errors import MaturityError
from maturity.survey.files import LostError, NotKeptError, UnreachableError, is_sha256

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

MOST = 100_000_000
"""Bytes of one content that are read; nothing so large is ever put there."""
PATIENCE, TO_CONNECT, TRIES = timedelta(seconds=20), timedelta(seconds=4), 2


class Bucket:
    """Contents as objects ``prefix/ab/cdef...``."""

    def __init__(self, store: S3Store) -> None:
        self.store = store

    def put(self, content: bytes) -> str:
        """Written over what is there, which heals a damaged object. See ``FileStore``."""
        from obstore.exceptions import BaseError

        sha256 = hashlib.sha256(content).hexdigest()
        try:
            self.store.put(_name(sha256), io.BytesIO(content), use_multipart=False)
        except (BaseError, OSError, ValueError) as error:
            raise NotKeptError from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Read at most ``MOST`` bytes. See ``FileStore``."""
        from obstore.exceptions import BaseError

        name = _name(sha256)
        try:
            content = self._read(name)
        except FileNotFoundError as error:
            raise LostError from error
        except (BaseError, OSError, ValueError) as error:
            raise UnreachableError from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise LostError
        return content

    def _read(self, name: str) -> bytes:
        found = bytearray()
        for piece in self.store.get(name).stream(min_chunk_size=1 << 20):
            found += piece
            if len(found) > MOST:
                raise LostError
        return bytes(found)


def _name(sha256: str) -> str:
    if not is_sha256(sha256):
        raise ValueError(f"{sha256!r} is no SHA-256")
    return f"{sha256[:2]}/{sha256[2:]}"


@lru_cache(maxsize=8)
def bucket(address: str) -> Bucket:
    """The bucket at ``s3://bucket/prefix?endpoint=https://…&region=…``, opened once a process."""
    try:
        from obstore.exceptions import BaseError
    except ImportError as error:
        raise MaturityError(
            "Penyimpanan S3 memerlukan pustaka tambahan: pasang maturity[s3].",
            "S3 storage needs a further library: install maturity[s3].",
            status=503,
        ) from error
    try:
        return Bucket(_opened(address))
    except (BaseError, ValueError, TypeError) as error:
        raise UnreachableError from error


def _opened(address: str) -> S3Store:
    from obstore.store import S3Store

    parts = urlsplit(address)
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    config: S3Config = {}
    if "endpoint" in said:
        config["endpoint"] = said["endpoint"]
    if "region" in said:
        config["region"] = said["region"]
    options: ClientConfig = {
        "allow_http": said.get("endpoint", "").startswith("http://"),
        "timeout": PATIENCE,
        "connect_timeout": TO_CONNECT,
    }
    retries: RetryConfig = {"max_retries": TRIES, "retry_timeout": PATIENCE}
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options=options,
        retry_config=retries,
    )
