"""`make messages`: brings the catalogs in `bot/locale` and `digest/locale` up to date with the
tables of visible texts, and checks them.

A new language is a folder such as `bot/locale/it/LC_MESSAGES`; its first run makes the catalog.
Nothing in a catalog changes by itself: no dates, names, line numbers or guesses.
"""

from __future__ import annotations

import io
import math
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.core.texts import say
from digest.render.catalogs import Texts, languages
from digest.render.labels import label

TABLES = (say, label)
COMPLETE: frozenset[str] = frozenset({"de", "es", "fr", "ja", "ko", "pt_BR", "zh_Hans"})
"""Languages in which every text has to be translated."""
HEADERS = ("Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")
LIMITS = {
    "command.message.": 32,
    "command.": 100,
    "setup.title": 24,
    "setup.submit": 24,
    "ask.submit": 24,
    "wrong.title": 24,
    "wrong.submit": 24,
}
"""Characters a platform shows of the texts whose names begin so; the first that fits a name
counts."""
_KEPT = re.compile(r"\*\*|`|/(?:digest|paper)\b(?: [a-z]+\b)?|(?<![A-Z])[A-Z]+_[A-Z_]+")
"""Marks and words of an English text that its translations hold too."""


def path(texts: Texts, language: str) -> Path:
    return Path(texts.package) / "locale" / language / "LC_MESSAGES" / f"{texts.package}.po"


def load(texts: Texts, language: str) -> Catalog:
    file = path(texts, language)
    return read_po(io.BytesIO(file.read_bytes() if file.exists() else b""), locale=language)


def updated(texts: Texts, language: str) -> str:
    """The catalog with exactly the entries of the table, in its order, as text."""
    before, after = load(texts, language), Catalog(locale=language, charset="utf-8", fuzzy=False)
    for name, one, many in texts.entries.values():
        kept = before.get((one, many) if many else one, context=name)
        after.add((one, many) if many else one, kept.string if kept else None, context=name)
    headers = "".join(f'"{key}: {value}\\n"\n' for key, value in after.mime_headers if key in HEADERS)
    out = io.BytesIO()
    write_po(out, after, width=100, omit_header=True, no_location=True)
    return f'msgid ""\nmsgstr ""\n{headers}\n{out.getvalue().decode()}'


def problems(texts: Texts, language: str) -> Iterator[str]:
    """What is wrong with a catalog, a sentence each."""
    found, have = load(texts, language), set()
    begun = language in COMPLETE or any(message.string for message in found if message.id and not message.pluralizable)
    for message in found:
        if message.id:
            have.add(message.context)
            yield from (
                f"{path(texts, language)}: {message.context}: {wrong}" for wrong in _wrong(message, begun=begun)
            )
    if have != texts.entries.keys() or path(texts, language).read_text() != updated(texts, language):
        yield f"{path(texts, language)} is not what `make messages` writes."


def _wrong(message: Message, *, begun: bool) -> Iterator[str]:
    if message.fuzzy:
        yield "is fuzzy"
    sources, forms = _strings(message.id), _strings(message.string)
    if not all(forms) and (begun or any(forms)):
        yield "is not translated"
    most = next((limit for name, limit in LIMITS.items() if str(message.context).startswith(name)), math.inf)
    for form in filter(None, forms):
        if len(form) > most:
            yield f"has more than {most} characters: {form!r}"
        if _places(form) != _places(sources[-1]):
            yield f"its placeholders are not those of the English: {form!r}"
        if sorted(_KEPT.findall(form)) != sorted(_KEPT.findall(sources[-1])):
            yield f"marks, commands or settings of the English are missing: {form!r}"


def _strings(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}


def main() -> int:
    wrong = []
    for texts in TABLES:
        for language in languages(texts.package):
            file = path(texts, language)
            file.write_text(updated(texts, language))
            wrong += problems(texts, language)
    print(
        "\n".join(wrong) or f"{sum(len(t.entries) for t in TABLES)} texts, {len(languages('bot'))} languages: in step."
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
