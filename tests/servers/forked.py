"""Has a process forked by the one that forks the bots: `python -S forked.py SOCKET [FD...] -c CODE [WORD...]`.

It stands for that process where others start an interpreter, as pytest-xdist does for a worker, an agent for a bot and a bot for
its child: it hands on its pipes, the descriptors `FD` and SIGTERM, and ends as the process does. Killed, it takes that along.
"""

import json
import os
import signal
import socket
import sys

if __name__ == "__main__":
    path, code = sys.argv[1], sys.argv.index("-c") + 1
    passed = [int(word) for word in sys.argv[2:code] if word.isdecimal()]
    status, theirs = socket.socketpair()
    wanted = {"code": sys.argv[code], "words": sys.argv[code + 1 :], "passed": passed}
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        control.recv(1)  # its greeting
        request = json.dumps({**wanted, "cwd": os.path.realpath("."), "env": dict(os.environ)}).encode()
        socket.send_fds(control, [len(request).to_bytes(4, "big") + request], [theirs.fileno(), 0, 1, 2, *passed])
    theirs.close()
    for fd in (0, 1, *passed):
        os.close(fd)
    answers = status.makefile()
    pid = int(answers.readline())
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
    os._exit(int(answers.readline() or 1) & 0xFF)
