"""Where a command writes: a file as a whole, that of a link, and devices and pipes as they are."""

import os
import threading

import pytest

from bot.cli import terminal
from digest.errors import Misconfigured


def test_a_link_stays_and_its_file_is_written(tmp_path):
    real, link = tmp_path / "real.bib", tmp_path / "link.bib"
    link.symlink_to(real)
    terminal.write("@misc", link)
    assert (link.is_symlink(), real.read_text()) == (True, "@misc")


def test_a_pipe_stays_a_pipe_and_gets_the_text(tmp_path):
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()), daemon=True)
    reader.start()
    terminal.check_writable(pipe)
    terminal.write("@misc", pipe)
    assert pipe.is_fifo()
    reader.join(5)
    assert got == ["@misc"]


def test_what_cannot_be_written_is_refused_beforehand(tmp_path):
    for output in (tmp_path, tmp_path / "no" / "x.bib"):
        with pytest.raises(Misconfigured):
            terminal.check_writable(output)
