"""Full text from PDF, pages per second, against bare extraction by PDFium on the same files in the same run.

    .venv/bin/python -m bench.fulltext

Uses the real papers in ../shared/data/pdf when they are there, else papers made by fpdf2.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
from fpdf import FPDF

from digest.fulltext.pdf.document import read_pdf

AIM = 0.5
ROUNDS = 5
SHARED = Path(__file__).parents[2] / "shared/data/pdf"


def bare(data: bytes) -> int:
    document = pdfium.PdfDocument(data)
    try:
        for page in document:
            page.get_textpage().get_text_range()
        return len(document)
    finally:
        document.close()


def ours(data: bytes) -> int:
    return read_pdf(data, "0000.00000", 1).pages


def made() -> dict[str, bytes]:
    """Eight papers of two columns with a plot on each page, for machines without the recordings.

    Made so that a page costs bare extraction about what a page of a real paper does; without the plots it costs half, and the ratio says less.
    """
    words = "the model reads every page of a paper and joins its columns before it answers a question about the method".split()  # noqa: SIM905
    files = {}
    for number in range(8):
        pdf = FPDF(format="letter")
        pdf.set_auto_page_break(auto=False)
        for page in range(12):
            pdf.add_page()
            plot(pdf, seed=12 * number + page)
            for column in (18, 113):
                pdf.set_font("Times", "B", 12)
                pdf.set_xy(column, 90)
                pdf.cell(80, 6, f"{page + 1} Part {number} {column}")
                pdf.set_font("Times", "", 10)
                pdf.set_xy(column, 98)
                text = " ".join(words[(i * 7 + number + page) % len(words)] for i in range(300)).capitalize() + "."
                pdf.multi_cell(80, 4.6, text)
        files[f"made-{number}"] = bytes(pdf.output())
    return files


def plot(pdf: FPDF, seed: int) -> None:
    """Six curves of 300 points, each stroke by itself, as plotting libraries write them."""
    for curve in range(6):
        x, y = 20.0, 50.0
        for step in range(300):
            nx, ny = 20 + 0.58 * step, 50 + 25 * math.sin((step + seed) / (9 + curve))
            pdf.line(x, y, nx, ny)
            x, y = nx, ny


def fastest(run: Callable[[bytes], int], data: bytes) -> tuple[float, int]:
    """The best of several rounds: what the code costs without what else the machine does."""
    times, pages = [], 0
    for _ in range(ROUNDS):
        start = time.process_time()
        pages = run(data)
        times.append(time.process_time() - start)
    return min(times), pages


def main() -> int:
    files = {p.stem: p.read_bytes() for p in sorted(SHARED.glob("*.pdf"))} if SHARED.is_dir() else {}
    print(f"{len(files)} real papers" if files else "../shared/data/pdf is absent: papers made by fpdf2")
    files = files or made()
    print(f"{'paper':<16} {'pages':>5} {'bare p/s':>9} {'ours p/s':>9} {'ratio':>6}")
    plain, full, ratios = 0.0, 0.0, []
    total = 0
    for name, data in files.items():
        bare_time, pages = fastest(bare, data)
        our_time, _ = fastest(ours, data)
        plain, full, total = plain + bare_time, full + our_time, total + pages
        ratios.append(bare_time / our_time)
        print(f"{name:<16} {pages:>5} {pages / bare_time:>9.0f} {pages / our_time:>9.0f} {bare_time / our_time:>6.2f}")
    value = round(plain / full, 3)
    print(
        f"{'all':<16} {total:>5} {total / plain:>9.0f} {total / full:>9.0f} {value:>6.2f}   median {statistics.median(ratios):.2f}"
    )
    print(
        json.dumps(
            {"metric": "full text from PDF, pages per second against bare pypdfium2", "value": value, "aim": AIM}
        )
    )
    return 0 if value >= AIM else 1


if __name__ == "__main__":
    sys.exit(main())
