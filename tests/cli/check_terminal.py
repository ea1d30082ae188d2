# SPDX-License-Identifier: Apache-2.0
"""Colour is for terminals, and not for those who do not want it; and pipes get answers at once.

usage: check_terminal.py CALPOL SOURCE_ROOT
"""

import json
import os
import pathlib
import pty
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

QUESTION = ["-q", "-p", "cluster.yaml", "allow-cat.yaml", "--from", "default/cat", "--to", "192.0.2.9",
            "--protocol", "TCP", "--port", "80"]


def on_terminal(command, folder, **environment):
    """What a command writes to a terminal."""
    environment = {"PATH": os.environ["PATH"], **environment}
    leader, follower = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=follower, stderr=follower)
    os.close(follower)
    text = b""
    while True:
        try:
            part = os.read(leader, 4096)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(leader)
    process.wait()
    return text.decode()


def coloured(text):
    return "\033[" in text


def check_colour(results, command, folder):
    piped = subprocess.run(command, cwd=folder, capture_output=True, text=True,
                           env={"PATH": os.environ["PATH"], "TERM": "xterm"}).stdout
    plain = on_terminal(command, folder, TERM="xterm", NO_COLOR="1")
    results.check("a terminal gets colour",
                  [] if coloured(on_terminal(command, folder, TERM="xterm")) else ["it is plain"])
    results.check("NO_COLOR is respected", [plain] if coloured(plain) else [])
    results.check("an empty NO_COLOR does not count",
                  [] if coloured(on_terminal(command, folder, TERM="xterm", NO_COLOR=""))
                  else ["it is plain"])
    results.check("a terminal without colours gets none",
                  [] if not coloured(on_terminal(command, folder, TERM="dumb")) else ["it is"])
    results.check("a pipe gets none", [piped] if coloured(piped) else [])
    results.check("but for that the texts are the same",
                  [] if plain.replace("\r\n", "\n") == piped else [plain, piped])


def check_pipe(results, calpol, folder):
    """A question, its answer, the next question: nothing waits in a buffer."""
    flow = json.dumps({"source": {"ref": "pod:default/cat"}, "destination": {"ip": "192.0.2.9"},
                       "protocol": "TCP", "destination_port": 80})
    process = subprocess.Popen([calpol, "eval", "-p", "cluster.yaml", "allow-cat.yaml", "--flow",
                                "-", "-o", "json"],
                               cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    verdicts = []
    for _ in range(3):
        process.stdin.write(flow + "\n")
        process.stdin.flush()
        verdicts.append(json.loads(process.stdout.readline())["verdict"])
    process.communicate()
    results.check("each line of a pipe is answered before the next is asked for",
                  [] if verdicts == ["deny"] * 3 and process.returncode == 0 else [str(verdicts)])


def check_full_disk(results, command, folder):
    if not os.path.exists("/dev/full"):
        results.skip("a failed write is exit status 1", "there is no /dev/full")
        return
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True)
    results.check("a failed write is exit status 1",
                  [] if done.returncode == 1 and "cannot write" in done.stderr
                  else [f"exit status {done.returncode}", done.stderr])


def main():
    calpol = os.path.abspath(sys.argv[1])
    folder = pathlib.Path(sys.argv[2]) / "examples" / "cat"
    command = [calpol, "eval", *QUESTION]
    results = Results()

    check_colour(results, command, folder)
    check_pipe(results, calpol, folder)
    check_full_disk(results, command, folder)
    results.finish()


main()
