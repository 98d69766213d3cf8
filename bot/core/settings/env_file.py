"""Changes a file of settings: comments, order and other lines stay; it is replaced as a whole."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from digest.patterns import regex

_COMMENT = regex(r"^[^\S\r\n]*(?:'(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|[^'\"\s#][^\r\n]*?)?([^\S\r\n]+#[^\r\n]*)\s*$")
"""A comment after a value, which may hold a `#` in quotation marks."""
HEADER = "# Settings of Paperboy, written by `paperboy init`. All of them, with their meaning: .env.example.\n"


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Returns the file's text with these settings set, each where it stands, new ones at the
    end."""
    lines, missing = [], dict(values)
    for binding in parse_stream(io.StringIO(text)):
        original = binding.original.string
        if binding.key is not None and binding.key in values:
            missing.pop(binding.key, None)
            bare = original.rstrip("\r\n")
            start, _, old = (
                original.partition("=") if binding.value is not None else (bare.partition("#")[0].rstrip(), "", bare)
            )
            comment = _COMMENT.search(old)
            end = original[len(bare) :] or "\n"
            original = f"{start}={_quoted(values[binding.key])}{comment[1] if comment else ''}{end}"
        lines.append(original)
    whole = "".join(lines)
    if whole and missing and not whole.endswith("\n"):
        whole += "\n"
    return whole + "".join(f"{name}={_quoted(value)}\n" for name, value in missing.items())


def write(file: Path, values: Mapping[str, str]) -> None:
    """Writes the file so that only its owner can read it. Raises OSError."""
    target = file.resolve()
    before = target.read_bytes().decode() if target.exists() else HEADER
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # its mode is 600
    try:
        with os.fdopen(handle, "wb") as made:
            made.write(with_values(before, values).encode())
            made.flush()
            os.fsync(made.fileno())
        if target.exists():
            with contextlib.suppress(PermissionError):  # written for another user, by root
                os.chown(name, target.stat().st_uid, target.stat().st_gid)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w.:/@%+=,~?&-]*", value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
