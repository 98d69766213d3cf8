"""Holds visible texts: the English ones in one table of each package, the others in gettext
catalogs in its `locale/` folder.

A table is a `Texts`; `text` and `plural` make its entries. In a catalog, an entry's name is
`msgctxt` and its English `msgid`. Run `make messages` after a change of a table."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from babel import Locale


_TABLES: dict[str, Texts] = {}
"""By package."""


class Entry(NamedTuple):
    name: str
    one: str
    """The English text; of a plural entry the singular."""
    many: str = ""


def text(name: str, english: str) -> Entry:
    return Entry(name, english)


def plural(name: str, one: str, many: str) -> Entry:
    """Returns an entry whose form depends on its value `n`."""
    return Entry(name, one, many)


class Sentence(str):
    """An English text that keeps its name and values, to be said in another language later."""

    __slots__ = ("name", "package", "values")
    package: str
    name: str
    values: Mapping[str, object]

    @property
    def for_log(self) -> str:
        """Returns the English without values that may be people's words."""
        kept = {name: _loggable(name, value) for name, value in self.values.items()}
        return _TABLES[self.package](self.name, "en", **kept)


LOGGABLE = frozenset(
    {
        *("channel", "code", "days", "held", "method", "model", "n", "permissions", "platform", "promised"),
        *("scope", "setting", "span", "status", "until"),
    }
)
"""Names of values that platforms, servers or we choose."""


def _loggable(name: str, value: object) -> object:
    if isinstance(value, Sentence):
        return value.for_log
    return value if isinstance(value, int | float) or name in LOGGABLE else "…"


COUNTED = frozenset(
    {"announced", "chosen", "considered", "count", "done", "found", "held", "n", "of", "promised", "read", "total"}
)
"""Names of whole numbers that are quantities. Others are ids, codes or ranks."""


def _shown(name: str, value: object, language: str) -> object:
    quantity = isinstance(value, float) or (isinstance(value, int) and name in COUNTED)
    return number(value, language) if quantity else value  # type: ignore[arg-type]


def number(value: float, language: str) -> str:
    """Returns the number as that language writes it, with one decimal at most: `1,234.5`."""
    if language.split("-", 1)[0].lower() == "en":
        return f"{value:,.1f}".removesuffix(".0")
    from babel.numbers import format_decimal  # noqa: PLC0415  # English texts do without it

    return str(format_decimal(round(value, 1), locale=locale_of_texts(language)))


class Texts:
    """The visible texts of `package`."""

    def __init__(self, package: str, *entries: Entry) -> None:
        self.package = package
        self.entries = {entry.name: entry for entry in entries}
        _TABLES[package] = self

    def __call__(self, name: str, language: str, /, **values: object) -> str:
        """Returns the text in the language, else in English. Raises KeyError for an unknown
        name."""
        _, one, many = self.entries[name]
        found = catalog(self.package, language)
        if many:
            template = found.npgettext(name, one, many, int(str(values["n"])))
        else:
            template = found.pgettext(name, one)
        shown = {key: _shown(key, value, language) for key, value in values.items()}
        return template.format(**shown) if values else template

    def sentence(self, name: str, /, **values: object) -> Sentence:
        made = Sentence(self(name, "en", **values))
        made.package, made.name, made.values = self.package, name, values
        return made


def in_language(said: str, language: str) -> str:
    """Returns a Sentence in that language, and any other string as it is."""
    if not isinstance(said, Sentence):
        return said
    values = {k: in_language(v, language) if isinstance(v, str) else v for k, v in said.values.items()}
    return _TABLES[said.package](said.name, language, **values)


def dumped(said: str) -> str:
    """Returns the text for a store. `loaded` reads it back."""
    return json.dumps(_packed(said), ensure_ascii=False) if isinstance(said, Sentence) else said


def loaded(raw: str) -> str:
    """Returns a dumped Sentence if its text still exists, and any other string as it is."""
    try:
        return _unpacked(json.loads(raw)) if raw.startswith('["') else raw
    except (ValueError, KeyError, TypeError):
        return raw


def _packed(value: object) -> object:
    if not isinstance(value, Sentence):
        return value if isinstance(value, str | int) else str(value)
    return [value.package, value.name, {k: _packed(v) for k, v in value.values.items()}]


def _unpacked(packed: Any) -> Any:
    if not isinstance(packed, list):
        return packed
    package, name, values = packed
    return _TABLES[package].sentence(name, **{k: _unpacked(v) for k, v in values.items()})


@lru_cache
def languages(package: str) -> tuple[str, ...]:
    """Returns the languages of its catalogs, as gettext names them: `zh_Hans`, `pt_BR`."""
    return tuple(sorted(folder.name for folder in _catalogs(package).iterdir() if folder.is_dir()))


@lru_cache
def catalog(package: str, language: str) -> NullTranslations:
    """Returns the language's catalog, which is empty if there is none, as for English."""
    if language.split("-", 1)[0].lower() == "en":
        return NullTranslations()
    name = _name(package, language)
    return _read(package, name) if name else NullTranslations()


def _name(package: str, language: str) -> str:
    """Returns the name of the language's catalog; empty if there is none."""
    wanted = locale_of(language).language
    return next((name for name in languages(package) if locale_of(name).language == wanted), "")


def read_all(package: str) -> None:
    """Reads all catalogs of the package. Otherwise each language's first text reads its own."""
    for name in languages(package):
        _read(package, name)


@lru_cache
def _read(package: str, name: str) -> NullTranslations:
    folder = _catalogs(package) / name / "LC_MESSAGES"
    compiled = folder / f"{package}.mo"
    if compiled.is_file():
        return GNUTranslations(io.BytesIO(compiled.read_bytes()))
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # in a source checkout only
    from babel.messages.pofile import read_po  # noqa: PLC0415

    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO((folder / f"{package}.po").read_bytes())))
    out.seek(0)
    return GNUTranslations(out)


def _catalogs(package: str) -> Path:
    return Path(import_module(package).__path__[0]) / "locale"


def is_spoken(language: str) -> bool:
    """Returns whether there are texts in that language."""
    return bool(_name("digest", language)) or language.split("-", 1)[0].lower() == "en"


def locale_of_texts(language: str) -> Locale:
    """Returns CLDR's locale for dates and numbers in our texts; English where they are English."""
    return locale_of(language if is_spoken(language) else "en")


def locale_of(language: str) -> Locale:
    """Returns CLDR's locale for a language tag; English if CLDR has none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  # English texts do without it

    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
