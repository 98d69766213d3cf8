"""PDFs written object by object, for what fpdf2 cannot set: other scripts, optional content, forms, clips, masks and broken pages."""

from collections.abc import Sequence

WIDTHS = " ".join(["500"] * 224)


class RawPdf:
    """`font` makes fonts by name, `page` adds a page of operators, `data` is the file."""

    def __init__(self) -> None:
        self._objects: list[bytes] = [b"", b""]  # the catalog and the pages
        self._pages: list[int] = []
        self.catalog = ""
        self.fonts = {"F1": self.add("<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>")}

    def add(self, content: str, stream: bytes | None = None) -> int:
        """The number of the new object."""
        body = content.encode("latin-1")
        if stream is not None:
            body = body[:-2] + b"/Length %d>>\nstream\n%s\nendstream" % (len(stream), stream)
        self._objects.append(body)
        return len(self._objects)

    def unicode_font(self, name: str, letters: Sequence[str]) -> None:
        """A font whose bytes from 33 on mean `letters`, as a subset of any script does."""
        pairs = "".join(f"<{33 + i:02x}> <{letter.encode('utf-16-be').hex()}>\n" for i, letter in enumerate(letters))
        cmap = self.add(
            "<<>>",
            (
                "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def\n"
                "1 begincodespacerange <00> <ff> endcodespacerange\n"
                f"{len(letters)} beginbfchar\n{pairs}endbfchar\nendcmap end end"
            ).encode(),
        )
        self.fonts[name] = self.add(
            f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 32/LastChar 255/Widths[{WIDTHS}]/ToUnicode {cmap} 0 R>>"
        )

    def cid_font(self, name: str, base: str, cmap: str, ordering: str) -> None:
        """A font of Asian scripts that every reader has, with a predefined encoding."""
        descriptor = self.add(
            f"<</Type/FontDescriptor/FontName/{base}/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>"
        )
        below = self.add(
            f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{base}/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 2>>"
            f"/DW 1000/FontDescriptor {descriptor} 0 R>>"
        )
        self.fonts[name] = self.add(
            f"<</Type/Font/Subtype/Type0/BaseFont/{base}-{cmap}/Encoding/{cmap}/DescendantFonts[{below} 0 R]>>"
        )

    def page(self, content: str, resources: str = "", more: str = "", box: str = "0 0 612 792") -> int:
        stream = self.add("<<>>", content.encode("latin-1"))
        fonts = "".join(f"/{name} {number} 0 R" for name, number in self.fonts.items())
        self._pages.append(
            self.add(
                f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {stream} 0 R/Resources<</Font<<{fonts}>>{resources}>>{more}>>"
            )
        )
        return self._pages[-1]

    def data(self) -> bytes:
        kids = " ".join(f"{n} 0 R" for n in self._pages)
        self._objects[0] = f"<</Type/Catalog/Pages 2 0 R{self.catalog}>>".encode("latin-1")
        self._objects[1] = f"<</Type/Pages/Kids[{kids}]/Count {len(self._pages)}>>".encode("latin-1")
        out = b"%PDF-1.7\n"
        at = []
        for number, body in enumerate(self._objects, 1):
            at.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        table = "".join(f"{place:010d} 00000 n \n" for place in at)
        size = len(self._objects) + 1
        return out + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
        ).encode("latin-1")


def shown(text: str) -> str:
    """A string of PDF."""
    return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


def lines(
    texts: Sequence[str], x: float = 72, y: float = 700, size: float = 10, font: str = "F1", step: float = 12
) -> str:
    """Operators that set lines of text below each other."""
    return "".join(f"BT /{font} {size} Tf {x} {y - step * i} Td {shown(text)} Tj ET\n" for i, text in enumerate(texts))


def in_font(text: str, letters: Sequence[str]) -> str:
    """`text` in the bytes of a font made by `unicode_font`."""
    return "".join(" " if c == " " else chr(33 + letters.index(c)) for c in text)
