# SPDX-License-Identifier: Apache-2.0
"""Records, which are answered fast and many at a time: they say what `-o json` says of the same flows,
which are asked one by one. All clusters of the vectors, each with its flows and random mixtures of them.
Then how a filter behaves in a pipe.

usage: check_records.py CALPOL SOURCE_ROOT [STRIDE]

With STRIDE only each such cluster is taken.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "abi"))
from tap import Results

FILES = ["evaluation", "findings", "kubernetes", "differential", "user-cases"]
MIXTURES = 40
DECISION = ["action", "tier", "policy", "rule_index"]


# ---- Clusters and flows --------------------------------------------------------------------------


def clusters(root):
    """(name, resources, arguments) to flows."""
    found = {}
    for file in FILES:
        path = root / "tests" / "vectors" / f"{file}.json"
        for vector in json.loads(path.read_text(encoding="utf-8")):
            if "load" in vector["expect"]:
                continue
            options = dict(vector.get("options", {}))
            arguments = ["--dialect", options.pop("dialect", "calico" if file == "evaluation" else "auto")]
            arguments += ["--as-dataplane"] if vector.get("lenient") else []
            for name, value in sorted(options.items()):
                arguments += ["--option", f"{name}={value}"]
            key = (vector["resources"], tuple(arguments))
            found.setdefault(key, []).append(vector["flow"])
    return found


def addresses(resources):
    return re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", resources)


def mixtures(flows, resources, chance):
    """Flows whose ends, protocols and ports come from here and there, some of them wrong."""
    ends = [flow[name] for flow in flows for name in ("source", "destination") if name in flow]
    ends += [{"ip": address} for address in addresses(resources)]
    ends += [{"ip": "203.0.113.9"}, {"ip": "2001:db8::9"}, {"ref": "pod:no/body"}, {"ref": "no/body"}, {},
             {"ip": "1.2.3"}, {"ref": "10.0.0.1"}, {"ip": "shop/web"}, {"ip": "ip:10.0.0.1"}]
    for name in re.findall(r"name: ([\w.-]+), namespace: ([\w.-]+)", resources):
        ends += [{"ref": f"pod:{name[1]}/{name[0]}"}, {"ref": f"{name[1]}/{name[0]}", "ip": "10.0.0.1"}]
    ports = [80, 443, 0, 65535, 65536, "80", -1, 8.5] + re.findall(r"port: (\d+)", resources)
    ports += [flow["destination_port"] for flow in flows if "destination_port" in flow]
    protocols = ["TCP", "udp", "SCTP", "ICMP", 6, "17", 58, 0, 300, "none", 6.5]
    for _ in range(MIXTURES):
        flow = dict(chance.choice(flows)) if chance.random() < 0.4 else {}
        for name in ("source", "destination"):
            if chance.random() < 0.7:
                flow[name] = chance.choice(ends)
        if "domains" in flow.get("source", {}):
            flow["source"] = {}
        if chance.random() < 0.8:
            flow["protocol"] = chance.choice(protocols[:6] if chance.random() < 0.8 else protocols)
        for name in ("source_port", "destination_port"):
            if chance.random() < 0.7:
                port = chance.choice(ports)
                flow[name] = int(port) if isinstance(port, str) and chance.random() < 0.9 else port
        if chance.random() < 0.1:
            flow["state"] = chance.choice(["new", "established", "related", "invalid", "old"])
        yield flow


def text_of(value):
    return isinstance(value, str) and value and not any(byte in value for byte in "\t\r\n\0")


def row_of(flow):
    """The flow as cells by column; None if it cannot be said so."""
    cells = {}
    for end in ("source", "destination"):
        for name, value in flow.get(end, {}).items():
            if name == "domains":
                if not all(text_of(item) and item != "-" and "," not in item for item in value):
                    return None
                cells["domains"] = ",".join(value) or "-"
            elif name not in ("ref", "ip") or not text_of(value) or value == "external":
                return None
            else:
                cells[end if name == "ref" else end + "_ip"] = value
        # A reference that is an address is one in a cell.
        if re.fullmatch(r"[\d.]+|[\da-f:]*::[\da-f:]*", cells.get(end, "")):
            return None
    for name, value in flow.items():
        if name in ("source", "destination"):
            continue
        members = {f"{name}_{key}": item for key, item in value.items()} if isinstance(value, dict) \
            else {name: value}
        for key, item in members.items():
            plain = isinstance(item, int) and not isinstance(item, bool) and 0 <= item <= 65535
            if not (plain or text_of(item)) or key.startswith("pre_dnat") or \
                    (isinstance(item, str) and item.isdigit() and key != "protocol"):
                return None
            cells[key] = str(item)
    return cells if ("source" in cells or "source_ip" in cells) else None


# ---- Comparison ----------------------------------------------------------------------------------


def expected_end(end):
    """A direction of a result in the words of a record."""
    if end is None or end["stage"] == "":
        return None
    return {name: end.get(name) for name in DECISION + ["stage", "reason"]}


def expected_answer(line, result):
    if "error" in result:
        message = re.sub(r" \(line \d+, column \d+\)$", "", result["message"])
        return {"line": line, "error": result["error"], "message": message}
    said = {"line": line}
    for name in ("verdict", "decided_by", "reason", "depends_on"):
        if name in result:
            said[name] = result[name]
    for name in ("egress", "ingress"):
        said[name] = expected_end(result[name])
    return said


def same(expected, answer):
    """Equal, but that a record has no name for what no ruleset holds: that no profile matched, and a
    profile that only the flow describes."""
    for name in ("egress", "ingress"):
        wanted, found = expected.get(name), answer.get(name)
        if wanted and found and wanted["policy"] and found["policy"] is None and \
                wanted["policy"].startswith("pro:"):
            for key in ("tier", "policy", "rule_index"):
                wanted[key] = None
    return expected == answer


def cells_of(answer):
    """The cells that the answer should be, from that in JSON."""
    cells = {name: "" for name in ("decided_by", "reason", "verdict", "error", "message", "depends_on")}
    for name in list(cells) + ["line"]:
        value = answer.get(name)
        if isinstance(value, list):
            value = ",".join(value)
        cells[name] = "" if value is None else str(value)
    for end in ("egress", "ingress"):
        for name in DECISION:
            value = (answer.get(end) or {}).get(name)
            cells[f"{end}_{name}"] = "" if value is None else str(value)
    return {f"answer_{name}": value for name, value in cells.items()}


class Asker:
    def __init__(self, calpol, folder):
        self.calpol = calpol
        self.folder = pathlib.Path(folder)

    def ask(self, path, arguments, text):
        command = [self.calpol, "eval", "-q", "-p", str(path), *arguments, "--flow", "-"]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        if done.returncode not in (0, 2, 3, 4) or done.stderr:
            raise RuntimeError(f"{done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode().splitlines()

    def check_objects(self, path, arguments, flows):
        text = "".join(json.dumps(flow) + "\n" for flow in flows)
        results = [json.loads(line) for line in self.ask(path, [*arguments, "-o", "json"], text)]
        records = [dict(flow, id=[i, {"a": "b"}]) for i, flow in enumerate(flows)]
        text = "".join(json.dumps(record) + "\n" for record in records)
        answered = [json.loads(line) for line in self.ask(path, [*arguments, "-o", "records"], text)]
        if len(results) != len(flows) or len(answered) != len(flows):
            return [f"{len(flows)} flows, {len(results)} results, {len(answered)} records"], []
        faults, answers = [], []
        for i, (record, result, given) in enumerate(zip(records, results, answered)):
            answer = given.pop("answer")
            answers.append(answer)
            if given != record:
                faults.append(f"{record} came back as {given}")
            expected = expected_answer(i + 1, result)
            if not same(expected, answer):
                faults.append(f"{record}: {answer} instead of {expected}")
        return faults, answers

    def check_rows(self, path, arguments, flows, answers):
        rows = [(row_of(flow), answer) for flow, answer in zip(flows, answers)]
        rows = [(cells, answer) for cells, answer in rows if cells]
        if not rows:
            return []
        columns = sorted({name for cells, _ in rows for name in cells} | {"source", "destination", "x y"})
        table = [columns] + [[cells.get(name, "é" if name == "x y" else "") for name in columns]
                             for cells, _ in rows]
        text = "".join("\t".join(cells) + "\n" for cells in table)
        lines = [line.split("\t") for line in self.ask(path, arguments, text)]
        faults = []
        if len(lines) != len(table):
            return [f"{len(table)} rows in, {len(lines)} out"]
        for i, (cells, answer) in enumerate(rows, 1):
            given = dict(zip(lines[0], lines[i]))
            expected = cells_of(dict(answer, line=i + 1))
            if lines[i][:len(columns)] != table[i] or len(lines[i]) != len(lines[0]):
                faults.append(f"{table[i]} came back as {lines[i]}")
            found = {name: given.get(name) for name in expected}
            if found != expected:
                faults.append(f"{cells}: {found} instead of {expected}")
        return faults

    def check(self, number, resources, arguments, flows):
        path = self.folder / f"{number}.yaml"
        path.write_text(resources, encoding="utf-8")
        # In a table the source is read first, and the first error is told.
        flows = [dict(sorted(flow.items(), key=lambda item: item[0] != "source"))
                 for flow in flows + list(mixtures(flows, resources, random.Random(number)))]
        try:
            faults, answers = self.check_objects(path, arguments, flows)
            faults += self.check_rows(path, arguments, flows, answers)
        except RuntimeError as error:
            faults = [str(error)]
        path.unlink()
        return [f"cluster {number}: {fault}" for fault in faults], len(flows)


def check_equal(results, calpol, root, stride):
    found = sorted(clusters(root).items())[::stride]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        asker = Asker(calpol, folder)
        done = list(pool.map(lambda item: asker.check(item[0], item[1][0][0], list(item[1][0][1]), item[1][1]),
                             enumerate(found)))
    faults = [fault for fault_list, _ in done for fault in fault_list]
    count = sum(number for _, number in done)
    print(f"# {count} flows of {len(found)} clusters")
    results.check("a record says what the trace says, in JSON and in a table", faults[:20])


# ---- In a pipe -----------------------------------------------------------------------------------


class Filter:
    """A running `calpol eval` whose input is held open."""

    def __init__(self, calpol, root, *arguments):
        cluster = str(root / "examples" / "cat")
        self.process = subprocess.Popen(
            [calpol, "eval", "-q", "-p", cluster, "--flow", "-", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
        )

    def send(self, data):
        self.process.stdin.write(data)

    def line(self, seconds=20):
        """The next line, or None if none comes."""
        lines = []
        reader = threading.Thread(target=lambda: lines.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(seconds)
        return lines[0] if lines else None

    def end(self):
        self.process.stdin.close()
        out = self.process.stdout.read()
        error = self.process.stderr.read()
        return self.process.wait(), out, error


FLOW = b'{"source": {"ref": "default/cat"}, "destination": {"ip": "192.0.2.1"}}'


def check_waiting(results, calpol, root):
    """Whoever asks one flow and waits gets its answer."""
    faults = []
    for arguments, header, record in [
            (["-o", "records"], b"", FLOW + b"\n"),
            (["-o", "json"], b"", FLOW + b"\n"),
            ([], b"source\tdestination\n", b"default/cat\t192.0.2.1\n")]:
        running = Filter(calpol, root, *arguments)
        running.send(header)
        if header and not (running.line() or b"").startswith(b"source\tdestination\tanswer_line"):
            faults.append("no header")
        for _ in range(3):
            running.send(record[:10])
            running.send(record[10:])
            if b"deny" not in (running.line() or b""):
                faults.append(f"{arguments}: no answer while the input waits")
        running.end()
    results.check("an answer does not wait for more input", faults)


def check_reader_gone(results, calpol, root):
    running = Filter(calpol, root, "-o", "records")
    running.process.stdout.close()
    try:
        for _ in range(1000):
            running.send((FLOW + b"\n") * 100)
    except BrokenPipeError:
        pass
    try:
        running.process.stdin.close()
    except BrokenPipeError:
        pass
    status = running.process.wait(30)
    error = running.process.stderr.read()
    good = status in (-signal.SIGPIPE, 1)
    results.check("it ends when nobody reads the answers", [] if good else [f"{status}: {error}"])


def check_full_disk(results, calpol, root):
    if not os.path.exists("/dev/full"):
        results.skip("a full disk is an error", "there is no /dev/full")
        return
    with open("/dev/full", "wb") as full:
        done = subprocess.run([calpol, "eval", "-q", "-p", str(root / "examples" / "cat"), "--flow", "-",
                               "-o", "records"], input=(FLOW + b"\n") * 5000, stdout=full,
                              stderr=subprocess.PIPE, check=False)
    good = done.returncode == 1 and b"cannot write" in done.stderr
    results.check("a full disk is an error", [] if good else [f"{done.returncode}: {done.stderr}"])


def check_many(results, calpol, root):
    """Order and count over many batches, and no more memory for them."""
    faults = []
    running = Filter(calpol, root, "-o", "records")
    count = 20000
    sent = threading.Thread(target=lambda: [running.send(FLOW[:-1] + b', "n": %d}\n' % n) for n in range(count)]
                            and running.process.stdin.close())
    sent.start()
    for n, line in enumerate(running.process.stdout):
        record = json.loads(line)
        if record["n"] != n or record["answer"]["line"] != n + 1:
            faults.append(f"record {n} is {record}")
            break
    else:
        n += 1
    if n != count:
        faults.append(f"{n} answers")
    running.process.kill() if faults else None
    sent.join(30)
    running.process.wait(30)
    results.check("answers come in the order of the flows, one for each", faults)


def check_bytes(results, calpol, root):
    """What no flow should have."""
    limit = 1 << 20
    lines = [
        (FLOW + b"\r", "deny"),
        (b"\xef\xbb\xbf" + FLOW, "bad-json"),  # only a file begins so
        (FLOW[:-1] + b', "x": "\0"}', "bad-json"),
        (FLOW[:-1] + b', "x": "\xff"}', "bad-json"),
        (FLOW[:-1] + b', "x": "' + "é\U0001f600".encode() + b'\\u00e9"}', "deny"),
        (FLOW[:-1] + b', "x": "' + b"y" * (limit - 200) + b'"}', "deny"),
        (FLOW[:-1] + b', "x": "' + b"y" * (2 * limit) + b'"}', "bad-json"),
        (FLOW[:-1] + b', "x": ' + b"[" * 40 + b"]" * 40 + b"}", "bad-json"),
        (FLOW[:-1] + b', "x": ' + b"[" * 30 + b"]" * 30 + b"}", "deny"),
        (b"{" + b", ".join(b'"k%d": 1' % i for i in range(300)) + b"}", "bad-json"),
        (FLOW[:-1] + b', "sour\\u0063e": {}}', "bad-field"),
        (FLOW[:-1] + b', "x\\"y": 1}', "deny"),
        (FLOW[:-1] + b", }", "bad-json"),
        (FLOW[:-1] + b', "x": 01}', "bad-json"),
        (FLOW[:-1] + b', "x": NaN}', "bad-json"),
        (FLOW + b"}", "bad-json"),
        (FLOW, "deny"),  # the last, without a line feed
    ]
    running = Filter(calpol, root, "-o", "records")
    sender = threading.Thread(target=lambda: (running.send(b"\n".join(line for line, _ in lines)),
                                              running.process.stdin.close()))
    sender.start()
    answered = [json.loads(line.decode("utf-8")) for line in running.process.stdout]
    sender.join()
    faults = [] if running.process.wait() == 3 else ["the exit status is not 3"]
    found = [record["answer"].get("error", record["answer"].get("verdict")) for record in answered]
    for number, (line, wanted) in enumerate(lines):
        if number >= len(found) or found[number] != wanted:
            faults.append(f"{line[:100]}: {answered[number]['answer'] if number < len(found) else None}")
    results.check("strange bytes are answered for themselves", faults)


def main():
    calpol, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    stride = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    results = Results()
    check_equal(results, calpol, root, stride)
    check_waiting(results, calpol, root)
    check_reader_gone(results, calpol, root)
    check_full_disk(results, calpol, root)
    check_many(results, calpol, root)
    check_bytes(results, calpol, root)
    results.finish()


if __name__ == "__main__":
    main()
