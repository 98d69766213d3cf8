"""Holds the visible texts of a digest, in the reader's language.

The fixed headings and field names of the Markdown document are not here. They stay English in every
language (see `markdown`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from digest.render.catalogs import Texts, locale_of_texts, plural, text

# fmt: off
label = Texts(
    "digest",
    # the parts of an analysis
    text("part.abstract", "Abstract in other words"),
    text("part.motivation", "Motivation"),
    text("part.method", "Method"),
    text("part.novelty", "What is different"),
    text("part.experiments", "Experiments"),
    text("part.practical", "In practice"),
    text("part.conclusion", "Conclusion and limits"),
    text("part.contribution", "Main contribution"),
    text("part.innovation", "Key innovation"),
    text("part.impact", "Potential impact"),
    text("part.applications", "Who benefits"),
    text("part.limitations", "Inferred limits"),
    # the same as headings of the Markdown document, for languages with longer names
    text("document.abstract", "Abstract in other words"),
    text("document.motivation", "Motivation"),
    text("document.method", "Method"),
    text("document.novelty", "What is different"),
    text("document.experiments", "Experiments"),
    text("document.practical", "In practice"),
    text("document.conclusion", "Conclusion and limits"),
    text("document.contribution", "Main contribution"),
    text("document.innovation", "Key innovation"),
    text("document.impact", "Potential impact"),
    text("document.applications", "Who benefits"),
    text("document.limitations", "Inferred limits"),
    text("part.core", "Core idea"),
    text("part.findings", "Findings"),
    # the summary
    text("first", "Read first"),
    text("trends", "Trends"),
    text("highlights", "Highlights"),
    text("directions", "New directions"),
    # tags of a forum's posts: at most 20 characters
    text("tag.first", "must read"),
    text("tag.code", "code"),
    # a paper
    text("core", "Core idea"),
    text("findings", "Findings"),
    text("findings.more", "More findings"),
    text("basis", "Basis: {basis}"),
    text("basis.html", "full text"),
    text("basis.text", "full text"),
    text("basis.pdf", "full text (PDF)"),
    text("basis.abstract", "abstract only"),
    text("basis.selected", "selected sections"),
    text("basis.as sent", "text as sent, reading not confirmed"),
    text("basis.lacking", "text with gaps"),
    text("why", "{said} ({score})"),
    text("score", "relevance {relevance}, significance {significance}, of 10"),
    text("score.words", "by words: relevance {relevance}, significance {significance}, of 10"),
    text("watched", "By an author you watch: {names}."),
    text("late", "Not in arXiv's latest list, but new here."),
    text("learned", "Chosen because of 👍, 🔖 or questions here: similar to “{title}” ({words})."),
        text("unverified", "not verified in the paper"),
    text("unsupported", "Not found in the text that was read: {items}."),
    text("unconfirmed", "(?) not confirmed by the quoted passage"),
    text("unconfirmed.text", "(?) not confirmed by the text that was read"),
    text("missing", "The model wrote nothing usable for: {parts}."),
    text("selected", "The paper is longer than the model can read at once; the sections that matter most were read."),
    text("unread", "The model server does not say how much of the text the model read."),
    text("nothing", "No usable analysis."),
    text("abstract_instead", "{said} The abstract is shown instead."),
    text("no_findings", "No finding with a quotation."),
    text("abstract_only", "Full text unavailable; based on the abstract only."),
    text("incomplete", "About {share}% of this paper's text could not be read."),
    text("incomplete.parts", "arXiv's HTML of this paper lacks a part, which was not read: {parts}."),
    text("left_out", "Reading this paper broke off twice, so it was skipped."),
    text("model_down", "These are the paper's own sentences. {why}"),
    text("over_budget", "What is left of the day's budget is not enough; these are the paper's own sentences."),
    text("saving_abstract", "The day's budget is nearly used up; only the abstract was read."),
    text("hidden", "This paper contains text meant for machines ({how}): “{quote}”. It was taken out before reading."),
    text("hidden.white", "white"),
    text("hidden.tiny", "tiny"),
    text("hidden.off-page", "off the page"),
    text("hidden.invisible-characters", "invisible characters"),
    text("hidden.hidden-markup", "hidden markup"),
    text("hidden.instruction", "instruction"),
    text("withdrawn", "This paper was withdrawn."),
    # a digest
    text("all_failed", "None of the papers could be analysed; their abstracts are shown instead."),
    text("unranked", "The model gave no paper a score."),
    text("ranked_lexically", "Chosen by the words of titles and abstracts. {why}"),
    plural("ranked_partly", "The model gave no score to {n} of {of} papers: the words of its title and abstract ranked it. Scores by words are marked, and put on the model's scale.", "The model gave no score to {n} of {of} papers: the words of their titles and abstracts ranked them. Scores by words are marked, and put on the model's scale."),
    text("ranked_saving", "Chosen by the words of titles and abstracts: {share}% of the day's budget is used."),
    text("budget_gone", "What is left of the day's budget is not enough: papers that say so are described in their own sentences."),
    text("keyless", "No model is configured: papers were chosen by the words of their titles and abstracts, and are described in their own sentences."),
    text("past_lists", "arXiv's list of {days} as far as its API tells: papers submitted from {start} until {end}. It does not tell which were held back or cross-listed later."),
    text("unsummarised", "There is no summary by a model: the papers are listed instead."),
    text("overview_replaced", "The model's overview could not be used: this one is made from titles and categories."),
    text("coverage", "announced {announced} · considered {considered} · chosen {chosen}"),
    plural("coverage.late", "from an earlier list: {n} (paper {numbers})", "from an earlier list: {n} (papers {numbers})"),
    text("coverage.late.rest", "from an earlier list: {n}"),
    plural("coverage.skipped", "skipped {n} ({reasons})", "skipped {n} ({reasons})"),
    text("skipped.withdrawn", "withdrawn"),
    text("skipped.no metadata", "no metadata"),
    text("coverage.read", "{basis}: {n}"),
    plural("coverage.read.some", "{basis}: {n} (paper {numbers})", "{basis}: {n} (papers {numbers})"),
    text("coverage.rest", "others {n}"),
    text("tokens", "{count} tokens"),
    text("place.abstract", "Abstract"),
    text("place.page", "p. {n}"),
    text("code", "code"),
    text("data", "data"),
    text("model", "model"),
    text("project", "project page"),
    plural("headline", "arXiv {date} · {n} paper · first: {first}", "arXiv {date} · {n} papers · first: {first}"),
    text("separator", "; "),
    text("separator.words", ", "),
    text("quoted", "“{words}”"),
    text("separator.quoted", "”, “"),
    # why words alone chose a paper: pieces joined by `separator`
    text("reason", "{pieces}."),
    text("reason.watched", "by {names}, whom you watch"),
    text("reason.words", "title or abstract mentions {words}"),
    text("reason.unwanted", "but also the unwanted {words}"),
    text("reason.field", "in {category}"),
    text("reason.field.only", "in {category}; matches none of your words"),
    # texts of the Analyst without a model
    text("extractive.finding", "A result, in the paper's own words:"),
    plural("extractive.overview", "{n} paper. Fields: {fields}.", "{n} papers. Fields: {fields}."),
    text("extractive.overview.terms", "{overview} Words in several titles: {terms}."),
    text("extractive.shared", "Papers with “{term}” in the title:"),
    text("extractive.resource", "Papers with a dataset or benchmark in the title:"),
    text("extractive.answer", "The passages of the paper nearest to the question: {marks}."),
    text("extractive.answer.many", "The passages of the papers nearest to the question: {marks}."),
    text("extractive.silent", "No passage was found by the question's words. Try words that the paper may use."),
    text("extractive.unmatched", "{said} Not in them: “{words}”."),
    text("extractive.part", "No passage contains most of the question's words. The nearest contains “{words}”."),
    text("extractive.script", "The question is in another language than the paper, and few or none of its words can be looked for without a model. Ask in the paper's language. Authors, date, code, data, results and limits can be asked for in nine languages."),
    text("extractive.no part", "No section or sentence of the paper was recognised as being about that."),
    text("fact.authors", "Authors: {names}."),
    text("fact.date", "First submitted to arXiv on {date}; this version ({version}) is of {updated}."),
    text("fact.date.once", "Submitted to arXiv on {date}."),
    text("fact.date.month", "Submitted to arXiv in {date}."),
    text("fact.categories", "arXiv categories: {categories}."),
    text("fact.version", "This is version {version}, of {date}."),
    text("fact.pages", "Pages read of its PDF: {n}."),
    text("fact.comment", "The authors' comment on arXiv: “{comment}”."),
    text("fact.journal", "The authors' journal reference on arXiv: {journal}."),
    text("fact.no venue", "The paper's metadata on arXiv name no venue."),
    text("fact.not withdrawn", "Nothing in its metadata says that it was withdrawn."),
    text("fact.no affiliation", "The metadata that arXiv gives hold no affiliations and no addresses; the first page of the {pdf} may."),
    text("fact.no cited", "The metadata that arXiv gives do not count citations."),
    text("fact.licence", "The paper's page on {page} names its licence."),
    text("fact.links", "The paper's own links: {links}."),
    text("fact.no links", "No link to code or data of its own was found in what was read."),
    # why arXiv has no list on a day
    text("quiet.holiday", "arXiv made no announcement on the evening of {evening} (New York) because of a holiday; its papers come with the next list."),
    text("quiet.weekend", "arXiv announces nothing on Friday and Saturday evenings (New York), so there is no list on Saturdays and Sundays."),
    # what errors say
    text("error.arxiv.asks", "arXiv has no answer now: {why}, and asks to wait {span}. Try again after that."),
    text("error.arxiv.silent", "arXiv gave no usable answer within {span}: {why}. Try again later."),
    text("error.arxiv.refused", "arXiv refused the request ({status}: {why}). Check ARXIV_API_URL and ARXIV_RSS_URL if they are set; else try again later."),
    text("error.arxiv.unexplained", "no reason given"),
    text("error.arxiv.categories", "arXiv has no feed for {categories} (it answered {status} at {url}). Check the names of the categories, for example cs.CV."),
    plural("span.seconds", "{n} second", "{n} seconds"),
    plural("span.minutes", "{n} minute", "{n} minutes"),
    plural("span.hours", "{n} hour", "{n} hours"),
    # `why` in the errors of arXiv above
    text("arxiv.slow", "it did not answer in time"),
    text("arxiv.broken", "it could not be reached, or the connection broke"),
    text("arxiv.large", "its answer was larger than any feed"),
    text("arxiv.kinds", "its feed held no kind of announcement that is known"),
    text("arxiv.moved", "it redirected to {place}, which is not followed"),
    text("arxiv.type", "it answered with {type}, which is not a feed"),
    text("arxiv.denied", "it answered 403 (access denied)"),
    text("arxiv.busy", "it answered 429 (too many requests)"),
    text("arxiv.status", "it answered {status}"),
    text("arxiv.error", "it answered with an error (“{said}”)"),
    text("arxiv.page", "it answered with a page that is not a feed"),
    text("arxiv.page.said", "it answered with a page that is not a feed (“{said}”)"),
    text("arxiv.cut", "its answer was cut off"),
    text("arxiv.feed cut", "its feed was cut off"),
    text("arxiv.empty", "its feed held no paper"),
    text("arxiv.short", "its answer held {held} of {promised} papers"),
    text("arxiv.window", "it showed no paper of {categories} in the last {days} days, which cannot be"),
    # the model server
    text("error.model.unreadable", "The model server's answer was unreadable: {why}. Check OPENAI_BASE_URL if this goes on."),
    text("error.model.slow", "The model server did not answer in time. Check OPENAI_BASE_URL if this goes on."),
    text("error.model.broken", "The model server could not be reached, or the connection broke. Check OPENAI_BASE_URL if this goes on."),
    text("error.model.quota", "The quota of the model server's account is used up (429). Look at its billing page."),
    text("error.model.down", "The model server has trouble of its own ({status})."),
    text("error.model.busy", "The model server takes no more requests for now ({status})."),
    text("error.model.key", "The model server refused the key ({status}). Check OPENAI_API_KEY."),
    text("error.model.credit", "The model server's account has no credit left. Look at its billing page."),
    text("error.model.denied", "The key may not use the model {model} (403). Check OPENAI_API_KEY and LLM_MODEL."),
    text("error.model.region", "The model server does not serve this country or network. Check OPENAI_BASE_URL, or run Paperboy elsewhere."),
    text("error.model.gate", "A gate in front of the model server refused the request ({status}). Check OPENAI_BASE_URL and this machine's network."),
    text("error.model.moved", "The model server redirects to {place}, and prompts are not sent on. Set OPENAI_BASE_URL to the address where it answers."),
    text("error.model.address", "The address of the model server seems wrong ({status}). Check OPENAI_BASE_URL: it usually ends with /v1."),
    text("error.model.api", "The model server does not offer this API for the model ({status}). If OPENAI_BASE_URL is right, set LLM_API={api}."),
    text("error.model.unknown", "The model server does not serve the model {model} to this bot ({status}). Check LLM_MODEL, LLM_MODEL_FAST and OPENAI_BASE_URL."),
    text("error.model.long", "The request is longer than {model} can read. Check LLM_CONTEXT_TOKENS."),
    text("error.model.large", "The request is larger than the model server takes (413). Check LLM_CONTEXT_TOKENS."),
    text("error.model.cut", "The model server cut a prompt for {model} without saying so; it reads about {tokens} tokens. Set LLM_CONTEXT_TOKENS to its window, or make the server's window larger."),
    text("error.model.filtered", "The model server's content filter refused the request."),
    text("error.model.declined", "The model server does not take the request ({status}). Check LLM_MODEL and OPENAI_BASE_URL."),
    text("error.model.said", "{what} The server said: “{said}”."),
    # `why` in error.model.unreadable
    text("model.empty stream", "its stream was empty"),
    text("model.broken stream", "its stream broke off"),
    text("model.no vectors", "it answered with something that holds no vectors"),
    text("model.few vectors", "it did not answer with a vector for each text"),
    text("model.web page", "it answered with a web page"),
    text("model.no JSON", "it answered with something that is not JSON"),
    text("model.too large", "it was larger than any answer can be"),
    text("model.packed", "it was compressed ({how}), and could not be unpacked whole"),
    text("model.no choice", "it answered without a choice"),
)
# fmt: on


def base(language: str) -> str:
    """Returns the language without its script and region: `zh` for `zh-Hans-CN`."""
    return language.split("-", 1)[0].lower()


def part_heading(name: str, language: str) -> str:
    """Returns a part's name as a heading, which some languages write longer than in a channel."""
    return label(f"document.{name}", language)


def place(name: str, language: str) -> str:
    """Returns a quotation's place, for people. Evidence has it in English, sections as printed."""
    page = re.fullmatch(r"p\. (\d+)", name)
    if page:
        return label("place.page", language, n=page[1])
    return label("place.abstract", language) if name == "Abstract" else name


def joined(words: Iterable[str], language: str) -> str:
    """Returns a list in one line, with that language's comma."""
    return label("separator.words", language).join(words)


@lru_cache(maxsize=256)
def day_words(day: date, language: str, skeleton: str = "MMMEd") -> str:
    """Returns a date as people write it in that language: `Fri, Jan 30` (CLDR skeletons)."""
    from babel.dates import format_skeleton  # noqa: PLC0415  # its data is only loaded when a date is shown

    return str(format_skeleton(skeleton, day, locale=locale_of_texts(language)))


def dollars(amount: float, language: str) -> str:
    """Returns `$0.41`, or `$0.0041` below a cent."""
    places = 2 if amount >= 0.01 or not amount else 4
    if base(language) == "en":
        return f"${amount:,.{places}f}"
    from babel.numbers import format_currency  # noqa: PLC0415  # English texts do without it

    locale, cents = locale_of_texts(language), places == 2
    return str(
        format_currency(round(amount, places), "USD", locale=locale, currency_digits=cents, decimal_quantization=cents)
    )
