# SPDX-License-Identifier: Apache-2.0
"""Small changes of meaning to a C text: every one that the operators below can make.

Works on text and leans on its form (.clang-format): binary operators stand between blanks, the braces
of a function alone in column 0. Only bodies of functions are changed; comments, texts, preprocessor
lines and assertions are left alone.
"""
import bisect
import collections
import re

Mutant = collections.namedtuple("Mutant", "path line column operator start end text")


def described(mutant):
    """Names one mutant of one state of the tree."""
    return "%s:%d:%d %s" % (mutant.path, mutant.line, mutant.column, mutant.operator)


# ---- What is looked at

HIDDEN = re.compile(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*'
                    r"|^[ \t]*(?:_Static_)?assert\([^;]*;", re.S | re.M)
BODY = re.compile(r"^\{\n.*?^\}$", re.S | re.M)


def hide(text):
    """The text with blanks for what is not to be changed; positions stay."""
    return HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


# ---- Operators: from a hidden body and its text, generators of (start, end, other text)

def exchange(pairs):
    """An operator that puts one word for another; words stand between blanks."""
    pattern = re.compile(r"(?<= )(?:%s)(?=[ \n])" % "|".join(
        re.escape(word) for word in sorted(pairs, key=len, reverse=True)))

    def operator(body, _text):
        for match in pattern.finditer(body):
            yield match.start(), match.end(), pairs[match.group()]
    return operator


RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
LOGIC = {"&&": "||", "||": "&&"}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "/"}
BITS = {"&": "|", "|": "&", "<<": ">>", ">>": "<<"}
ASSIGNMENTS = {"+=": "-=", "-=": "+=", "|=": "&=", "&=": "|="}

# Words that come in pairs, as parts of names.
OPPOSITES = {"EGRESS": "INGRESS", "SOURCE": "DESTINATION", "ALLOW": "DENY", "PASS": "DENY", "YES": "NO",
             "MAYBE": "NO", "FIRST": "LAST", "TCP": "UDP"}
OPPOSITES.update({other: word for word, other in OPPOSITES.items() if other not in ("DENY", "NO")})
OPPOSITES.update({"DENY": "ALLOW", "NO": "YES"})


def change_names(body, _text):
    for match in re.finditer(r"\b(?:CP|CALPOL)_\w*?(%s)\b" % "|".join(OPPOSITES), body):
        yield match.start(1), match.end(1), OPPOSITES[match.group(1)]


def change_booleans(body, _text):
    for match in re.finditer(r"\b(?:true|false)\b", body):
        yield match.start(), match.end(), "false" if match.group() == "true" else "true"


def change_numbers(body, _text):
    for match in re.finditer(r"(?<![\w.])(0x[0-9a-fA-F]+|\d+)(?=[uU]?\b)", body):
        number = int(match.group(), 0)
        yield match.start(), match.end(), str(0 if number == 1 else number + 1)


def count_the_other_way(body, _text):
    for match in re.finditer(r"\+\+|--", body):
        yield match.start(), match.end(), "--" if match.group() == "++" else "++"


def drop_negations(body, _text):
    for match in re.finditer(r"[!~](?=[\w(])", body):
        yield match.start(), match.end(), ""


def closing(body, position):
    """The position of the parenthesis that closes the one at position."""
    depth = 0
    for match in re.compile(r"[()]").finditer(body, position):
        depth += 1 if match.group() == "(" else -1
        if depth == 0:
            return match.start()
    raise ValueError("a parenthesis is not closed")


def negate_conditions(body, text):
    for match in re.finditer(r"\b(?:if|while) (?=\()", body):
        start, end = match.end(), closing(body, match.end())
        yield start, end + 1, "(!" + text[start:end + 1] + ")"


def force_conditions(body, text):
    for match in re.finditer(r"\bif (?=\()", body):
        start, end = match.end(), closing(body, match.end())
        yield start, end + 1, "(0 && " + text[start:end + 1] + ")"
        yield start, end + 1, "(1 || " + text[start:end + 1] + ")"


PLACE = r"[*(]*\w+(?:(?:->|\.)\w+|\[[^\]\n]*\]|\))*"
STATEMENT = re.compile(r"^([ ]+)((?:%s [-+|&^]?= |(?!if|for|while|switch|return\b)\w+\(|\*?%s(?:\+\+|--);)"
                       r"[^;{}]*(?<=[)\w\]+-])?;|break;|continue;|return;)$" % (PLACE, PLACE), re.M)


def drop_statements(body, _text):
    for match in STATEMENT.finditer(body):
        yield match.start(2), match.end(2), ";"


def swap_statements(body, text):
    """Two statements in a row, the first of which is not the whole body of something."""
    found = list(STATEMENT.finditer(body))
    for first, second in zip(found, found[1:]):
        before = body[:first.start()].rstrip().rsplit("\n", 1)[-1].strip()
        if second.start() == first.end() + 1 and first.group(1) == second.group(1) and (
                before.endswith((";", "{", "}")) or not before):
            yield first.start(2), second.end(2), "\n".join(
                (text[second.start(2):second.end(2)], first.group(1) + text[first.start(2):first.end(2)]))


def swap_arguments(body, text):
    simple = r"[\w.&]+(?:->\w+|\.\w+|\[\w+\])*"
    for match in re.finditer(r"(?<=[(\s])(%s), (%s)(?=\))" % (simple, simple), body):
        if match.group(1) != match.group(2):
            yield match.start(), match.end(), "%s, %s" % (
                text[match.start(2):match.end(2)], text[match.start(1):match.end(1)])


OPERATORS = {
    "relation": exchange(RELATIONS),
    "logic": exchange(LOGIC),
    "arithmetic": exchange(ARITHMETIC),
    "bits": exchange(BITS),
    "assignment": exchange(ASSIGNMENTS),
    "name": change_names,
    "boolean": change_booleans,
    "number": change_numbers,
    "count": count_the_other_way,
    "negation": drop_negations,
    "condition": negate_conditions,
    "forced": force_conditions,
    "dropped": drop_statements,
    "order": swap_statements,
    "arguments": swap_arguments,
}


# ---- All together

def mutants_of(path, text):
    """Every mutant of a file; path is only noted."""
    hidden = hide(text)
    line_starts = [0] + [match.end() for match in re.finditer("\n", text)]
    for body in BODY.finditer(hidden):
        for name, operator in OPERATORS.items():
            for start, end, other in operator(body.group(), text[body.start():body.end()]):
                start, end = start + body.start(), end + body.start()
                line = bisect.bisect_right(line_starts, start)
                yield Mutant(path, line, start - line_starts[line - 1] + 1, name, start, end, other)


def applied(mutant, text):
    return text[:mutant.start] + mutant.text + text[mutant.end:]
