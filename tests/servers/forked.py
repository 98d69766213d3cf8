"""Has a process forked by the one that forks the bots: `python -S forked.py SOCKET -c CODE [WORD...]`.

It stands for that process where others start an interpreter, as pytest-xdist does for a worker and an agent for a bot: it hands
on its pipes and SIGTERM, and ends as the process does.
"""

import json
import os
import signal
import socket
import sys

if __name__ == "__main__":
    path, code = sys.argv[1], sys.argv.index("-c") + 1
    status, theirs = socket.socketpair()
    wanted = {"code": sys.argv[code], "words": sys.argv[code + 1 :]}
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        control.recv(1)  # its greeting
        request = json.dumps({**wanted, "cwd": os.path.realpath("."), "env": dict(os.environ)}).encode()
        socket.send_fds(control, [len(request).to_bytes(4, "big") + request], [theirs.fileno(), 0, 1, 2])
    theirs.close()
    os.close(0)
    os.close(1)
    answers = status.makefile()
    pid = int(answers.readline())
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
    os._exit(int(answers.readline() or 1) & 0xFF)
