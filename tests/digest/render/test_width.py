"""Names of threads and posts: never cut inside a word, never too long, never cut inside a sign."""

from hypothesis import given
from hypothesis import strategies as st

from digest.render.width import colon, shortened
from tests.rows import each


@each(
    ("text", "most", "name"),
    [
        ("DynamicVLA: acts while it reasons", 60, "DynamicVLA: acts while it reasons"),
        ("DynamicVLA: acts while it reasons", 26, "DynamicVLA: acts while it…"),
        ("DynamicVLA: acts while it reasons", 25, "DynamicVLA: acts while…"),
        ("DynamicVLA: acts while it reasons", 15, "DynamicVLA…"),
        ("state-of-the-art vision-language-action", 30, "state-of-the-art…"),
        ("DynamicVLA：边执行边推理，跟上运动中的物体", 15, "DynamicVLA：边执行…"),
        ("基于DynamicVLA的方法", 6, "基于…"),
        ("動画のトランスフォーマー", 6, "動画の…"),
        ("움직이는 물체를 따라잡는 모델", 10, "움직이는 물체를…"),
        ("ok 👩‍👩‍👧‍👦 family", 8, "ok…"),
        ("Supercalifragilistic", 8, "Superca…"),
        ("two  lines\nof text", 40, "two lines of text"),
    ],
)
def test_it_ends_between_words(text, most, name):
    assert shortened(text, most) == name


@each(
    ("name", "said"),
    [("Time", "Time: x"), ("时间", "时间：x"), ("成功率 (%)", "成功率 (%): x"), ("データ", "データ：x"), ("시간", "시간: x"), ("你们做什么方向？", "你们做什么方向？ x"),
     ("What do you work on?", "What do you work on? x"), ("", ": x")],
)  # fmt: skip
def test_a_colon_is_that_of_the_name_s_script(name, said):
    assert f"{name}{colon(name)}x" == said


def test_french_has_a_space_before_its_colon():
    assert (colon("Heure", "fr"), colon("Heure", "fr-CA")) == ("\u00a0: ", "\u00a0: ")
    assert colon("Sur quoi travaillez-vous\u00a0?", "fr") == " "


@given(st.text(max_size=300), st.integers(2, 100))
def test_it_is_never_longer_and_loses_nothing_that_fits(text, most):
    made = shortened(text, most, lambda t: len(t.encode("utf-16-le", "surrogatepass")) // 2)
    assert len(made.encode("utf-16-le", "surrogatepass")) // 2 <= most
    whole = " ".join(text.split())
    assert made == whole or whole.startswith(made[:-1])
