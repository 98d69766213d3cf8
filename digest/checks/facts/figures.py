"""Parses figures in a text: value, unit and precision.

It reads thousands separators, per cent, scientific notation, ranges, magnitudes (`1.5M`, `150万`),
Chinese numerals (`百分之三十`, `三成`, `两倍`, `一半`), TeX and English number words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from digest.checks.facts.number_words import numbers_of
from digest.patterns import regex


@dataclass(frozen=True)
class Figure:
    value: float
    unit: str
    """`%`, `x` (times), `points`, a unit of measure in its base form, or empty."""
    step: float
    """The value of one unit in its last digit: 0.1 for `92.3`."""
    text: str
    start: int
    about: bool = False
    """Marked as rounded: `about`, `约`, `nearly`."""
    bound: str = ""
    """`>`: more than, at least; `<`: less than, at most."""
    plain: bool = True
    """Written in digits; number words are not checked."""


_DIGIT = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TEN = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 1e4, "亿": 1e8, "兆": 1e12}
_CARDINAL = numbers_of("en", "cardinal")
_WORDS = {
    **_CARDINAL,
    "half": 0.5, "twice": 2.0, "double": 2.0, "triple": 3.0, "hundred": 100.0, "thousand": 1000.0, "million": 1e6, "billion": 1e9, "dozen": 12.0, "once": 1.0,
}  # fmt: skip
_MANY = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_MAGNITUDE = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "hundred": 100.0,
              "千": 1e3, "百万": 1e6, "千万": 1e7, "万": 1e4, "亿": 1e8, "万亿": 1e12, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "億": 1e8, "兆": 1e12, "만": 1e4, "억": 1e8, "조": 1e12, "百": 100.0, "천": 1e3, "백": 100.0}  # fmt: skip
_UNIT = {
    "%": "%", "percent": "%", "per cent": "%", "％": "%", "pct": "%", "个百分点": "points", "百分点": "points", "percentage points": "points", "percentage point": "points",
    "points": "points", "point": "points", "pp": "points", "点": "points", "分": "points",
    "x": "x", "×": "x", "倍": "x", "times": "x", "fold": "x", "-fold": "x",
    "ms": "ms", "毫秒": "ms", "milliseconds": "ms", "s": "s", "秒": "s", "秒钟": "s", "seconds": "s", "second": "s", "sec": "s", "minutes": "min", "minute": "min", "分钟": "min", "min": "min",
    "h": "h", "hours": "h", "hour": "h", "小时": "h", "days": "d", "day": "d", "天": "d", "weeks": "wk", "周": "wk", "months": "mo", "个月": "mo", "years": "y", "年": "y",
    "gb": "gb", "mb": "mb", "tb": "tb", "kb": "kb", "gib": "gb", "hz": "hz", "khz": "khz", "mhz": "mhz", "ghz": "ghz", "fps": "fps", "帧": "frames", "db": "db", "dB": "db",
    "mm": "mm", "cm": "cm", "km": "km", "nm": "nm", "μm": "um", "µm": "um", "m": "m", "米": "m", "毫米": "mm", "厘米": "cm", "公里": "km", "mile": "mile", "miles": "mile", "w": "w", "kw": "kw", "kwh": "kwh", "mj": "mj", "j": "j",
    "微秒": "us", "μs": "us", "µs": "us", "microseconds": "us", "microsecond": "us", "纳秒": "ns", "ns": "ns", "nanoseconds": "ns", "nanosecond": "ns", "纳米": "nm", "微米": "um", "埃": "angstrom", "å": "angstrom",
    "kg": "kg", "kilogram": "kg", "kilograms": "kg", "千克": "kg", "公斤": "kg", "g": "g", "gram": "g", "grams": "g", "mg": "mg", "milligrams": "mg", "毫克": "mg", "μg": "ug", "µg": "ug", "微克": "ug",
    "tonne": "t", "tonnes": "t", "吨": "t", "watt": "w", "watts": "w", "瓦": "w", "kilowatts": "kw", "千瓦": "kw", "ml": "ml", "μl": "ul", "µl": "ul", "毫升": "ml", "litres": "l", "liters": "l",
    "°": "deg", "度": "deg", "gpu": "gpu", "gpus": "gpu", "gflops": "gflops", "tflops": "tflops", "flops": "flops",
}  # fmt: skip
_SYMBOLS = {
    "meV": "mev", "eV": "ev", "keV": "kev", "MeV": "megaev", "GeV": "gev", "Pa": "pa", "hPa": "hpa", "kPa": "kpa", "MPa": "mpa", "GPa": "gpa", "mW": "milliw", "MW": "megaw", "GW": "gw",
    "pM": "pmol/l", "nM": "nmol/l", "µM": "umol/l", "μM": "umol/l", "mM": "mmol/l",
}  # fmt: skip
"""Units of measure that differ only in capitals."""
_INFLECTED = {"doubled": "double", "doubles": "double", "tripled": "triple", "triples": "triple"}
NUMBER_WORDS = frozenset(
    w
    for w in (*_WORDS, *_INFLECTED, *_MAGNITUDE, *(w for w, unit in _UNIT.items() if unit in ("%", "x")))
    if len(w) > 1 and w.isascii()
)
"""The English words of a figure, without its unit of measure."""
_TENS = "|".join(w for w, n in _CARDINAL.items() if n >= 20)
_UNITS = "|".join(w for w, n in _CARDINAL.items() if 1 <= n <= 9)
_NUM = r"(?:\d{1,3}(?:(?:,|\{,\}|\u2009|\u202f)\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<![A-Za-z0-9_.])\.\d+)"
_SUFFIX = (
    r"(?P<magnitude>(?:thousand|million|billion|trillion)\b|万亿|千亿|百亿|十亿|千万|百万|[万亿億兆만억조]|千(?![米克卡])|(?-i:[KkMBT])(?![A-Za-z0-9_-]))?"
    r"(?:(?<=[万亿億兆만억조])\s?(?P<rest>\d{1,4})(?P<restmagnitude>[千천百백万만亿億억])(?![米克卡]))?"
    r"(?:(?:-|\s|\\,|\\){0,6}(?P<unit>(?-i:[pnµμm]M|[mkMG]?eV|[hkMG]?Pa)(?![A-Za-zÀ-ɏ0-9_-])|\\?%|％|percentage points?\b|per ?cent\b|pct\b|个?百分点|倍|\\times\b|×|x(?![a-zA-Z0-9])|times\b|fold\b|"
    r"[毫微纳]秒|千克|公斤|[毫微]克|吨|千?瓦|毫升|[纳微]米|埃|秒钟?|分钟|小时|个月|毫米|厘米|公里|[天米帧度年](?!代)|周(?![年期边])|(?:points?|[mnµμ]s|(?:milli|micro|nano)?seconds?|sec|minutes?|min|hours?|days?|weeks?|months?|years?|[GMTK]i?B|[kMG]?Hz|fps|FPS|dB|mm|cm|km|nm|[μµ]m|miles?|Å|kWh|kW|mJ|[kmμµ]g|kilograms?|grams?|milligrams|tonnes?|(?:kilo)?watts?|[mμµ]l|lit(?:re|er)s|GPUs?|[GT]?FLOPs)(?![A-Za-zÀ-ɏ])|(?-i:[smhgJW]|[mMG]W)(?![A-Za-zÀ-ɏ0-9_-])|°))?"
)
_ABOUT = regex(
    r"(?:约|大约|近|接近|将近|左右|大概|几乎|about|around|approximately|roughly|nearly|almost|some|circa|ca\.|~|∼|≈|\\sim|\\approx|约为|约有|(?<!\w)(?:rund|etwa|ungefähr|knapp|gut|environ|près de|presque|unos|unas|alrededor del?|cerca de|casi|aproximadamente|quase|около|примерно|почти|약|대략|거의)|およそ|ほぼ|約)\s{0,3}\$?\s{0,3}$",
    re.IGNORECASE,
)
_OVER = regex(
    r"(?:超过|超|逾|多于|高于|大于|至少|不少于|不低于|over|more than|above|at least|exceed(?:s|ing)?|greater than|beyond|>|≥|\\geq?)\s{0,3}\$?\s{0,3}$",
    re.IGNORECASE,
)
_UNDER = regex(
    r"(?:不到|少于|低于|小于|不足|至多|最多|不超过|以内|under|less than|below|fewer than|at most|up to|within|<|≤|\\leq?)\s{0,3}\$?\s{0,3}$",
    re.IGNORECASE,
)
_AFTER_ABOUT = regex(r"^\s*(?:左右|上下|多|余|以上|弱|強|前後|ほど|程度|정도|가량)")
_FIGURE = regex(
    rf"(?=[\d.])(?:(?P<whole>\d{{1,2}})\s?(?:分[之の]|분의)\s?(?P<some>\d{{1,2}})(?!\d)|(?P<sci>{_NUM}\s{{0,3}}(?:\$?\s{{0,3}}(?:\\times|\\cdot|×|x|\*)\s{{0,3}}\$?\s{{0,3}})10\s{{0,3}}\$?\s{{0,3}}(?:\^|\*\*)?\s{{0,3}}\{{?\s{{0,3}}(?P<exp>[-−–+]?\d+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)\s{{0,3}}\}}?\$?|(?<![A-Za-z0-9_.])\d+(?:\.\d+)?[eE][-−+]?\d+(?![\w])"
    rf"|(?<![A-Za-z0-9_.])10\s{{0,3}}\^\s{{0,3}}\{{?\s{{0,3}}(?P<pow>[-−–+]?\d+)\s{{0,3}}\}}?|(?<![A-Za-z0-9_.])10(?P<sup>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))"
    rf"|(?P<num>(?<![A-Za-z_0-9])(?<!\d\.){_NUM})(?:\s|-(?=(?:thousand|million|billion|trillion)\b))?{_SUFFIX})"
    r"|(?=[百一二两三四五六七八九十半千])(?P<han>百分之(?P<per>[零一二两三四五六七八九十百点]{1,12}|\d{1,9}(?:\.\d{1,9})?)|(?P<tenths>[一二两三四五六七八九])成(?P<halfway>半)?(?![为本员长果功就熟分])|(?P<times>[一二两三四五六七八九十百]{1,8})(?P<bei>倍)|(?P<hanbig>[一二两三四五六七八九十百千]{1,10})(?P<hanmag>万亿|[万亿])|(?P<of>[二三四五六七八九十])分[之の](?P<parts>[一二两三四五六七八九])|一半|半数)"
    r"|\b(?=[ahotfz])(?:(?P<half>(?:one[- ]|a )?half(?= (?:of|the)\b))|(?P<fraction>(?P<many>a|one|two|three|four)[- ](?P<part>third|quarter|fifth|tenth)s?\b(?:(?<!\ba third)(?<!\ba fifth)(?<!\ba tenth)|(?=\s+of\b|\s+the\b|[,.;)]|$))))"
    rf"|\b(?=[defhnostz])(?P<word>(?:(?:{_TENS})(?:[- ](?:{_UNITS}))?|{'|'.join(_CARDINAL)}|half|twice|double[sd]?|triple[sd]?)(?:\b|(?=fold\b))(?:[- ](?P<wordmag>hundred|thousand|million|billion)\b)?(?:[- ]?(?P<wordunit>percent|per cent|times|fold|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b)?)",
    re.IGNORECASE,
)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def _float(raw: str) -> float:
    return float(re.sub(r"[^\d.]", "", raw) or 0)


def _step(raw: str) -> float:
    bare = re.sub(r"[^\d.]", "", raw)
    return 10.0 ** -len(bare.split(".")[1]) if "." in bare else 1.0


def han_number(text: str) -> float:
    """Returns 32 for `三十二`, 105 for `一百零五`, 1.5 for `一点五`."""
    if "点" in text:
        whole, _, rest = text.partition("点")
        return han_number(whole) + sum(_DIGIT.get(c, 0) * 10.0**-i for i, c in enumerate(rest, 1))
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    total, section, digit = 0.0, 0.0, 0.0
    for c in text:
        if c in _DIGIT:
            digit = _DIGIT[c]
        elif c in _TEN:
            section += (digit or 1) * _TEN[c]
            digit = 0
        elif c in _BIG:
            total = (total + section + digit) * _BIG[c]
            section = digit = 0
    return total + section + digit


def _bounded(exponent: str) -> int:
    """Returns an exponent that a float can hold."""
    return max(-300, min(300, int(exponent[:6])))  # Python refuses more than 4,300 digits


def _scientific(match: re.Match[str]) -> tuple[float, float]:
    raw = match["sci"]
    exponent = match["exp"] or match["pow"] or match["sup"]
    if exponent is None:
        value = float(raw.replace("−", "-"))
        head, _, tail = raw.lower().replace("−", "-").partition("e")
        return value, _step(head) * 10.0 ** _bounded(tail)
    power = _bounded(exponent.translate(_SUPERSCRIPT).replace("−", "-").replace("–", "-"))
    if match["exp"] is None:
        return 10.0**power, 10.0**power
    head = re.match(_NUM, raw)
    mantissa = head[0] if head else "1"
    return _float(mantissa) * 10.0**power, _step(mantissa) * 10.0**power


def _read(match: re.Match[str]) -> tuple[float, str, float, bool]:
    """Returns value, unit, step, and whether it is written in digits."""
    if match["sci"]:
        value, step = _scientific(match)
        return value, "", step, True
    if match["num"]:
        factor = _MAGNITUDE.get((match["magnitude"] or "").lower(), 1.0)
        value, step = _float(match["num"]) * factor, _step(match["num"]) * factor
        if match["rest"]:  # `65万5千`
            step = _MAGNITUDE[match["restmagnitude"]]
            value += _float(match["rest"]) * step
        raw = (match["unit"] or "").replace("\\", "")
        unit = _SYMBOLS.get(raw) or _UNIT.get(raw.lower(), "")
        return value, unit, step, True
    if match["whole"]:
        return _share(float(match["some"]), float(match["whole"]))
    if match["half"]:
        return _share(1, 2)
    if match["fraction"]:
        return _share(_MANY[match["many"].lower()], _PARTS[match["part"].lower()])
    return _han(match) if match["han"] else _word(match)


def _share(many: float, parts: float) -> tuple[float, str, float, bool]:
    """Returns a fraction in words, to whole per cents."""
    return round(100 * many / (parts or 1)), "%", 1.0, False


def _han(match: re.Match[str]) -> tuple[float, str, float, bool]:
    if match["per"]:
        return han_number(match["per"]), "%", 1.0, True
    if match["tenths"]:
        return _DIGIT[match["tenths"]] * 10.0 + (5 if match["halfway"] else 0), "%", 10.0, True
    if match["bei"]:
        return han_number(match["times"]), "x", 1.0, True
    if match["hanbig"]:
        factor = _MAGNITUDE[match["hanmag"]]
        return han_number(match["hanbig"]) * factor, "", factor, True
    if match["of"]:
        return _share(han_number(match["parts"]), han_number(match["of"]))
    return 50.0, "%", 10.0, False


def _word(match: re.Match[str]) -> tuple[float, str, float, bool]:
    first = re.split(r"[- ]|(?=fold)", match["word"].lower())
    value = 0.0
    for part in first:
        stem = _INFLECTED.get(part, part)
        if part in ("hundred", "thousand", "million", "billion"):
            value = (value or 1) * _WORDS[part]
        elif stem in _WORDS:
            value += _WORDS[stem]
    unit = _UNIT.get((match["wordunit"] or "").lower(), "")
    if first[0].startswith(("twice", "double", "triple")):
        unit = "x"
    return value, unit, 1.0, False


def figures(text: str, most: int | None = None) -> Sequence[Figure]:
    """Returns the first `most` figures in order. A range (`10–20%`) gives two with its unit."""
    if len(text) <= _KEPT:
        return _figures_of(text)
    return _figures_of_long(text) if len(text) <= _KEPT_LONG and most is None else _parsed(text, most)


_KEPT = 2_000
"""Characters of a text whose figures are cached, because each rule on a sentence asks for them."""
_KEPT_LONG = 50_000
"""The same for a few tables and passages."""


def _parsed(text: str, most: int | None = None) -> tuple[Figure, ...]:
    found: list[Figure] = []
    for match in islice(_FIGURE.finditer(text), most):
        value, unit, step, plain = _read(match)
        before = text[max(0, match.start() - 16) : match.start()]
        about = bool(_ABOUT.search(before)) or bool(_AFTER_ABOUT.match(text[match.end() : match.end() + 4]))
        bound = ">" if _OVER.search(before) else "<" if _UNDER.search(before) else ""
        if (
            found
            and unit
            and not found[-1].unit
            and re.fullmatch(r"\s*(?:[-–—~～±至到]|\\pm|to|and|\$)+\s*", text[_end(found[-1]) : match.start()])
        ):
            last = found.pop()
            found.append(Figure(last.value, unit, last.step, last.text, last.start, last.about, last.bound, last.plain))
        found.append(Figure(value, unit, step, match[0].strip(" \\$"), match.start(), about, bound, plain))
    return tuple(found)


_figures_of = lru_cache(maxsize=256)(_parsed)
_figures_of_long = lru_cache(maxsize=8)(_parsed)


def _end(figure: Figure) -> int:
    return figure.start + len(figure.text)
