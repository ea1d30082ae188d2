# SPDX-License-Identifier: Apache-2.0
"""Markdown as everybody writes it to Markdown as Doxygen reads it, on standard output: filter.py PAGE

Doxygen ends a code span at a single quote, reads what looks like a link or tag in it, and knows a heading by
a label only.
"""

import pathlib
import re
import sys


def spans(line):
    """Code spans as HTML, in which nothing is read."""
    def span(match):
        text = match.group(1).replace("\\|", "|").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = re.sub(r"([#%@\\*_~|\[\]])", r"\\\1", text)
        text = text.replace("::", r"\::").replace("--", r"\--").replace('"', "&quot;")
        return f"<code>{text}</code>"

    return re.sub(r"(?<!`)`([^`]+)`(?!`)", span, line)


def main():
    fenced = False
    for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").split("\n"):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            heading = re.match(r"^##+ ([a-z][a-z0-9-]+)$", line)
            line = f"{line} {{#{heading.group(1)}}}" if heading else spans(line)
        print(line)


main()
