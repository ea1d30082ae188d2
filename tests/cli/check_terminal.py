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
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

QUESTION = ["-q", "-p", "cluster.yaml", "allow-cat.yaml", "--from", "default/cat", "--to", "192.0.2.9",
            "--protocol", "TCP", "--port", "80"]


def on_terminal(command, folder, stdin=subprocess.DEVNULL, meanwhile=None, **environment):
    """What a command writes to a terminal. meanwhile is called once it runs."""
    environment = {"PATH": os.environ["PATH"], **environment}
    leader, follower = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=stdin,
                               stdout=follower, stderr=follower)
    os.close(follower)
    if meanwhile:
        meanwhile()
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


def slowly(command, folder):
    """What a command writes to a terminal whose policies take their time to come."""
    reader, writer = os.pipe()

    def send():
        os.close(reader)
        time.sleep(2.5)
        os.write(writer, (folder / "cluster.yaml").read_bytes())
        os.close(writer)

    return on_terminal(command, folder, stdin=reader, meanwhile=send, TERM="xterm", NO_COLOR="1")


def check_progress(results, calpol, folder):
    question = ["-p", "-", "--from", "default/cat", "--to", "192.0.2.9"]
    shown = slowly([calpol, "eval", *question], folder)
    results.check("who waits for the policies is told", [] if "\rcalpol: reading, 1 s" in shown else [shown])
    answer = shown.rsplit("\r    ", 1)[-1]
    results.check("and sees nothing of it in the end",
                  [] if "calpol: reading" not in answer and "ALLOW" in answer else [shown])
    quiet = slowly([calpol, "eval", "-q", *question], folder)
    results.check("with -q nobody is", [] if "reading" not in quiet and "ALLOW" in quiet else [quiet])
    quick = on_terminal([calpol, "eval", "-p", "cluster.yaml", *question[2:]], folder, TERM="xterm")
    results.check("nor who need not wait", [] if "reading" not in quick else [quick])


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
    check_progress(results, calpol, folder)
    check_full_disk(results, command, folder)
    results.finish()


main()
