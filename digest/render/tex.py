"""Makes TeX in titles, abstracts and model text readable without a renderer: as Unicode, else as
code."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from digest.patterns import regex

log = logging.getLogger(__name__)

_INLINE = (
    r"(?<![\\$])\$(?!\s)([^$\n]{1,300}?)(?<![\s\\])\$(?![\d$])"
    r"|\\\((.{1,300}?)\\\)"
    # A dollar beside a space may be money, so a formula there must begin as TeX or be one word of
    # it.
    r"|(?<![\\$])\$[ \t]*(\\[A-Za-z][^$\n]{0,298}?|[^\s$]{0,40}[\\^_][^\s$]{0,40})[ \t]*(?<!\\)\$(?![\d$])"
)
_MATH = regex(_INLINE)
_SUB = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUP = str.maketrans("0123456789+-=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SCRIPT = regex(r"([_^])(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s\\{}]))")
_STRUCTURE = regex(r"\\(frac|begin|sum|int|prod|sqrt|underset|overset|left|right|stackrel)\b")


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


LONGEST = 2_000
"""Characters of a text whose macros are read. A text beyond these bounds is shown unchanged."""
MOST_MACROS = 60
DEEPEST = 12
"""Nested braces and brackets."""
MOST_FORMULAS = 200
"""Formulas of a text. Any others are shown unchanged."""
_SWITCHES = frozenset([
    "rm", "bf", "it", "sl", "sf", "tt", "sc", "em", "cal", "bm", "pmb", "boldsymbol", "boldmath", "unboldmath",
    "rmfamily", "sffamily", "ttfamily", "bfseries", "mdseries", "itshape", "slshape", "scshape", "upshape",
    "normalfont", "displaystyle", "textstyle", "protect", "relax",
])  # fmt: skip
"""Macros that change the look of what follows and show nothing themselves."""


_BOXES = {"raisebox": "{[[{", "scalebox": "{[{", "resizebox": "{{{"}
"""Macros with their arguments, of which the last is shown."""


@lru_cache(maxsize=2)
def _converter(*, names: bool) -> Any:
    """Returns a converter. `names`: an unknown macro shows its name; else it raises ValueError."""
    from pylatexenc import latex2text  # noqa: PLC0415  # 60 ms that start-up need not pay

    logging.getLogger("pylatexenc").setLevel(logging.ERROR)  # its warnings hold the text

    def arguments(node: Any, converter: Any) -> str:
        given = [a for a in (node.nodeargd.argnlist if node.nodeargd else None) or () if a is not None]
        return "".join(converter.nodelist_to_text([a]) for a in given)

    def unknown(node: Any, l2tobj: Any) -> str:
        if not (shown := arguments(node, l2tobj)) and not names:
            raise ValueError(node.macroname)
        return shown or str(node.macroname)

    def root(node: Any, l2tobj: Any) -> str:
        shown = arguments(node, l2tobj).strip()
        return f"√({shown})" if len(shown) > 1 else f"√{shown}"

    def fraction(node: Any, l2tobj: Any) -> str:
        parts = [str(l2tobj.nodelist_to_text([part])).strip() for part in node.nodeargd.argnlist]
        return "/".join(f"({part})" if re.search(r"[-+\s]", part) else part for part in parts)

    def last(node: Any, l2tobj: Any) -> str:
        return str(l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]]))

    context = latex2text.get_default_latex_context_db()
    macros = [
        latex2text.MacroTextSpec("href", last),
        latex2text.MacroTextSpec("sqrt", root),
        latex2text.MacroTextSpec("frac", fraction),
        *(latex2text.MacroTextSpec(name, unknown) for name in ("texttt", "mbox")),
        *(latex2text.MacroTextSpec(name, last) for name in _BOXES),
        *(latex2text.MacroTextSpec(name, "") for name in ("footnote", "thanks", "includegraphics", "label", "color")),
    ]
    context.add_context_category("paperboy", macros=macros, prepend=True)
    context.set_unknown_macro_spec(latex2text.MacroTextSpec("", unknown))
    return latex2text.LatexNodes2Text(context, math_mode="text", keep_comments=True, strict_latex_spaces=False)


@lru_cache(maxsize=1)
def _known() -> tuple[Any, Any]:
    """Returns what the converter can show, and the arguments that it reads."""
    from pylatexenc import latex2text, latexwalker, macrospec  # noqa: PLC0415

    parsed = latexwalker.get_default_latex_context_db()
    given = {"href": "{{", "footnote": "{", "thanks": "{", "texttt": "{", "mbox": "{", "color": "[{"}
    more = (given | _BOXES).items()
    parsed.add_context_category("paperboy", macros=[macrospec.MacroSpec(*spec) for spec in more], prepend=True)
    return latex2text.get_default_latex_context_db(), parsed


def _within(tex: str) -> bool:
    """Returns whether the converter, which reads by recursion, needs only few steps."""
    if len(tex) > LONGEST or tex.count("\\") > MOST_MACROS:
        return False
    depth = deepest = 0
    for char in tex:
        depth += (char in "{[") - (char in "}]")
        deepest = max(deepest, depth)
    return deepest <= DEEPEST


def _macros(tex: str, *, names: bool = False) -> str:
    """Converts macros. Raises ValueError for unknown ones, errors, and TeX beyond the bounds."""
    if not _within(tex):
        raise ValueError("beyond the bounds")
    # A comment or column mark is rare here; text like "90% of \emph{x}" or "A & B: \emph{x}" is
    # not.
    tex = re.sub(r"(?<!\\)[%&]", r"\\\g<0>", tex)
    if "\\" in tex:
        # A macro at the end of its group has no arguments left. An operator is a word of its own.
        tex = re.sub(r"(\\[A-Za-z]+)\s*(?=\Z|[}$])", r"\1{}{}{}", tex)
        tex = re.sub(r"\\([A-Za-z]{2,40})(?![A-Za-z])\s*(?=(?P<next>.?))", _macro, tex, flags=re.DOTALL)
    try:
        shown = str(_converter(names=names).latex_to_text(tex, tolerant_parsing=False, latex_context=_known()[1]))
    except ValueError:
        raise
    except Exception as error:  # the library raises many kinds of errors, even for sound TeX
        raise ValueError(type(error).__name__) from error
    if "%s" in shown and "%s" not in tex:
        raise ValueError("a macro lacks its arguments")
    return shown


def _macro(match: re.Match[str]) -> str:
    name, following = match[1], match["next"]
    if name in _SWITCHES or name == "xspace":
        return " " if name == "xspace" and re.match(r"\w", following) else ""
    shown, parsed = _known()
    spec = shown.get_macro_spec(name)
    # Words of their own: an operator, or an unknown command, which shows its name.
    before = " " if match.start() and re.match(r"[\w)\]}]", match.string[match.start() - 1]) else ""
    after = " " if re.match(r"[^\W_]|\\", following) else ""
    if spec is not None and spec.simplify_repl == name:
        return f"{before}{name}{after}"
    if spec is not None and match[0][-1].isspace() and _is_sign(spec.simplify_repl):
        return f"\\{name}{{}} "  # `x \to y` is `x → y`: the space after a sign counts, unlike that after a letter
    if spec is not None or parsed.get_macro_spec(name) is not None:
        return match[0]
    # Formatting, of which only the text is shown: `\\name{text}`, `{\\name text}`.
    around = match.string[match.end(1) : match.end(1) + 2]
    opened = match.string[: match.start()].endswith("{") and around[:1].isspace() and following != "}"
    if opened or (around[:1] == "{" and around != "{}"):
        return ""
    return match[0] if around == "{}" else f"{before}\\{name}{{}}{after}"


def _is_sign(shown: object) -> bool:
    return isinstance(shown, str) and len(shown) == 1 and not shown.isalnum()


def unicode_math(tex: str) -> str | None:
    """Returns `Aₜ₊ₙ` for `A_{t+n}`; None if Unicode cannot express the formula."""
    if _STRUCTURE.search(tex) or not _within(tex):
        return None
    try:
        # A macro's name must end before its script becomes letters: `\pi_n` is not the macro `piₙ`.
        scripted = _SCRIPT.sub(_script, re.sub(r"(\\[A-Za-z]+)(?=[_^])", r"\1{}", tex))
        text = " ".join(_macros(scripted).split())
    except ValueError:
        return None
    left_over = r"[\\^_]" if r"\{" in tex else r"[\\{}^_]"
    return text if text and not re.search(left_over, text) else None


def _formula(match: re.Match[str]) -> str:
    return str(match[match.lastindex or 0])


def closed_up(text: str) -> str:
    r"""Returns `$\min $` as `$\min$`: a Markdown parser takes a dollar beside a space for money."""
    return _MATH.sub(lambda m: m[0] if m[3] is None else f"${m[3].strip()}$", text) if "$" in text else text


def readable(text: str) -> str:
    """Returns text with inline maths as Unicode, else as `$…$` without dollars in backquotes."""

    def turn(match: re.Match[str]) -> str:
        tex = _formula(match)
        return unicode_math(tex) or f"`{tex.strip()}`"

    return _MATH.sub(turn, text, count=MOST_FORMULAS)


def formatted(text: str) -> str:
    r"""Returns Markdown in which TeX's font commands outside formulas are Markdown's marks:
    `\emph{x}` becomes `*x*`, `\texttt{x}` becomes code, `\textsc{x}` becomes `x`."""
    return _FONT_OR_FORMULA.sub(_as_markdown, text) if "\\" in text else text


def _as_markdown(match: re.Match[str]) -> str:
    if match["font"] is None:
        return match[0]  # a formula
    mark, words = _MARKS.get(match["font"], ""), re.sub(r"\\([_&%#$])", r"\1", match["words"])
    return f"{mark}{words}{mark}" if words.strip() else ""


_FONT_OR_FORMULA = regex(
    r"\$\$[^$]{1,2000}\$\$|\\\[(?:(?!\\\[)[\s\S]){1,2000}?\\\]|"
    + _INLINE
    + r"|\\(?P<font>text(?:tt|bf|it|sc|sf|rm|md|up|sl|normal)?"
    r"|emph|underline|mbox)\{(?P<words>[^{}`\n]{0,300})\}"
)
_MARKS = {"texttt": "`", "textbf": "**", "emph": "*", "textit": "*"}


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Returns text for places without code: titles, headlines, file names. Also converts text
    accents and macros.

    Leaves unchanged what cannot be converted. Never raises."""
    words, formulas = apart(text)
    shown = {held: (unicode_math(tex) or _or_as_it_is(tex)).replace("`", "") for held, tex in formulas.items()}
    return " ".join(words.translate(shown).split()) or " ".join(text.split())


def apart(text: str) -> tuple[str, dict[int, str]]:
    """Returns the text with a private character for each formula, and those characters' TeX."""
    formulas: dict[int, str] = {}

    def held(match: re.Match[str]) -> str:
        char = _HELD + len(formulas)
        formulas[char] = _formula(match)
        return chr(char)

    turned = _MATH.sub(held, re.sub("[\ue000-\uf8ff]", "", text).replace("$$", "$"), count=MOST_FORMULAS)
    turned = _dashes(turned)
    if "\\" in turned or "{" in turned or "``" in turned:
        turned = _or_as_it_is(re.sub(r"``(.{1,300}?)''", r"“\1”", turned))
    return turned.replace("`", ""), formulas


def quotation(text: str) -> str:
    """Returns a quotation in plain text: formulas and dashes as Unicode, and the other characters
    unchanged.

    Converts a line as a whole only if it has TeX commands outside formulas."""

    def turned(match: re.Match[str]) -> str:
        tex = _formula(match)
        if _PROSE.search(tex):  # the dollars are two prices
            return match[0]
        return " ".join((unicode_math(tex) or _or_as_it_is(tex)).split()) or match[0]

    def line(one: str) -> str:
        if _COMMAND.search(_MATH.sub("", one)):
            return plain(one)
        return _dashes(_MATH.sub(turned, one, count=MOST_FORMULAS))

    return "\n".join(map(line, text.split("\n")))


def _dashes(text: str) -> str:
    """Converts TeX's long dashes, which authors type into abstracts, and the dash of a range."""
    return _RANGE.sub("–", _LONG_DASH.sub("—", text))


_LONG_DASH, _RANGE = regex(r"(?<![-|:])---(?![-|:])"), regex(r"(?<=\d)--(?=\d)")
_COMMAND = regex(r"\\(?:text|math|emph|underline|textsc|cite|ref)[a-z]*\b\s*\{")
_PROSE = regex(r"(?<![\\{A-Za-z])[A-Za-z]{2,}\s+[A-Za-z]{2,}\b(?![^{}]*\})")
_HELD = 0xE000
"""The first of the private characters that replace formulas while a text is converted."""


def _or_as_it_is(tex: str) -> str:
    try:
        return _macros(tex, names=True)
    except ValueError as error:
        log.info("event=tex_shown_as_it_is characters=%d cause=%s", len(tex), type(error.__cause__ or error).__name__)
        return tex
