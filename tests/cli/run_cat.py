# SPDX-License-Identifier: Apache-2.0
"""Asks the questions of the cat scenario on the command line, with options and as flows in JSON.

usage: run_cat.py CALPOL EXAMPLE_FOLDER
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

STATUS = {"allow": 0, "deny": 2, "unknown": 4}


def files(question):
    return ["-p", *question["files"]]


def relabels(question):
    for reference, labels in (question["relabel"] or {}).items():
        for key, value in labels.items():
            yield from ("--relabel", reference, f"{key}={value}")


def reference(party):
    return party.get("ref") or party["ip"]


def flow_options(flow):
    yield from ("--from", reference(flow["source"]), "--to", reference(flow["destination"]))
    yield from ("--protocol", flow["protocol"], "--port", str(flow["destination_port"]))
    yield from ("--source-port", str(flow["source_port"]))
    for domain in flow["destination"].get("domains", []):
        yield from ("--domain", domain)


def run(calpol, folder, arguments, stdin=""):
    return subprocess.run([calpol, *arguments], input=stdin, capture_output=True, text=True,
                          cwd=folder)


def differences(expected, answer, path=""):
    """Where an answer differs from what is expected; what is not mentioned does not count."""
    if isinstance(expected, dict) and isinstance(answer, dict):
        for key, value in expected.items():
            yield from differences(value, answer.get(key), f"{path}.{key}".lstrip("."))
    elif expected != answer:
        yield f"{path} is {json.dumps(answer)}, expected {json.dumps(expected)}"


def complaints(done):
    """What is on standard error, but for the remark that domains are not open source."""
    return [row for row in done.stderr.splitlines() if not row.endswith("[extension]")]


def answer_faults(question, done, status):
    if done.returncode != status:
        return [f"exit status {done.returncode}, expected {status}", *done.stderr.splitlines()]
    if complaints(done):
        return complaints(done)
    return list(differences(question["expect"], json.loads(done.stdout)))


def in_people_s_words(question, done):
    """The first line has the verdict, and the deciding policy is named below it."""
    expected = question["expect"]
    faults = []
    if expected["verdict"] not in done.stdout.splitlines()[0].lower():
        faults.append(f"the first line does not say {expected['verdict']}")
    for direction in ("egress", "ingress"):
        policy = expected.get(direction, {}).get("policy")
        name = policy and policy.split(":")[1].split("/")[-1]
        if name and name not in done.stdout:
            faults.append(f"{name} is not named")
    return faults


def ask_by_options(results, calpol, folder, number, question):
    arguments = ["eval", *files(question), *flow_options(question["flow"]), *relabels(question)]
    status = STATUS[question["expect"]["verdict"]]
    name = f"step {question['step']}, question {number}: {question['title']}"

    done = run(calpol, folder, [*arguments, "-o", "json"])
    results.check(f"{name}: {question['expect']['verdict']}",
                  answer_faults(question, done, status))
    done = run(calpol, folder, arguments)
    results.check(f"{name}: in people's words", in_people_s_words(question, done))


def ask_by_lines(results, calpol, folder, step, questions):
    """All flows of a step in one run."""
    first = questions[0]
    lines = "".join(json.dumps(question["flow"]) + "\n" for question in questions)
    done = run(calpol, folder, ["eval", *files(first), *relabels(first), "--flow", "-", "-o", "json"],
               lines)
    answers = done.stdout.splitlines()
    faults = []

    if done.returncode != 0 or complaints(done) or len(answers) != len(questions):
        faults = [f"exit status {done.returncode}, {len(answers)} answers", *complaints(done)]
    else:
        for question, answer in zip(questions, answers):
            faults += [f"{question['title']}: {difference}"
                       for difference in differences(question["expect"], json.loads(answer))]
    results.check(f"step {step} in one run", faults)


def main():
    calpol, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    vectors = pathlib.Path(__file__).resolve().parent.parent / "vectors"
    questions = json.loads((vectors / "cat.json").read_text(encoding="utf-8"))
    results = Results()

    results.check("there are 28 questions", [] if len(questions) == 28 else [str(len(questions))])
    for number, question in enumerate(questions, 1):
        ask_by_options(results, calpol, folder, number, question)
    for step in sorted({question["step"] for question in questions}):
        ask_by_lines(results, calpol, folder, step,
                     [question for question in questions if question["step"] == step])
    results.finish()


main()
