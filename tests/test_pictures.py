"""The pictures of the documents show what is posted today."""

import json

from tests.paths import ROOT
from tests.previews.pictures import FOLDER, PAYLOADS, SHOWN, fingerprint
from tests.previews.surfaces import surfaces

MOST = 2_000_000


async def test_every_picture_was_drawn_from_the_payload_of_today():
    by_name = {surface.name: surface for surface in await surfaces()}
    today = {picture: fingerprint(by_name[name]) for picture, (name, _, _) in SHOWN.items()}
    drawn = json.loads(PAYLOADS.read_text())
    stale = sorted(picture for picture in today if drawn.get(picture) != today[picture])
    assert not stale, f"make pictures: {', '.join(stale)} show what is no longer posted"


def test_the_pictures_are_those_that_the_documents_show_and_small():
    there = {path.stem: path for path in FOLDER.glob("*.png")}
    assert set(SHOWN) == set(there)
    words = "".join(path.read_text("utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    assert not [name for name in there if f"pictures/{name}.png" not in words]
    assert sum(path.stat().st_size for path in there.values()) < MOST


async def test_every_surface_draws_in_both_themes():
    for surface in await surfaces():
        assert all("<" in surface.page(theme) for theme in ("light", "dark"))
