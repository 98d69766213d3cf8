"""What a log holds of an exception, of a URL and of libraries: no word that a person wrote."""

import io
import logging

import pytest

from bot.core import logs
from bot.core.settings.settings import Settings
from bot.core.texts import say
from digest.errors import ArxivUnavailable, BadInput, NotFound, for_log, trace, without_queries
from digest.render.labels import label

CANARY = "zebrafinch"


@pytest.fixture
def written():
    """Sets logging up as a service does, at DEBUG, and gives what would come to stderr."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.set_up(Settings(_env_file=None, log_level="DEBUG"), service=True)
    stream = root.handlers[0].stream = io.StringIO()
    yield stream.getvalue
    root.handlers[:] = before
    root.setLevel(level)
    for name in logs.OWN:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_key_in_the_model_server_s_address_is_replaced_wherever_it_stands():
    settings = Settings(_env_file=None, openai_base_url=f"https://me:{CANARY}1@models.example/v1?key={CANARY}2")
    assert CANARY not in logs._secret_filter(settings).redact(f"{CANARY}1 was refused; so was {CANARY}2")


@pytest.mark.parametrize("error", [ValueError(CANARY), KeyError(CANARY), BadInput(CANARY), NotFound(CANARY)])
def test_an_exception_is_its_type(error):
    assert for_log(error) == type(error).__name__


def test_a_sentence_of_ours_stays_without_what_people_wrote():
    silent = label.sentence("error.arxiv.silent", why=CANARY, span=label.sentence("span.seconds", n=9))
    assert for_log(ArxivUnavailable(silent)) == (
        "ArxivUnavailable: arXiv gave no usable answer within 9 seconds: …. Try again later."
    )
    assert CANARY not in for_log(NotFound(say.sentence("none found", words=CANARY)))


def test_a_url_keeps_its_path_only():
    said = (
        f"https://export.arxiv.org/api/query?search_query=all:{CANARY}&start=0 and url: /api/query?id_list={CANARY} (x)"
    )
    assert without_queries(said) == "https://export.arxiv.org/api/query and url: /api/query (x)"


def test_a_trace_names_places_and_causes_without_messages():
    try:
        try:
            {}[CANARY]
        except KeyError as error:
            raise RuntimeError(f"about {CANARY}") from error
    except RuntimeError as error:
        told = trace(error)
    assert CANARY not in told.replace('f"about {CANARY}"', "")
    assert told.index("KeyError") < told.rindex("RuntimeError")
    assert "test_logs.py" in told


def test_libraries_and_unhandled_exceptions_bring_no_words_in(written):
    logging.getLogger("bot.x").error("event=bug", exc_info=ValueError(CANARY))
    logging.getLogger("bot.x").warning("event=x cause=%s", ValueError(CANARY))
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=ValueError(CANARY))
    for name, level, said in (
        ("asyncio", logging.ERROR, f"Task exception was never retrieved\nfuture: <Task exception={CANARY!r}>"),
        ("slack_sdk", logging.WARNING, f"a payload {CANARY}"),
        ("bot.slack.bolt", logging.ERROR, f"Failed to run listener (error: {CANARY})"),
        ("slack_sdk.web.async_client", logging.WARNING, f"a payload {CANARY}"),
        ("mcp.server.lowlevel.server", logging.WARNING, f"Tool '{CANARY}' not listed"),
        ("", logging.WARNING, f"Response ID {CANARY!r} cannot be normalized"),
        ("httpx", logging.INFO, f"HTTP Request: GET https://x/?q={CANARY}"),
        ("anything", logging.DEBUG, CANARY),
    ):
        logging.getLogger(name).log(level, said)
    log = written()
    assert CANARY not in log
    assert log.count("ValueError") == 3
    assert "Task exception was never retrieved" in log
    assert "event=library_error" in log
