"""Private and undocumented names of the libraries that digest uses still do what it relies on."""

import ctypes
from datetime import timedelta
from multiprocessing import resource_tracker

import arxiv
import httpx2
import json_repair
import openai
import pebble
import pypdfium2 as pdfium
import pytest
from babel import Locale
from babel.dates import format_timedelta
from lxml import html
from lxml.etree import _Element
from pypdfium2 import raw

from digest.fulltext.pdf import pdfium_calls
from digest.which_paper import worded
from tests.digest.fulltext.sheets import paper

REQUEST = httpx2.Request("POST", "http://model.test/v1/chat/completions")


def test_openai_errors_carry_status_body_and_headers_or_say_timeout():
    response = httpx2.Response(429, headers={"retry-after": "3"}, request=REQUEST)
    error = openai.RateLimitError("slow down", response=response, body={"code": "x"})
    assert (error.status_code, error.body, error.response.headers["retry-after"]) == (429, {"code": "x"}, "3")
    for silent in (openai.APIConnectionError(request=REQUEST), openai.APITimeoutError(REQUEST)):
        assert getattr(silent, "status_code", None) is None
        assert ("Timeout" in type(silent).__name__) is isinstance(silent, openai.APITimeoutError)


async def test_openai_gives_raw_responses_and_streams():
    async with openai.AsyncOpenAI(api_key="none", base_url="http://model.test/v1") as client:
        for part in (client.chat.completions, client.embeddings):
            assert callable(part.with_raw_response.create)
    assert hasattr(openai.AsyncStream, "__aiter__")
    assert hasattr(openai.AsyncStream, "__aenter__")


def test_pdfium_handles_are_ctypes_pointers_and_its_functions_take_arguments_made_before():
    assert issubclass(raw.FPDFText_LoadPage.restype, ctypes._Pointer)
    with pdfium.PdfDocument(paper()) as document:
        text_page = document[0].get_textpage()
        text = pdfium_calls.handle(text_page.raw)
        assert pdfium_calls.characters(text) == text_page.count_chars() > 0
        assert pdfium_calls.font_size(text, 0) == raw.FPDFText_GetFontSize(text_page, 0) > 0
        box = raw.FS_RECTF()
        assert pdfium_calls.box_of(text, 0, pdfium_calls.address(box))
        assert (box.left, box.bottom, box.right, box.top) == pytest.approx(text_page.get_charbox(0, loose=True))
        assert (
            pdfium_calls.render_mode(pdfium_calls.argument(pdfium_calls.object_at(text, 0)))
            == raw.FPDF_TEXTRENDERMODE_FILL
        )


def test_a_text_page_says_the_same_without_pypdfium2s_object():
    with pdfium.PdfDocument(paper()) as document:
        page = document[0]
        text_page, own = page.get_textpage(), pdfium_calls.text_page_of(pdfium_calls.handle(page.raw))
        text, count = pdfium_calls.argument(own), text_page.count_chars()
        for start, many in ((0, count), (0, 0), (3, 1), (5, count - 5), (count - 1, 1)):
            assert pdfium_calls.text_range(text, start, many) == text_page.get_text_range(start, many)
        pdfium_calls.close_text_page(text)


def test_a_room_holds_the_answers_of_any_number_of_calls_and_zeros_where_pdfium_gives_none():
    with pdfium.PdfDocument(paper()) as document:
        text_page = document[0].get_textpage()
        text, count = pdfium_calls.handle(text_page.raw), text_page.count_chars()
        indexes = [*range(min(count, 20)), count + 1] * 60
        assert len(indexes) > 2 * pdfium_calls.Room.SIZE
        returned, sides = pdfium_calls.BOXES.ask(pdfium_calls.box_of, [text] * len(indexes), indexes)
        left, bottom, right, top = text_page.get_charbox(1, loose=True)
        assert [side[-20] for side in sides] == pytest.approx([left, top, right, bottom])
        assert ([side[-1] for side in sides], returned[-1]) == ([0, 0, 0, 0], 0)
        assert [len(side) for side in sides] == [len(indexes)] * 4 == [len(returned)] * 4


def test_lxml_elements_are_of_its_private_class():
    assert isinstance(html.document_fromstring("<p>x</p>"), _Element)


def test_json_repair_gives_an_object_or_a_list_of_several():
    assert json_repair.loads('{"a": [1, 2') == {"a": [1, 2]}
    assert json_repair.loads('{"a": 1}\n{"b": 2}') == [{"a": 1}, {"b": 2}]


def test_pebble_tells_whether_its_pool_lives_and_how_a_child_ended():
    pool = pebble.ProcessPool(max_workers=1)
    assert pool.active
    pool.stop()
    pool.join(5)
    assert not pool.active
    assert pebble.ProcessExpired("x", code=9).exitcode == 9


def test_arxiv_parses_a_feed_that_it_did_not_fetch():
    entry = (
        "<entry><id>http://arxiv.org/abs/2601.00001v2</id><title>T</title><summary>S</summary><author><name>A</name></author>"
        "<published>2026-01-01T00:00:00Z</published><updated>2026-01-02T00:00:00Z</updated></entry>"
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}<entry><id>x</id></entry></feed>'
    [result] = arxiv._feed.parse(feed.encode()).results
    assert (result.entry_id, result.title, result.authors[0].name) == ("http://arxiv.org/abs/2601.00001v2", "T", "A")


@pytest.mark.parametrize("language", worded._SPACED)
def test_babel_has_a_file_for_each_language_with_its_months_units_and_parts_of_the_day(language):
    alone, locale = worded._cldr(language), Locale(language)
    assert alone["months"]["format"]["wide"] == dict(locale.months["format"]["wide"])
    parts = (name for context in locale.day_periods.values() for form in context.values() for name in form.values())
    assert set(parts) - set(worded._names(language, "day_periods")) <= {"AM", "PM"}
    units = locale._data["unit_patterns"]
    assert alone["unit_patterns"]["duration-minute"]["long"]
    assert [
        u
        for u, forms in alone["unit_patterns"].items()
        if any(not s.items() <= units[u][f].items() for f, s in forms.items())
    ] == []


@pytest.mark.parametrize("language", worded._NOUNS)
def test_babels_files_name_weekdays_and_count_days_as_babel_does(language, monkeypatch):
    monkeypatch.setattr(worded, "_NOUNS", {language: None})
    days = Locale(language).days["format"]
    assert set(worded.weekdays()) == {*days["wide"].items(), *(days["abbreviated"].items() if language == "zh" else ())}
    ago = format_timedelta(timedelta(days=-3), granularity="day", add_direction=True, locale=language)
    assert ago in {form.replace("{0}", "3") for form in worded.days_ago()}


def test_multiprocessing_has_a_resource_tracker_to_stop():
    assert callable(resource_tracker._resource_tracker._stop)
