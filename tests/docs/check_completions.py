# SPDX-License-Identifier: Apache-2.0
"""In bash, zsh and fish the completions offer every command, option and choice of calpol.

usage: check_completions.py CALPOL FOLDER

FOLDER holds what scripts/completions made. A shell that is missing is skipped.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

HERE = pathlib.Path(__file__).resolve().parent

BASH = """
compopt() { :; }
source "$1/calpol"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_calpol
printf '%s\\n' "${COMPREPLY[@]}"
"""


def output(*command):
    with tempfile.TemporaryDirectory() as home:
        environment = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home, XDG_DATA_HOME=home)
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment).stdout


def complete_bash(folder, line, _):
    return output("bash", "--norc", "-c", BASH, "bash", folder, *line.split(" ")).split()


def complete_fish(folder, line, _):
    offered = output("fish", "--no-config", "-c", f"source {folder}/calpol.fish; complete -C '{line}'")
    return [row.split("\t")[0] for row in offered.splitlines()]


def complete_zsh(folder, line, expected):
    """Its time is up when it has to say something; so a slow one is asked again."""
    for seconds in ("0.3", "3", "10"):
        shown = output("zsh", "-f", str(HERE / "complete.zsh"), folder, line, seconds)
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", " ", shown).replace(line, " ").split()
        if set(expected) <= set(shown):
            break
    return shown


SHELLS = {"bash": complete_bash, "zsh": complete_zsh, "fish": complete_fish}


def help_of(calpol, *arguments):
    return output(calpol, *arguments, "--help")


def expectations(calpol):
    """Lines, and what is to be offered at their end."""
    names = re.findall(r"^  (\w+) ", help_of(calpol).split("Commands\n")[1].split("\n\n")[0], re.M)
    yield "calpol ", [*names, "help", "version"]
    for name in names:
        options = re.findall(r"^  (?:-\w, |    )(--[\w-]+)", help_of(calpol, name), re.M)
        yield f"calpol {name} --", options
        yield f"calpol {name} --color ", ["auto", "always", "never"]
    yield "calpol check -o ", ["human", "json", "sarif", "github", "junit"]
    yield "calpol check --explain no-dns", ["no-dns-egress"]
    yield "calpol eval --preset ", ["iptables", "nftables", "bpf", "app-policy"]
    yield "calpol eval --option pro", ["profile_pass="]
    yield "calpol help ", names


def main():
    calpol, folder = sys.argv[1], sys.argv[2]
    results = Results()

    for shell, complete in SHELLS.items():
        for line, expected in expectations(calpol):
            name = f"{shell} completes \"{line}\""
            if not shutil.which(shell):
                results.skip(name, f"there is no {shell}")
                continue
            if shell == "zsh" and len(expected) == 1:
                continue  # a single word is put into the line, not listed
            offered = complete(folder, line, expected)
            results.check(name, [f"{word} is not offered" for word in expected if word not in offered]
                          or ([] if expected else ["nothing is expected"]))
    results.finish()


main()
