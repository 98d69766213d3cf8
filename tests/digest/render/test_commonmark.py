"""Parsers that threads share."""

from markdown_it import MarkdownIt
from mdurl import _decode, _encode

from digest.render.commonmark import parse, ready, with_formulas
from digest.render.markdown import escape
from tests.rows import each

TEXT = (
    'See [a](https://a.example/x?y=1&z=%20#k "t"), <https://b.example/é> and ![c](d).\n\n- a\n\n| a |\n|---|\n| b |\n'
)


def test_nothing_is_left_to_be_filled_while_threads_share_it(monkeypatch):
    tables = {}, {}
    monkeypatch.setattr(_encode, "encode_cache", tables[0])
    monkeypatch.setattr(_decode, "decode_cache", tables[1])
    parser = ready(MarkdownIt("commonmark").enable(["table", "strikethrough"]))
    filled = [len(table) for table in tables]
    rulers = [parser.core.ruler, parser.block.ruler, parser.inline.ruler, parser.inline.ruler2]
    rules = [ruler.__cache__ for ruler in rulers]
    parser.parse(TEXT)
    assert all(filled)
    assert [len(table) for table in tables] == filled
    assert all(rules)
    assert all(ruler.__cache__ is before for ruler, before in zip(rulers, rules, strict=True))


@each(
    ("text", "kinds"),
    [
        (escape("[Re] Grasping (again)"), []),
        (escape("[1] and [2]"), []),
        (escape("[see]"), []),
        ("\\[\nx^2\n\nis lost\\]", []),
        ("\\[ E = mc^2 \\]", ["math_block"]),
        ("so\n\n\\[\n\\alpha\n\\]\n\nit is", ["math_block"]),
        ("$$\nx\n$$", ["math_block"]),
    ],
)
def test_text_in_escaped_brackets_is_no_formula_and_none_of_it_is_lost(text, kinds):
    tokens = parse(with_formulas(), text)
    assert [t.type for t in tokens if t.type.startswith("math")] == kinds
    if not kinds:
        drawn = "".join(child.content or "\n" for t in tokens for child in t.children or ())
        assert drawn.replace("\n", "") == text.replace("\\[", "[").replace("\\]", "]").replace("\n", "")
