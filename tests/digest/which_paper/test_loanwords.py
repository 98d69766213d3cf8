"""English words in other scripts and kindred languages are known, native words are not taken for them."""

import pytest

from digest.which_paper.loanwords import borrowed
from tests.rows import each


@each(
    ("word", "english"),
    [
        ("トークナイザー", "tokenizer"), ("ロボット", "robot"), ("ディフュージョン", "diffusion"), ("ガウシアン", "gaussian"), ("エージェント", "agents"), ("マラリア", "malaria"), ("コーラル", "coral"), ("말라리아", "malaria"), ("малярию", "malaria"),
        ("토크나이저", "tokenizers"), ("로봇", "robot"), ("벤치마크", "benchmark"), ("트랜스포머", "transformer"), ("에이전트", "agent"),
        ("токенайзер", "tokenizer"), ("робота", "robot"), ("трансформер", "transformer"),
        ("português", "portuguese"), ("segmentação", "segmentation"), ("reconstrucción", "reconstruction"), ("difusión", "diffusion"), ("Quadrupeden", "quadrupeds"),
    ],
)  # fmt: skip
def test_a_loanword_is_known(word, english):
    assert borrowed(word, english)


@pytest.mark.parametrize(
    ("word", "english"),
    [
        ("クジラ", "casual"), ("データセット", "target"), ("단백질", "protein"), ("показано", "fixation"),
        ("сделано", "strong"), ("таблице", "doubles"), ("аннотаторов", "entries"), ("funciona", "function"), ("numero", "numerical"),
    ],
)  # fmt: skip
def test_what_shares_consonants_or_a_beginning_only_is_another_word(word, english):
    assert not borrowed(word, english)
