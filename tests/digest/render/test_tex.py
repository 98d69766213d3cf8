"""TeX becomes Unicode where that says it all, and loses nothing where it does not."""

import pytest

from digest.render.tex import plain, readable, unicode_math


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


@pytest.mark.parametrize("text", ["costs $5 and $6", "from $100k to $200k", "no maths"])
def test_dollars_are_not_maths(text):
    assert readable(text) == text


def test_a_title_is_plain_text():
    assert plain(r"$\pi_0$: 50\% of {BERT} and G\"odel") == "π₀: 50% of BERT and Gödel"
