"""The tables of visible texts of both packages, their catalogs, and the code that says them."""

import ast
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import Message

import messages
from bot.core.texts import say
from digest.errors import PaperboyError
from digest.render.catalogs import catalog, dumped, in_language, languages, loaded
from digest.render.labels import label

ROOT = Path(__file__).parents[3]
CALLS = {"say": say, "label": label}
EACH = [
    pytest.param(t, language, id=f"{t.package}-{language}") for t in messages.TABLES for language in languages("bot")
]


@pytest.mark.parametrize(("texts", "language"), EACH)
def test_a_catalog_is_in_step_with_its_table_and_sound(texts, language):
    assert list(messages.problems(texts, language)) == []


DIGEST = {
    "de": "Digest",
    "es": "bolet[ií]n",
    "fr": "digest",
    "ja": "ダイジェスト",
    "ko": "다이제스트",
    "pt_BR": "boleti[mn]",
    "zh_Hans": "日报|一期|下期",
}


@pytest.mark.parametrize("language", DIGEST)
def test_a_digest_has_one_name_in_a_language(language):
    """In Chinese and Spanish another one, 摘要 and resumen, is the abstract."""

    def prose(text: str) -> str:
        return re.sub(r"`[^`]*`|/digest\b|“digest”", "", text)

    named = re.compile(DIGEST[language], re.IGNORECASE)
    for message in (message for texts in messages.TABLES for message in messages.load(texts, language)):
        given, said = (m if isinstance(m, tuple) else (m,) for m in (message.id, message.string))
        if re.search(r"\bdigests?\b", prose(given[0]), re.IGNORECASE):
            assert all(named.search(prose(form)) for form in said), message.context


def test_people_are_addressed_in_one_way():
    assert not [m.context for t in messages.TABLES for m in messages.load(t, "zh_Hans") if "您" in "".join(m.string)]


UNUSUAL = {
    "de": r"""["»«]|“[^„]*”""",
    "es": r"""["“”]|\S …$""",
    "fr": r"""["“”]|\w'\w|\S [:;?!»]|« |\S …$""",
    "ja": r"""["“”]|[ぁ-んァ-ヶ一-龠][A-Za-z0-9]|[A-Za-z0-9][ぁ-んァ-ヶ一-龠]|\S …$""",
    "ko": r"""["。，：]|\S …$""",
    "pt_BR": r"""["«»]|\S …$""",
    "zh_Hans": r"""["「」]|[一-龠][A-Za-z0-9]|[A-Za-z0-9][一-龠]|\S …$""",
}
"""What the language's own typography does not have: quotation marks, spaces and dots of another."""


@pytest.mark.parametrize("language", UNUSUAL)
def test_a_translation_has_the_marks_and_spaces_of_its_language(language):
    code = re.compile(r"`[^`]*`|\{\w+\}|https?://\S+|\b(?:au|ti):")
    for message in (m for texts in messages.TABLES for m in messages.load(texts, language) if m.id):
        for said in message.string if isinstance(message.string, tuple) else (message.string,):
            for line in code.sub("~", said).split("\n"):
                assert not re.search(UNUSUAL[language], line), (message.context, said)


@pytest.mark.parametrize("language", UNUSUAL)
def test_a_button_that_a_sentence_names_has_that_name(language):
    labels = {e.one: e.name for e in say.entries.values() if e.name.startswith(("card.", "zotero.")) and not e.many}
    named = [
        (e, labels[w]) for e in say.entries.values() for w in re.findall(r"[“*]([^“”*]+)[”*]", e.one) if w in labels
    ]
    assert len(named) > 6
    for entry, button in named:
        assert say(button, language) in catalog("bot", language).pgettext(entry.name, entry.one), entry.name


@pytest.mark.parametrize("language", ["en", *UNUSUAL])
@pytest.mark.parametrize("name", ["saved none", "compare.few"])
def test_where_a_paper_is_saved_holds_on_slack_and_on_discord(name, language):
    """Slack has *Save* below a paper, Discord in the menu behind ⋯."""
    assert "⋯" in say(name, language)


def test_both_packages_have_the_same_languages():
    assert languages("bot") == languages("digest")
    assert set(languages("bot")) >= messages.COMPLETE


@pytest.mark.parametrize(
    ("forms", "wrong"),
    [
        ("Hallo {name}, `/digest now` **jetzt**", False),
        ("", True),
        ("Hallo, `/digest now` **jetzt**", True),
        ("Hallo {nome}, `/digest now` **jetzt**", True),
        ("Hallo {name}, `/digest jetzt` **jetzt**", True),
        ("Hallo {name}, /digest now **jetzt**", True),
        ("Hallo {name}, `/digest now` jetzt", True),
    ],
)
def test_a_flawed_translation_is_found(forms, wrong):
    message = Message("Hello {name}, `/digest now` **now**", forms, context="hello")
    assert bool(list(messages._wrong(message, begun=True))) is wrong


def test_every_plural_form_is_checked():
    given = ("{n} paper", "{n} papers")
    assert list(messages._wrong(Message(given, ("{n} Artikel", ""), context="n"), begun=True))
    assert list(messages._wrong(Message(given, ("{n} Artikel", "viele"), context="n"), begun=True))
    assert not list(messages._wrong(Message(given, ("{n} Artikel",), context="n"), begun=True))


def test_what_a_platform_would_cut_or_refuse_is_found():
    assert list(messages._wrong(Message("Save this paper", "x" * 33, context="command.message.save"), begun=True))
    assert not list(messages._wrong(Message("Which role", "x" * 100, context="command.digest.role"), begun=True))


def test_names_are_given_once():
    for texts, file in ((say, "bot/core/texts.py"), (label, "digest/render/labels.py")):
        made = [n for n in ast.walk(ast.parse((ROOT / file).read_text())) if _called(n) in ("text", "plural")]
        assert len(made) == len(texts.entries)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", "zh_Hans"), ("zh-CN", "zh_Hans"), ("zh-TW", "zh_Hans"), ("zh-Hant-HK", "zh_Hans"), ("ZH-cn", "zh_Hans"),
        ("pt", "pt_BR"), ("pt-PT", "pt_BR"), ("es-419", "es"), ("de-AT", "de"),
        ("en", ""), ("en-GB", ""), ("it", ""), ("tlh", ""), ("", ""), ("???", ""),
    ],
)  # fmt: skip
def test_people_read_the_catalog_of_their_language(language, expected):
    assert catalog("bot", language).info().get("language", "") == expected


def test_a_count_takes_its_form():
    assert say("found", "en", n=1, words="x") == "1 paper for “x”:"
    assert say("found", "en", n=2, words="x") == "2 papers for “x”:"
    assert say("found", "zh", n=1, words="x") == "“x”：1 篇"


def test_a_text_that_is_not_translated_is_english():
    assert say("reading", "it", paper="2601.22153") == say("reading", "en", paper="2601.22153")


def test_english_needs_no_catalog_and_no_babel():
    code = "import sys; from bot.core.texts import say; say('reading', 'en', paper=1); sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_wheel_holds_the_compiled_catalogs(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    assert {
        str(messages.path(t, language).with_suffix(".mo")) for t in messages.TABLES for language in languages("bot")
    } <= names


def a_sentence() -> str:
    span = label.sentence("span.seconds", n=90)
    return label.sentence("error.arxiv.silent", why=label.sentence("arxiv.busy"), span=span)


def test_an_error_is_english_and_can_be_said_in_another_language():
    error = PaperboyError(a_sentence())
    assert str(error).startswith("arXiv gave no usable answer within 90 seconds: it answered 429")
    assert in_language(error.sentence, "zh").startswith("arXiv 在 90 秒内没有给出可用的答复：返回 429")
    assert in_language(error.sentence, "en") == str(error)


def test_a_sentence_is_kept_in_a_store_and_by_pickle():
    for kept in (loaded(dumped(a_sentence())), pickle.loads(pickle.dumps(a_sentence()))):
        assert kept == a_sentence()
        assert in_language(kept, "zh") == in_language(a_sentence(), "zh")


@pytest.mark.parametrize(
    "raw", ["", "What an older version kept.", '["bot", "a text that is gone", {}]', '["x"', '["x"]']
)
def test_what_is_no_sentence_stays_as_it_is(raw):
    assert loaded(raw) == dumped(raw) == in_language(raw, "zh") == raw


def _called(node: ast.AST) -> str:
    """The name of the function that a call is of; `say` for `say.sentence(…)` too."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute) and function.attr == "sentence":
        function = function.value
    return function.id if isinstance(node, ast.Call) and isinstance(function, ast.Name) else ""


def _pattern(joined: ast.JoinedStr) -> re.Pattern[str]:
    return re.compile("".join(re.escape(v.value) if isinstance(v, ast.Constant) else "(.+)" for v in joined.values))


def _sources() -> Iterator[ast.AST]:
    for file in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("digest/**/*.py")]:
        if file.name not in ("texts.py", "labels.py", "terminal.py"):  # the last has a `say` of its own
            yield from ast.walk(ast.parse(file.read_text()))


def test_every_name_in_the_code_is_in_its_table_and_every_entry_is_used():
    constants, patterns, descriptions = set(), {name: [] for name in CALLS}, []
    for node in _sources():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            constants.add(node.value)
        called = _called(node)
        for name in node.args[:1] if called in (*CALLS, "described") else ():
            options = [name.body, name.orelse] if isinstance(name, ast.IfExp) else [name]
            for option in options:
                if isinstance(option, ast.JoinedStr):
                    (descriptions if called == "described" else patterns[called]).append(_pattern(option))
                elif isinstance(option, ast.Constant) and called in CALLS:
                    assert option.value in CALLS[called].entries, option.value

    constants.update(re.findall(r'\blabel\("([^"]+)"', (ROOT / "digest/render/labels.py").read_text("utf-8")))
    for file in ROOT.glob("bot/archive/templates/*.html"):  # their `say` is the same
        named = re.findall(r"\bsay\('([^']+)'", file.read_text("utf-8"))
        assert set(named) <= set(CALLS["say"].entries), file
        constants.update(named)

    def written(text: str, within: list[re.Pattern[str]]) -> bool:
        found = (p.fullmatch(text) for p in within)
        return text in constants or any(m and all(written(g, descriptions) for g in m.groups()) for m in found)

    patterns["label"].append(re.compile(r"document\.(.+)"))  # `part_heading` is in labels.py
    for name, texts in CALLS.items():
        for pattern in patterns[name]:
            assert any(pattern.fullmatch(entry) for entry in texts.entries), pattern
        assert [entry for entry in texts.entries if not written(entry, patterns[name])] == []


def test_a_count_of_things_has_its_singular():
    several = {"compare.title", "error.discord.history"}  # two papers and more, hundreds of messages
    entries = [*say.entries.values(), *label.entries.values()]
    assert {name for name, one, many in entries if not many and re.search(r"\{n\} [a-z]+s\b", one)} == several
