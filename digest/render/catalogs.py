"""Visible texts: the English ones stand in one table of each package, the others in gettext catalogs in its `locale/` folder.

A table is a `Texts`; each entry is made by `text` or `plural`. In a catalog the entry's name is `msgctxt`, its English `msgid`.
Run `make messages` after a change of a table.
"""

from __future__ import annotations

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel import Locale


class Entry(NamedTuple):
    name: str
    one: str
    """The English; of a plural entry the singular."""
    many: str = ""


def text(name: str, english: str) -> Entry:
    return Entry(name, english)


def plural(name: str, one: str, many: str) -> Entry:
    """An entry whose form depends on its value `n`."""
    return Entry(name, one, many)


class Texts:
    """The visible texts of `package`."""

    def __init__(self, package: str, *entries: Entry) -> None:
        self.package = package
        self.entries = {entry.name: entry for entry in entries}

    def __call__(self, name: str, language: str, **values: object) -> str:
        """The text in that language, else in English, with its placeholders filled. Raises KeyError for an unknown name."""
        _, one, many = self.entries[name]
        found = catalog(self.package, language)
        if many:
            template = found.npgettext(name, one, many, int(str(values["n"])))
        else:
            template = found.pgettext(name, one)
        return template.format(**values) if values else template


@lru_cache
def languages(package: str) -> tuple[str, ...]:
    """The languages that the package has catalogs of, as gettext names them: `zh_Hans`, `pt_BR`."""
    return tuple(sorted(folder.name for folder in (files(package) / "locale").iterdir() if folder.is_dir()))


@lru_cache
def catalog(package: str, language: str) -> NullTranslations:
    """The catalog for readers of a language; an empty one for English and for languages without a catalog."""
    if language.split("-", 1)[0].lower() == "en":
        return NullTranslations()
    wanted = locale_of(language).language
    name = next((name for name in languages(package) if locale_of(name).language == wanted), "")
    if not name:
        return NullTranslations()
    folder = files(package) / "locale" / name / "LC_MESSAGES"
    compiled = folder / f"{package}.mo"
    if compiled.is_file():
        return GNUTranslations(io.BytesIO(compiled.read_bytes()))
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # in a source checkout only
    from babel.messages.pofile import read_po  # noqa: PLC0415

    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO((folder / f"{package}.po").read_bytes())))
    out.seek(0)
    return GNUTranslations(out)


def locale_of(language: str) -> Locale:
    """CLDR's locale for a language tag; English where CLDR has none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  # English texts do without it

    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
