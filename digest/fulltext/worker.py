"""Parses in the child process: bytes in, a FullText as JSON out.

C code parses strangers' files here. So the child has no secrets in its environment, no network if
the system allows that, a memory limit, and its own timer, which ends it even after its parent was
killed."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from digest.errors import Unreadable
from digest.model import Basis, FullText, Passage, Section

MAX_CHARACTERS = 4_000_000
"""Characters of one paper: a thesis of a thousand pages has about 3 million."""
ADDRESS_SPACE = 1_500_000_000
_MOST_MEMORY = 1_000_000_000
_LEAST_MEMORY = 256_000_000
"""Bytes. An ordinary paper takes half of this."""
_USERS_AND_NETWORK = 0x50000000
"""Linux's CLONE_NEWUSER and CLONE_NEWNET."""
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV")


def limit_process(memory: int) -> None:
    """Limits the process, once per child, before it sees a paper. `memory` is in bytes."""
    _forget_secrets()
    _leave_network()
    with contextlib.suppress(ImportError, ValueError, OSError):  # macOS refuses the limits
        import resource  # noqa: PLC0415  # not on every platform

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _forget_secrets() -> None:
    """Overwrites names and values, which `unsetenv` would leave in `/proc/<pid>/environ`."""
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    for name in [n for n in os.environ if n not in _ENVIRONMENT]:
        if address := libc.getenv(os.fsencode(name)):
            before = len(os.fsencode(name)) + 1  # `NAME=` precedes the value
            ctypes.memset(address - before, 0, before + len(ctypes.string_at(address)))
        del os.environ[name]


def _leave_network() -> None:
    """Leaves the network: Linux gives the child one of its own without any interface, if users may
    have namespaces. On other systems, the network stays."""
    if hasattr(os, "unshare"):  # Python 3.12 on Linux
        with contextlib.suppress(OSError):
            os.unshare(_USERS_AND_NETWORK)


def memory_ceiling() -> int:
    """Returns the bytes that a child may use: half of the machine's or container's, bounded."""
    held = [_MOST_MEMORY * 2]
    with contextlib.suppress(ValueError, OSError):
        held.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for name in ("memory.max", "memory/memory.limit_in_bytes"):  # of cgroups, versions 2 and 1
        with contextlib.suppress(ValueError, OSError):
            held.append(int(Path("/sys/fs/cgroup", name).read_text("ascii")))
    return max(min(held) // 2, _LEAST_MEMORY)


@dataclass(frozen=True)
class Job:
    basis: Basis
    data: bytes
    paper_id: str
    version: int
    seconds: float


def parse(job: Job) -> bytes:
    """Returns a FullText as JSON. Raises Unreadable."""
    with _ending_after(job.seconds):
        try:
            return _to_json(_cut(_read(job), MAX_CHARACTERS))
        except (MemoryError, RecursionError) as e:
            raise Unreadable(f"the {job.basis.value.upper()} needs more memory than is allowed") from e


def _to_json(text: FullText) -> bytes:
    """Returns JSON for `from_json`, made without pydantic, which takes longer to load than most
    papers to parse."""
    return json.dumps(text, default=_by_field, ensure_ascii=False).encode()


def _by_field(value: Any) -> dict[str, Any]:
    return {f.name: getattr(value, f.name) for f in fields(value)}


@contextlib.contextmanager
def _ending_after(seconds: float) -> Iterator[None]:
    """Ends the process by SIGALRM ten seconds after the parent's own limit."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@dataclass(frozen=True)
class PictureJob:
    data: bytes
    unchanged: bool
    """Whether the licence forbids another size."""
    seconds: float


def redraw(job: PictureJob) -> bytes:
    """Returns a picture encoded anew. Raises Unreadable. See `pictures.redrawn`."""
    from digest.fulltext.pictures import redrawn  # noqa: PLC0415  # loads Pillow here only

    with _ending_after(job.seconds):
        return redrawn(job.data, unchanged=job.unchanged)


def _read(job: Job) -> FullText:
    if job.basis is Basis.HTML:
        from digest.fulltext.html.document import read_html  # noqa: PLC0415  # loads one parser only

        return read_html(job.data, job.paper_id, job.version)
    from digest.fulltext.pdf.document import read_pdf  # noqa: PLC0415

    return read_pdf(job.data, job.paper_id, job.version)


def _cut(text: FullText, limit: int) -> FullText:
    """Cuts a longer text at a passage, with a note."""
    left, whole = limit, sum(len(p.text) for s in text.sections for p in s.passages)
    sections: list[Section] = []
    for section in text.sections:
        kept: list[Passage] = []
        for passage in section.passages:
            left -= len(passage.text)
            if left < 0:
                sections.append(replace(section, passages=tuple(kept)))
                note = "; ".join(n for n in (text.note, f"the text was cut at {limit:,} characters") if n)
                lost = round(1 - (1 - text.lost) * (limit - left - len(passage.text)) / whole, 2)
                return replace(text, sections=tuple(sections), note=note, lost=lost)
            kept.append(passage)
        sections.append(section)
    return text
