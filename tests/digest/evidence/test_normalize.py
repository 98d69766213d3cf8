"""What a text says once what copying and printing change is taken away."""

from digest.evidence.normalize import scan
from tests.rows import each


@each(
    ("text", "norms"),
    [
        ("1 / 2 of 3 , : 4", ["1", "/", "2", "of", "3", "4"]),
        ("a,  b ,c", ["a", "b", "c"]),
        ("UID12 Best BIBREF3, IDF 7", ["best", "idf", "7"]),
        ("xUID12 UIDs", ["xuid", "12", "uids"]),
        ("x , -3 and , .5", ["x", "-", "3", "and", "0.5"]),
        ("É  的 ア Straße", ["e", "的", "ア", "strasse"]),
        ("\t\n , ", []),
    ],
)
def test_what_stands_between_tokens_is_no_part_of_them(text, norms):
    assert [token.norm for token in scan(text).tokens] == norms


def test_each_token_knows_its_own_characters():
    text = "  We reach , 3 / 4 of it [1, 2]."
    found = scan(text)
    assert [text[t.start : t.end] for t in found.tokens] == ["We", "reach", "3", " / ", "4", "of", "it"]
    assert [text[c.start] for c in found.citations] == ["["]
