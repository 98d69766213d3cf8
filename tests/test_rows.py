import pytest

from tests.rows import each


def test_every_row_is_tried_and_each_that_fails_is_named():
    tried = []

    @each(("one", "other"), [("a", "a"), ("b", "c"), ("d", "e"), ("f", "f")])
    def same(one, other):
        tried.append(one)
        with pytest.raises(ValueError, match="same"):
            raise ValueError("same" if one == other else "")

    with pytest.raises(AssertionError, match=r"2 of 4 rows:\n\('b', 'c'\)\n[^(]+\('d', 'e'\)"):
        same()
    assert tried == ["a", "b", "d", "f"]
