"""Has a worker of the tests forked by the process that forks the bots: `python -S forked.py SOCKET ... CODE`.

It stands for the interpreter that pytest-xdist starts: it hands on its pipes, and ends as the worker does.
"""

import json
import os
import socket
import sys

if __name__ == "__main__":
    path, code = sys.argv[1], sys.argv[-1]
    status, theirs = socket.socketpair()
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        control.recv(1)  # its greeting
        request = json.dumps(
            {"code": code, "words": [], "cwd": os.path.realpath("."), "env": dict(os.environ)}
        ).encode()
        socket.send_fds(control, [len(request).to_bytes(4, "big") + request], [theirs.fileno(), 0, 1, 2])
    theirs.close()
    os.close(0)
    os.close(1)
    answers = status.makefile()
    answers.readline()  # its process id
    os._exit(int(answers.readline() or 1) & 0xFF)
