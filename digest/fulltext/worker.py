"""The child process that parses: bytes in, a FullText as JSON out.

C code parses files of strangers here, so the child has no secrets in its environment, a memory
limit, and its own timer, which ends it even after its parent was killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass, replace

from digest.errors import Unreadable
from digest.model import Basis, FullText, Passage, Section, to_json

MAX_CHARACTERS = 4_000_000
"""Of one paper: a thesis of a thousand pages has about 3 million."""
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV")


def limit_process(memory: int) -> None:
    """Runs once per child. `memory` is in bytes."""
    for name in [n for n in os.environ if n not in _ENVIRONMENT]:
        del os.environ[name]
    with contextlib.suppress(ImportError, ValueError, OSError):  # macOS refuses the limit
        import resource  # noqa: PLC0415  # not on every platform

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@dataclass(frozen=True)
class Job:
    basis: Basis
    data: bytes
    paper_id: str
    version: int
    max_pages: int
    seconds: float


def parse(job: Job) -> bytes:
    """Raises Unreadable. SIGALRM ends the process ten seconds after the parent's own limit."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, job.seconds + 10)
    try:
        return to_json(_cut(_read(job), MAX_CHARACTERS))
    except (MemoryError, RecursionError) as e:
        raise Unreadable(f"the {job.basis.value.upper()} needs more memory than is allowed") from e
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _read(job: Job) -> FullText:
    if job.basis is Basis.HTML:
        from digest.fulltext.html.document import read_html  # noqa: PLC0415  # loads one parser only

        return read_html(job.data, job.paper_id, job.version)
    from digest.fulltext.pdf.document import read_pdf  # noqa: PLC0415

    return read_pdf(job.data, job.paper_id, job.version, job.max_pages)


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
