"""TeX becomes Unicode where that says it all, and loses nothing where it does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.render import markdown
from bot.slack.render import richtext
from digest.render.tex import LONGEST, plain, quotation, readable, unicode_math
from tests.rows import each
from tests.steps import steps


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\epsilon_{t+1}", "ϵₜ₊₁"),
        (r"\pi_n^2", "πₙ²"),
        (r"\pi_0", "π₀"),
        (r"A_t = \{a_t, \dots, a_{t+n}\}", "Aₜ = {aₜ, …, aₜ₊ₙ}"),
        (r"256^2", "256²"),
        (r"10^{-4}", "10⁻⁴"),
        (r"90^\circ", "90°"),
        (r"\alpha", "α"),
    ],
)
def test_simple_maths_is_unicode(tex, shown):
    assert unicode_math(tex) == shown


@pytest.mark.parametrize(
    "tex", [r"\frac{a}{b}", r"L_{\text{CE}}", r"p_{\theta}(x)", r"\sqrt{n}", r"H_\infty", r"x_{q}"]
)
def test_what_unicode_cannot_say_stays_as_code(tex):
    assert unicode_math(tex) is None
    assert readable(f"with ${tex}$ inside") == f"with `{tex}` inside"


@pytest.mark.parametrize("text", ["costs $5 and $6", "from $100k to $200k", "from $ 5 to 6 $ a day", "no maths"])
def test_dollars_are_not_maths(text):
    assert readable(text) == quotation(text) == text


@pytest.mark.parametrize(
    ("spaced", "shown"),
    [
        (r"the $\min $ of it", "the min of it"),
        (r"$ \alpha $ and $ x_i $", "α and xᵢ"),
        (r"$(a)$ \in $b$", r"(a) \in b"),
        (r"$5 of $\pi_0 $ and $6", "$5 of π₀ and $6"),
    ],
)
def test_a_formula_is_one_with_spaces_inside_its_dollars_too(spaced, shown):
    assert readable(spaced) == quotation(spaced) == shown
    on_slack = "".join(e["text"] for e in richtext.inline(spaced))
    assert (on_slack, markdown.line(spaced).replace("\\\\", "\\")) == (shown, shown)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (r"We use $d_{\text{model}}=512$ and $\frac{1}{\sqrt{d_{k}}}$.", "We use d_model=512 and 1/√(d_k)."),
        (r"BERT${}_{\textsc{BASE}}$ emits CO$_2$ and costs $5", "BERT_BASE emits CO₂ and costs $5"),
        ("It costs $5 and saves CO$_2$", "It costs $5 and saves CO$_2$"),
        (r"\textit{Great} \underline{beer}, $\mathcal{L}_{\mathrm{CE}}$", "Great beer, ℒ_CE"),
        (r"the set {0, 1} of C:\temp with `code`", r"the set {0, 1} of C:\temp with `code`"),
        ("| a | $x^2$ |\n| b | 3 |", "| a | x² |\n| b | 3 |"),
        ("| a |\n|---|\n|:---|", "| a |\n|---|\n|:---|"),
        ("implicit indicators --- such as fonts---of 2019--2020", "implicit indicators — such as fonts—of 2019–2020"),
        ("run it with --dry-run or ----", "run it with --dry-run or ----"),
    ],
)
def test_a_quotation_is_shown_without_tex(printed, shown):
    assert quotation(printed) == shown


def test_a_title_is_plain_text():
    assert plain(r"$\pi_0$: 50\% of {BERT} and G\"odel") == "π₀: 50% of BERT and Gödel"


TITLES = [
    ("\\href{https://example.org}{Kestrel}: A Title", "Kestrel: A Title"),
    ("Kestrel windows\\footnote", "Kestrel windows"),
    ("A study of \\sqrt", "A study of √"),
    ("``Why Trust a Kestrel?'': Explaining Windows", "“Why Trust a Kestrel?”: Explaining Windows"),
    ("SU(3)$_C\\times$SU(2)$_L\\times$U(1)$_Y$ breaking", "SU(3)_C×SU(2)_L×U(1)_Y breaking"),
    ("$\\texttt{kestrel}$: a code", "kestrel: a code"),
    ("\\texttt{kestrel}: a code", "kestrel: a code"),
    ("\\mbox{GPT-4} on windows", "GPT-4 on windows"),
    ("\\modelname: Learning to Read", "modelname: Learning to Read"),
    ("Sorting in $O(n\\log n)$ time", "Sorting in O(n log n) time"),
    ("{\\bf Kestrel}: windows", "Kestrel: windows"),
    ("\\textcolor{red}{Hot} windows", "Hot windows"),
    ("$\\modelname$-7", "modelname-7"),
    ("\\LaTeX{} for windows", "LaTeX for windows"),
    ('Gr\\"{o}bner bases of $K_2$', "Gröbner bases of K₂"),
    ("50% of $x$", "50% of x"),
    ("Kites --- A Survey of 2019--2024", "Kites — A Survey of 2019–2024"),
    ("C\\# and F\\#", "C# and F#"),
    ("\\emph{The $x_1$ case}", "The x₁ case"),
    ("{BERT} in $\\{a, b\\}$", "BERT in {a, b}"),
    ("$\\max_x f$", "maxₓ f"),
    ("$O(n\\log\\log n)$ and $\\arg\\max_x f$", "O(n log log n) and arg max_x f"),
    ("\\textsc{Kite}\\xspace flies, and \\textsc{Kite}\\xspace, too", "Kite flies, and Kite, too"),
    ("A bound of $\\frac{a+b}{c}$ as $x \\to \\infty$", "A bound of (a+b)/c as x → ∞"),
    ("$\\rm Bi_2Se_3$ and $\\rm d$-waves in $\\bf k$", "Bi₂Se₃ and d-waves in k"),
    ("\\bf Kites in $\\cal N=4$ with $\\boldsymbol\\theta$", "Kites in N=4 with θ"),
    ("\\raisebox{-2pt}{\\includegraphics[height=1em]{kite}} {\\color{blue}Kite}\\label{kite}", "Kite"),
]


@each(("title", "shown"), TITLES)
def test_titles_are_shown_as_people_would_write_them(title, shown):
    assert plain(title) == shown


HOSTILE = [
    r"\frac{" * 26,
    r"\frac" * 300,
    r"\sqrt[" * 50,
    "{" * 2000,
    "{" * 250 + "x" + "}" * 250,
    "$" * 2000,
    r"\(" * 500,
    r"\'" * 500 + "e",
    r"\begin{a}" * 100,
    r"\text{$" * 100,
    r"\item[" * 100,
    "x^{" * 200,
    r"\href{" * 20 + "}" * 20,
    r"$\frac{" * 40,
    "``" * 1000,
]


@each("tex", HOSTILE)
def test_a_title_costs_few_steps_and_is_shown_as_it_came(tex):
    assert steps(lambda: plain.__wrapped__(tex)) < 100_000
    assert steps(lambda: readable(tex)) < 100_000
    assert steps(lambda: quotation(tex)) < 100_000
    assert plain(tex)


_PIECE = st.sampled_from([
    *(
        [
            r"\frac", r"\sqrt", r"\href", r"\footnote", r"\left", r"\begin{a}", r"\end{a}",
            r"\text", r"\\", r"\\\"", r"\(", r"\)", r"\foo",
        ]
    ),
    *"{}[]$^_%&#~`'ab 1é中\n",
])  # fmt: skip


@given(st.lists(_PIECE, max_size=150).map("".join))
@settings(max_examples=150, deadline=None)
def test_no_tex_raises_or_takes_many_steps(tex):
    assert steps(lambda: plain.__wrapped__(tex)) < 100_000
    assert steps(lambda: readable(tex)) < 100_000
    assert steps(lambda: quotation(tex)) < 100_000
    assert len(plain(tex)) < 20 * LONGEST
