"""Markdown of a model can show nothing, call nobody and lead nowhere that the rules do not allow."""

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from digest.checks import safe_markdown
from tests.rows import each

CODE = ("https://github.com/hzxie/DynamicVLA",)


@each(
    ("raw", "safe"),
    [
        ("[code](https://github.com/hzxie/DynamicVLA)", "[code](https://github.com/hzxie/DynamicVLA)"),
        (
            "[file](https://github.com/hzxie/DynamicVLA/blob/main/a.py)",
            "[file](https://github.com/hzxie/DynamicVLA/blob/main/a.py)",
        ),
        ("[paper](https://arxiv.org/abs/2601.22153v1)", "[paper](https://arxiv.org/abs/2601.22153v1)"),
        (r"\texttt{Data\_X} costs $5, \emph{all} $6; $\text{CE}(x)$", "`Data_X` costs $5, *all* $6; $\\text{CE}(x)$"),
        (r"`\texttt{a}` and \textcolor{red}{x}", r"`\texttt{a}` and \textcolor{red}{x}"),
        ("[other](https://github.com/evil/repo)", "other"),
        ("[code](https://github.com.evil.com/hzxie/DynamicVLA)", "code"),
        ("[x](https://arxiv.org.evil.com/abs/1)", "x"),
        ("[x](https://user@arxiv.org/abs/1)", "x"),
        ("[x](http://arxiv.org/abs/1)", "x"),
        ("[x](javascript:alert(1))", "x"),
        ("![img](https://evil.com/a.png) text", "img text"),
        ("<b>bold</b> <img src=x onerror=y> text", "bold  text"),
        ("# One\n##### Five", "#### One\n##### Five"),
        ("Title\n=====", "#### Title"),
        ("<https://evil.com/a>", "evil.\u200bcom/a"),
        ("[r][1]\n\n[1]: https://evil.com", "r\n\n"),
        ("the <think> tag", "the `<think>` tag"),
        ("`@everyone`", "`@\u200beveryone`"),
        ("hi @here <!channel> <@U12345> <@&98765>", "hi @\u200bhere channel U12345 98765"),
        ("/digest off", "/\u200bdigest off"),
        ("a \u202eevil\u202c b", "a evil b"),
        ("a < b and c > d, 5 % of x@y", "a < b and c > d, 5 % of x@y"),
    ],
)
def test_only_what_is_allowed_stays(raw, safe):
    assert safe_markdown(raw, CODE) == safe


@given(
    st.lists(
        st.sampled_from(
            [
                "[a](", "https://evil.com", ")", "<", ">", "![", "]", "@everyone", "<!channel>",
                "\n", "# ", "`", "```", "<script>", "javascript:", "[x]: ", " ", "a", "(",
                "<@1234567>", "http://", "www.evil.com", "|",
            ]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_no_mixture_of_markup_makes_a_foreign_link_an_image_or_a_mention(raw):
    safe = safe_markdown(raw)
    tokens = [t for block in MarkdownIt("commonmark").parse(safe) for t in [block, *(block.children or [])]]
    assert not [t for t in tokens if t.type in ("image", "html_block") or (t.type == "html_inline")]
    assert [t.attrs.get("href") for t in tokens if t.type == "link_open"] == []
    for call in ("@everyone", "@here", "<!channel>", "<@1234567>"):
        assert call not in safe
