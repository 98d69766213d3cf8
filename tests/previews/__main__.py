"""`make pictures`: draws every surface by headless Chromium and puts those that the documents show into `docs/pictures`.

`python -m tests.previews OUT` draws all of them into a folder: both languages, both themes, 1200 and 400 pixels wide.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

from tests.previews.pictures import FOLDER, PAYLOADS, SHOWN, WIDTHS, fingerprint
from tests.previews.surfaces import Surface, surfaces

TALL = 3600
COLOURS = 96
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1",
)  # fmt: skip


def chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit(
            "Pictures are drawn by Chromium, which is not here. Install it, with fonts for Chinese and emoji."
        )
    return found


def shoot(surface: Surface, theme: str, width: int, target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        page, raw = Path(folder, "page.html"), Path(folder, "raw.png")
        # Chromium's window is no narrower than 500 pixels, so a frame has the width of a phone.
        inside = Path(folder, "inside.html")
        inside.write_text(surface.page(theme), "utf-8")
        frame = f'<!doctype html><style>body{{margin:0}}iframe{{border:0;display:block}}</style><iframe src="inside.html" width="{width}" height="{TALL}"></iframe>'
        page.write_text(frame, "utf-8")
        command = [
            chromium(), *FLAGS, f"--user-data-dir={folder}/profile", f"--screenshot={raw}", f"--window-size={max(width, 500)},{TALL}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        with Image.open(raw) as image:
            shown = image.convert("RGB").crop((0, 0, width, image.height))
    background = Image.new("RGB", shown.size, shown.getpixel((width - 1, shown.height - 1)))
    box = ImageChops.difference(shown, background).getbbox()
    assert box is not None, surface.name
    shown = shown.crop((0, 0, width, min(box[3] + 12, shown.height)))
    target.parent.mkdir(parents=True, exist_ok=True)
    shown.quantize(COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)


def main() -> None:
    made = asyncio.run(surfaces())
    if len(sys.argv) > 1:
        for surface in made:
            for theme in ("light", "dark"):
                for width in WIDTHS.values():
                    shoot(surface, theme, width, Path(sys.argv[1], f"{surface.name}-{theme}-{width}.png"))
        return
    by_name = {surface.name: surface for surface in made}
    for picture, (name, theme, size) in SHOWN.items():
        shoot(by_name[name], theme, WIDTHS[size], FOLDER / f"{picture}.png")
        print(FOLDER / f"{picture}.png")
    hashes = {picture: fingerprint(by_name[name]) for picture, (name, _, _) in SHOWN.items()}
    PAYLOADS.write_text(json.dumps(hashes, indent=1) + "\n")


if __name__ == "__main__":
    main()
