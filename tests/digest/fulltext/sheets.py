"""PDFs made on the spot by fpdf2, for the tests of the PDF parser: `paper(…)` sets pages line by line, so that a test owns each break."""

import logging
from collections.abc import Callable

from fpdf import FPDF

logging.getLogger("fpdf").setLevel(logging.WARNING)

PROSE = "The model reads every page of a paper and joins its columns before it answers a question about the method."


class Sheet(FPDF):
    """Letter paper; `lines` sets printed lines at a place, `prose` wraps."""

    def __init__(self) -> None:
        super().__init__(format="letter", unit="pt")
        self.set_auto_page_break(auto=False)
        self.add_page()

    def lines(
        self, texts: list[str], x: float = 72, y: float = 120, size: float = 10, style: str = "", step: float = 12
    ) -> float:
        self.set_font("Times", style, size)
        for text in texts:
            self.text(x, y, text)
            y += step
        return y

    def heading(self, text: str, x: float = 72, y: float = 100) -> float:
        return self.lines([text], x, y, 12, "B", 18)

    def prose(self, x: float = 72, y: float = 120, width: float = 460, times: int = 6, text: str = PROSE) -> None:
        self.set_font("Times", "", 10)
        self.set_xy(x, y)
        self.multi_cell(width, 12, " ".join([text] * times))


def paper(*draw: Callable[[Sheet], object]) -> bytes:
    """A paper with abstract and introduction, then what is drawn."""
    sheet = Sheet()
    sheet.heading("Abstract", y=80)
    sheet.prose(y=90)
    sheet.heading("1 Introduction", y=190)
    sheet.prose(y=200)
    for step in draw:
        step(sheet)
    return bytes(sheet.output())
