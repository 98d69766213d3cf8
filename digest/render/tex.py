"""Makes TeX in titles, abstracts and model text readable without a renderer: as Unicode, else as
code."""

from __future__ import annotations

import re
from functools import lru_cache

_MATH = re.compile(r"(?<![\\$])\$(?!\s)([^$\n]{1,300}?)(?<![\s\\])\$(?![\d$])|\\\((.{1,300}?)\\\)")
_SUB = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUP = str.maketrans("0123456789+-=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SCRIPT = re.compile(r"([_^])(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s\\{}]))")
_STRUCTURE = re.compile(r"\\(frac|begin|sum|int|prod|sqrt|underset|overset|left|right|stackrel)\b")


def _script(match: re.Match[str]) -> str:
    table = _SUB if match[1] == "_" else _SUP
    body = match[2] if match[2] is not None else match[3]
    body = _macros(body).replace(",", "").strip() if "," not in body else body
    turned = body.translate(table)
    if all(turned[i] != c or c == " " for i, c in enumerate(body)):
        return turned
    if body in ("∘", "\\circ"):
        return "°"
    raise ValueError(body)


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]  # noqa: ANN202
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415  # 60 ms that start-up need not pay

    return LatexNodes2Text(math_mode="text", keep_comments=True, strict_latex_spaces=False)


def _macros(tex: str) -> str:
    return str(_converter().latex_to_text(tex))


def unicode_math(tex: str) -> str | None:
    """`A_{t+n}` gives `Aₜ₊ₙ`; None when Unicode cannot express it."""
    if _STRUCTURE.search(tex):
        return None
    try:
        # A macro's name must end before its script becomes letters: `\pi_n` is not the macro `piₙ`.
        scripted = _SCRIPT.sub(_script, re.sub(r"(\\[A-Za-z]+)(?=[_^])", r"\1{}", tex))
        text = _macros(scripted).strip()
    except (ValueError, IndexError, RecursionError):
        return None
    left_over = r"[\\^_]" if r"\{" in tex else r"[\\{}^_]"
    return text if text and not re.search(left_over, text) else None


def readable(text: str) -> str:
    """Returns text with inline maths as Unicode, else as `$…$` without dollars in backquotes."""

    def turn(match: re.Match[str]) -> str:
        tex = match[1] if match[1] is not None else match[2]
        return unicode_math(tex) or f"`{tex.strip()}`"

    return _MATH.sub(turn, text)


def plain(text: str) -> str:
    """For places without code: titles, headlines, file names. Also text accents and macros."""
    turned = readable(text).replace("`", "")
    if "\\" in turned or "{" in turned:
        turned = _macros(turned)
    return " ".join(turned.split())
