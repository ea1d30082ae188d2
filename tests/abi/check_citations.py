# SPDX-License-Identifier: Apache-2.0
"""What is cited of the specification exists: rules (EV-61, K8-115, D-3) and chapters (resources.md 5.4).

usage: check_citations.py SOURCE_ROOT
"""

import pathlib
import re
import sys

from tap import Results

FOLDERS = ["include", "lib", "cli", "bindings", "examples", "bench", "fuzz", "tests", "docs"]
SUFFIXES = {".h", ".c", ".def", ".py", ".go", ".md", ".cases", ".map"}
PAGES = ["evaluation", "kubernetes", "resources", "selectors"]

RULE = re.compile(r"\b(?:EV|K8|D)-\d+\b")
NUMBER = r"\d+(?:\.\d+)?"
CHAPTER = re.compile(rf"\b({'|'.join(PAGES)})\.md`?,? (?:chapters? |sections? )?({NUMBER}(?:(?:, | and ){NUMBER})*)(?![\d-])")


def rules_of(text):
    """EV and K8 are defined in bold, D in the rows of a table."""
    return set(re.findall(r"\*\*((?:EV|K8)-\d+)\*\*", text)) | set(re.findall(r"^\| (D-\d+) \|", text, re.M))


def chapters_of(text):
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {number for heading in headings for number in re.findall(rf"(?:^|, )({NUMBER})(?=[. ])", heading)}


def in_one_line(text):
    """A citation may go over the end of a line, in a comment too."""
    return re.sub(r"\s*\n\s*(?:\*(?!\*)|#|//)?\s*", " ", text)


def files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path
    yield from sorted(root.glob("*.md"))


def main():
    root = pathlib.Path(sys.argv[1])
    texts = {page: (root / "docs" / "spec" / f"{page}.md").read_text(encoding="utf-8") for page in PAGES}
    rules = set().union(*map(rules_of, texts.values()))
    chapters = {page: chapters_of(text) for page, text in texts.items()}
    results = Results()
    faults, cited = [], 0

    for path in files(root):
        text = in_one_line(path.read_text(encoding="utf-8"))
        name = path.relative_to(root)
        for rule in RULE.findall(text):
            cited += 1
            if rule not in rules:
                faults.append(f"{name}: {rule} is no rule of docs/spec/")
        for page, numbers in CHAPTER.findall(text):
            for number in re.findall(NUMBER, numbers):
                cited += 1
                if number not in chapters[page]:
                    faults.append(f"{name}: docs/spec/{page}.md has no chapter {number}")
    results.check("every rule and chapter that is cited exists in docs/spec/", faults)
    results.check("there are citations", [] if cited > 1000 else [f"found {cited} only"])
    defined = [rule for text in texts.values() for rule in re.findall(r"^\*\*((?:EV|K8)-\d+)\*\*", text, re.M)]
    results.check("no rule is defined twice", sorted({rule for rule in defined if defined.count(rule) > 1}))
    results.finish()


main()
