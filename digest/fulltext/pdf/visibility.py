"""Finds text on a PDF page that people cannot see, by comparing pictures of the page.

`objects` tells which texts of a sample may be hidden. A picture of one letter of each costs little;
if people see them all, nothing is hidden. Otherwise all texts are examined, and the page is
rendered with and without the suspicious ones. If that makes no visible difference, nobody can read
them. A page whose text is all invisible is a scan with its recognised text beneath, which people do
read."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import compress, repeat, zip_longest
from operator import eq, sub

import pypdfium2 as pdfium

from digest.fulltext.completeness import letters
from digest.fulltext.hidden import first_order, reads_as_text
from digest.fulltext.pdf import pdfium_calls
from digest.fulltext.pdf.objects import STEP, Box, Means, Survey, Surveyor, Suspect, look_for_twins
from digest.fulltext.pdf.pdfium_calls import Argument, argument, long

TINY = 2.0
"""Points of type."""
NARROW = 0.12
"""Average width of a character in units of the type's size. With less, characters overlap."""
MAX_GAP = 2
"""Characters that PDFium inserts between two pieces: a space, a line end."""
MANY_TEXTS = 40
"""Suspicious texts of a page. With more, all characters are examined without a first look."""
LOOKS = ((1.0, 0.5, 2), (2.0, 0.0, 0))
"""Pixels per point, points cut off a box on each side, and rows that count as a hair.

A letter that shows in the coarse picture is seen. Only the others are looked for in the fine
one."""
MAX_PIXELS = 4_000_000
"""Pixels of a picture. A larger page is drawn smaller."""
SAMPLES = 500
"""Characters of a page that are looked at."""
CONTRAST = 32
"""Of 255, in the colour that changes most. With less, a character is unreadable."""
SLIM = frozenset("Iijl1")
"""A coarse picture shows little of these letters. They are judged as the letter before them or, if
a text begins with one, as its first other letter."""
HAIR = 0.1
"""Share of a character's height. Nobody reads a letter through a narrower slit."""
FEW_LETTERS = 6
"""Letters of a sample that are each drawn in a picture of their own, which costs little."""
MAX_RENDERED = 30
"""Pages rendered per paper. Later texts are judged as those on the last rendered page."""
SCANNED = 0.8
"""Share of a page's characters whose invisibility makes it a scan, even without a picture."""
PICTURE = 0.5
"""Share of a page that pictures take in a scan."""
WORDY = 0.8
"""Share of letters in a text of words."""
MIN_WORDS = 8
"""Words of a message in pieces, each of which alone says nothing."""

Marked = tuple[int, int]
"""A character of a page's list, and the address of its text."""


@dataclass(frozen=True)
class HiddenRun:
    """Characters `start` to `end` (not included) of a page's character list."""

    start: int
    end: int
    how: str


class HiddenTextFinder:
    def __init__(self, means: Means) -> None:
        self._surveyor = Surveyor(means)
        self._rendered = 0
        self._looked_at = 0
        self._last_hidden = False

    def hidden_runs(self, page: pdfium.PdfPage, text: Argument) -> list[HiddenRun]:
        """Returns hidden runs of characters. Cheap for a page without suspicious texts."""
        count = pdfium_calls.characters(text)
        survey = self._surveyor.survey(page, text, count)
        pressed = _pressed(text, survey.sample, count)
        told = [run for run, said in zip(pressed, _pieces(text, pressed), strict=True) if _is_wording(said)]
        if not survey.suspects or self._is_seen(page, text, survey):
            return told
        self._surveyor.examine_others(survey)
        return [*told, *self._hidden_runs(page, text, survey, count)]

    def _is_seen(self, page: pdfium.PdfPage, text: Argument, survey: Survey) -> bool:
        """Returns whether people see each suspicious text of the sample, by its first letter."""
        if self._looked_at >= MAX_RENDERED:
            return False
        self._looked_at += 1
        suspects = survey.suspects
        found = [(_letter(text, STEP * at, obj), obj) for at, obj in enumerate(survey.sample) if obj in suspects]
        if any(index < 0 for index, _ in found):
            return False
        boxes = _boxes_of(text, [index for index, _ in found])
        shared = None if len(boxes) <= FEW_LETTERS else _Pictures(page, boxes, suspects, LOOKS[0][0])
        for (_, obj), box in zip(found, boxes, strict=True):
            pictures = shared
            for scale, edge, spare in LOOKS:
                pictures = pictures or _Pictures(page, [box], suspects, scale)
                if not pictures.show_nothing(box, suspects[obj].drawn, edge, spare):
                    break
                pictures = None
            else:
                return False
        return True

    def _hidden_runs(self, page: pdfium.PdfPage, text: Argument, survey: Survey, count: int) -> list[HiddenRun]:
        suspects = survey.suspects
        if not _may_be_message(text, list(suspects)):
            return []
        marked = _marked(text, survey, count)
        if not _is_message("".join(_pieces(text, _runs(marked, suspects)))):
            return []
        look_for_twins(survey)
        if _is_scan(page, survey, marked, count):
            marked = [(i, obj) for i, obj in marked if suspects[obj].why != "invisible"]
        hidden = self._without_ink(page, text, marked, suspects)
        covered = sum(suspects[obj].why == "hidden-markup" for _, obj in hidden)
        if 4 * covered > count and survey.pictures > PICTURE * _area(page):
            hidden = [m for m in hidden if suspects[m[1]].why != "hidden-markup"]  # text under the picture of a scan
        return _runs(hidden, suspects, {i for i, _ in marked})

    def _without_ink(
        self, page: pdfium.PdfPage, text: Argument, marked: list[Marked], suspects: dict[int, Suspect]
    ) -> list[Marked]:
        """Returns the characters whose absence nobody would see."""
        if self._rendered >= MAX_RENDERED:
            return marked if self._last_hidden else [m for m in marked if suspects[m[1]].why == "invisible"]
        self._rendered += 1
        some = marked[:: 1 + len(marked) // SAMPLES]
        codes = map(pdfium_calls.unicode_of, repeat(text), [index for index, _ in some])
        sample = [m for m, code in zip(some, codes, strict=True) if _is_letter(code)]
        found = _boxes_of(text, [index for index, _ in sample])
        gone = boxes = {index: (box, suspects[obj].drawn) for (index, obj), box in zip(sample, found, strict=True)}
        for scale, edge, spare in LOOKS:
            if gone:
                pictures = _Pictures(page, [box for box, _ in gone.values()], suspects, scale)
                gone = {index: letter for index, letter in gone.items() if pictures.show_nothing(*letter, edge, spare)}
        hidden = []
        is_gone, before = False, None
        first = {obj: index in gone for index, obj in reversed(sample)}
        for index, obj in marked:
            if index in boxes:
                is_gone = index in gone
            elif obj != before:
                is_gone = first.get(obj, is_gone)
            before = obj
            if is_gone:
                hidden.append((index, obj))
        self._last_hidden = bool(hidden)
        return hidden


class _Pictures:
    """Takes pictures of the part of a page that holds some boxes, with and without suspicious
    texts.

    The second picture is taken only when a letter needs it: few may be outlines."""

    def __init__(self, page: pdfium.PdfPage, boxes: Sequence[Box], suspects: dict[int, Suspect], scale: float) -> None:
        left, bottom, right, top = page.get_bbox()
        drawn = [b for b in boxes if b[2] > left and b[0] < right and b[3] > bottom and b[1] < top]
        self._empty = not drawn
        if self._empty:
            return
        self._left = max(left, min(b[0] for b in drawn) - 2)
        self._top = min(top, max(b[3] for b in drawn) + 2)
        crop = (
            self._left - left,
            max(bottom, min(b[1] for b in drawn) - 2) - bottom,
            right - min(right, max(b[2] for b in drawn) + 2),
            top - self._top,
        )
        area = (right - left - crop[0] - crop[2]) * (top - bottom - crop[1] - crop[3])
        self._scale = min(scale, (MAX_PIXELS / max(area, 1.0)) ** 0.5)
        self._page, self._crop, self._suspects = page, crop, suspects
        self._with = self._render()

    @cached_property
    def _without(self) -> memoryview:
        for obj in self._suspects:
            pdfium_calls.set_active(argument(obj), 0)
        pixels = self._render()
        for obj in self._suspects:
            pdfium_calls.set_active(argument(obj), 1)
        return pixels

    def _render(self) -> memoryview:
        turned = self._page.get_rotation()
        if turned:
            self._page.set_rotation(0)
        bitmap = self._page.render(scale=self._scale, crop=self._crop, may_draw_forms=True)
        self._row, self._width, self._height = bitmap.stride, bitmap.width, bitmap.height
        self._deep = bitmap.n_channels
        pixels = memoryview(bitmap.buffer).cast("B")
        bitmap.close()
        if turned:
            self._page.set_rotation(turned)
        return pixels

    def show_nothing(self, box: Box, drawn: bool, edge: float, spare: int) -> bool:
        """Returns whether nobody sees a box's content. `drawn`: its outlines may be in the box."""
        if self._empty:
            return True
        left, bottom, right, top = box[0] + edge, box[1] + edge, box[2] - edge, box[3] - edge
        x0 = max(0, int((left - self._left) * self._scale)) * self._deep
        x1 = min(self._width, int((right - self._left) * self._scale) + 1) * self._deep
        y0 = max(0, int((self._top - top) * self._scale))
        y1 = min(self._height, int((self._top - bottom) * self._scale) + 1)
        starts = range(y0 * self._row, y1 * self._row, self._row)
        middle = len(starts) // 2
        if drawn and not all(
            self._is_plain(self._with[start + x0 : start + x1]) for start in (*starts[middle:], *starts[:middle])
        ):
            return False  # drawn in a row, so not the edge of a box
        seen = [bytes(self._with[start + x0 : start + x1]) for start in starts]
        if drawn and not self._is_plain(b"".join(seen)):
            around = int((top - bottom) * self._scale) * self._deep  # the letters beside it, if there are any
            ends = max(0, x0 - around), min(self._width * self._deep, x1 + around)
            if not all(self._is_plain(bytes(self._with[start + ends[0] : start + ends[1]])) for start in starts):
                return False  # the edge of a box would leave each row plain
        without = [bytes(self._without[start + x0 : start + x1]) for start in starts]
        return self._are_alike(seen, without, spare)

    @staticmethod
    def _are_alike(rows: list[bytes], others: list[bytes], spare: int) -> bool:
        """Returns whether rows of pixels look the same except for a hair, as outside of the
        page."""
        if rows == others:
            return True
        left = int(HAIR * len(rows)) + spare
        for one, other in zip(rows, others, strict=True):
            if one != other and max(map(abs, map(sub, one, other))) >= CONTRAST:
                left -= 1
                if left < 0:
                    return False
        return True

    def _is_plain(self, pixels: bytes | memoryview) -> bool:
        """Returns whether nothing is drawn in them; otherwise it may be the letters' outlines."""
        for channel in range(min(3, self._deep)) if pixels else ():
            shades = pixels[channel :: self._deep]
            if max(shades) - min(shades) >= CONTRAST:
                return False
        return True


def _pressed(text: Argument, sample: Sequence[int], count: int) -> list[HiddenRun]:
    """Returns words in the place of a few letters, as when a marked text gets another meaning."""
    same = list(map(eq, sample, sample[1:]))
    texts = list(set(compress(sample, same)) - {None})
    are_marked = list(map(pdfium_calls.marks, map(argument, texts)))
    if not any(are_marked):
        return []
    with_marks = set(compress(texts, are_marked))
    marked = [at for at, is_same in enumerate(same) if is_same and sample[at] in with_marks]
    ends = [STEP * (at + end) for at in marked for end in (0, 1)]
    lefts, tops, _, bottoms = pdfium_calls.BOXES.ask(pdfium_calls.box_of, [text] * len(ends), ends)[1]
    runs: list[HiddenRun] = []
    for n, at in enumerate(marked):
        room = NARROW * STEP * (tops[2 * n] - bottoms[2 * n])
        start = end = STEP * at
        far = abs(lefts[2 * n + 1] - lefts[2 * n]) > room or abs(bottoms[2 * n + 1] - bottoms[2 * n]) > room
        if far or (runs and start < runs[-1].end):
            continue
        while start > 0 and pdfium_calls.object_at(text, start - 1) == sample[at]:
            start -= 1
        while end < count and pdfium_calls.object_at(text, end) == sample[at]:
            end += 1
        runs.append(HiddenRun(start, end, "hidden-markup"))
    return runs


def is_report(pieces: Sequence[str]) -> bool:
    """Returns whether hidden pieces need a note: a sentence, an order, or a message in pieces."""
    joined = " ".join(pieces)
    return any(map(reads_as_text, pieces)) or bool(first_order(joined)) or len(joined.split()) >= MIN_WORDS


@lru_cache(maxsize=100)
def _is_message(text: str) -> bool:
    """Returns whether it is a message. Cached: a running head in pale type is on every page."""
    return reads_as_text(text) or bool(first_order(text))


def _is_wording(text: str) -> bool:
    """Returns whether it is a message in words, not the source of a formula."""
    return bool(first_order(text)) or (reads_as_text(text) and letters(text) > WORDY * len("".join(text.split())))


def _may_be_message(page: Argument, texts: list[int]) -> bool:
    """Takes a first look at what the texts say, with and without spaces between them."""
    if len(texts) > MANY_TEXTS:
        return True
    pieces = [_text_of(page, obj) for obj in texts]
    return _is_message(" ".join(pieces)) or _is_message("".join(pieces))


def _text_of(page: Argument, obj: int) -> str:
    size = pdfium_calls.text_of_object(argument(obj), page, argument(None), long(0))
    buffer = ctypes.create_string_buffer(size)
    pdfium_calls.text_of_object(argument(obj), page, pdfium_calls.address(buffer), long(size))
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _pieces(text: Argument, runs: list[HiddenRun]) -> list[str]:
    return [pdfium_calls.text_range(text, run.start, run.end - run.start) + " " for run in runs]


def _marked(text: Argument, survey: Survey, count: int) -> list[Marked]:
    """Returns the characters of suspicious texts.

    Between two sampled characters of one text there is no other text."""
    spans: list[int] = []
    for at, (obj, after) in enumerate(zip_longest(survey.sample, survey.sample[1:])):
        if obj != after or obj in survey.suspects:
            spans.extend(range(at * STEP, min(at * STEP + STEP, count)))
    found = list(map(pdfium_calls.object_at, repeat(text), spans))
    return list(compress(zip(spans, found, strict=True), map(survey.suspects.__contains__, found)))


def _is_scan(page: pdfium.PdfPage, survey: Survey, marked: list[Marked], count: int) -> bool:
    invisible = sum(survey.suspects[obj].why == "invisible" for _, obj in marked)
    pictured = survey.pictures > PICTURE * _area(page)
    return invisible > SCANNED * count or (pictured and 4 * invisible > count)


def _area(page: pdfium.PdfPage) -> float:
    left, bottom, right, top = page.get_bbox()
    return float((right - left) * (top - bottom))


def _letter(text: Argument, start: int, obj: int) -> int:
    """Returns the first letter of a text within a sampling step; -1 without one.

    Browsers make a text of each sign: a blank or a slim letter is judged as the letter after it."""
    first = -1
    for at in range(start, start + STEP):
        if _is_letter(pdfium_calls.unicode_of(text, at)):
            if pdfium_calls.object_at(text, at) == obj:
                return at
            first = at if first < 0 else first
    return first


def _boxes_of(text: Argument, indexes: list[int]) -> list[Box]:
    _, (lefts, tops, rights, bottoms) = pdfium_calls.BOXES.ask(pdfium_calls.box_of, [text] * len(indexes), indexes)
    return list(zip(lefts, bottoms, rights, tops, strict=True))


def _is_letter(code: int) -> bool:
    char = chr(code & 0x1FFFFF)
    return char.isalnum() and char not in SLIM


def _runs(
    marked: list[Marked], suspects: dict[int, Suspect], looked_at: AbstractSet[int] = frozenset()
) -> list[HiddenRun]:
    """Returns runs of marked characters, across gaps of a few that PDFium inserted."""
    runs: list[HiddenRun] = []
    start, end, before = 0, 0, ""
    for index, obj in marked:
        why = suspects[obj].why
        how = "hidden-markup" if why == "invisible" else why
        if how != before or index - end > MAX_GAP or not (index == end or looked_at.isdisjoint(range(end, index))):
            runs.append(HiddenRun(start, end, before))
            start, before = index, how
        end = index + 1
    return [*runs[1:], HiddenRun(start, end, before)] if marked else []
