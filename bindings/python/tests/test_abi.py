# SPDX-License-Identifier: Apache-2.0
"""The mirror of the C interface is true: names, numbers and structs are those of the headers."""

import ctypes
import re
import unittest
from types import SimpleNamespace
from unittest import mock

import calpol
from calpol import _abi, _codes, _library
from support import SOURCE_ROOT


def header_text():
    """All public headers, without comments."""
    headers = sorted((SOURCE_ROOT / "include" / "calpol").glob("*.h"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in headers)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


HEADERS = header_text()


def enum(name):
    """Name and value of the members of an enum."""
    body = re.search(rf"enum {name} \{{(.*?)\}}", HEADERS, re.S).group(1)
    pairs = re.findall(r"(CALPOL_\w+)\s*=\s*([^,]+)", body)
    return {key: eval(value.strip().replace("u", "")) for key, value in pairs}


def fields(name):
    """Names of the fields of a struct in order, without function pointers."""
    body = re.search(rf"struct calpol_{name} \{{(.*?)\n\}};", HEADERS, re.S).group(1)
    found = []
    for declaration in body.split(";"):
        pointer = re.search(r"\(\*(\w+)\)", declaration)
        if pointer:
            found.append(pointer.group(1))
        elif declaration.strip():
            names = re.sub(r"\[\d+\]", "", declaration).split(",")
            found += [re.search(r"(\w+)\s*$", each).group(1) for each in names]
    return found


class Numbers(unittest.TestCase):
    def check(self, enum_name, prefix, actual):
        expected = {key[len(prefix):]: value for key, value in enum(enum_name).items()}
        self.assertGreater(len(expected), 1)
        self.assertEqual(expected, actual)

    def check_constants(self, enum_name, prefix):
        constants = vars(_abi).items()
        names = {name[len("CALPOL_"):] for name in enum(enum_name)}
        self.check(enum_name, "CALPOL_", {key: value for key, value in constants if key in names})
        known = {key for key, value in constants if key.startswith(prefix) and isinstance(value, int)}
        self.assertEqual(known, {name for name in names if name.startswith(prefix)})

    def test_enums_are_those_of_the_headers(self):
        for kind in (_codes.Action, _codes.Stage, _codes.Reason, _codes.Severity, _codes.State,
                     _codes.Dialect):
            name = kind.__name__
            members = {member.name: int(member) for member in kind}
            self.check(f"calpol_{name.lower()}", f"CALPOL_{name.upper()}_", members)

    def test_dependencies_are_those_of_the_header(self):
        members = {member.name: int(member) for member in _codes.Depends}
        self.check("calpol_dependency", "CALPOL_DEPENDS_", members)

    def test_constants_are_those_of_the_headers(self):
        self.check_constants("calpol_given", "GIVEN_")
        self.check_constants("calpol_load_flag", "LOAD_")
        self.check_constants("calpol_status", "ERROR_")
        self.check_constants("calpol_column", "COLUMN_")
        none = re.search(r"#define CALPOL_NONE (\w+)u", HEADERS).group(1)
        self.assertEqual(int(none, 16), _abi.NONE)

    def test_every_struct_is_mirrored_under_its_number(self):
        numbers = enum("calpol_struct_id")
        expected = {value: key[len("CALPOL_STRUCT_"):].replace("_", "").lower()
                    for key, value in numbers.items()}
        actual = {number: struct.__name__.lower() for number, struct in _abi.STRUCTS.items()}
        self.assertEqual(expected, actual)

    def test_fields_of_structs_are_those_of_the_headers(self):
        for key, number in enum("calpol_struct_id").items():
            name = key[len("CALPOL_STRUCT_"):].lower()
            with self.subTest(name):
                mirrored = [field[0] for field in _abi.STRUCTS[number]._fields_]
                self.assertEqual(fields(name), mirrored)


class Functions(unittest.TestCase):
    def test_every_function_of_the_library_has_a_prototype(self):
        text = (SOURCE_ROOT / "lib" / "calpol.map").read_text(encoding="utf-8")
        exported = re.findall(r"^\s+(calpol_\w+);", text, re.M)
        self.assertEqual(sorted(exported), list(_abi.FUNCTIONS))

    def test_prototypes_have_as_many_arguments_as_the_declarations(self):
        for name, (_, *arguments) in _abi.FUNCTIONS.items():
            with self.subTest(name):
                declared = re.search(rf"\b{name}\(([^;]*)\);", HEADERS).group(1)
                count = 0 if declared.strip() == "void" else declared.count(",") + 1
                self.assertEqual(count, len(arguments))

    def test_prototypes_are_pointers_where_the_declarations_are(self):
        for name, (_, *arguments) in _abi.FUNCTIONS.items():
            declared = re.search(rf"\b{name}\(([^;]*)\);", HEADERS).group(1)
            for argument, kind in zip(declared.split(","), arguments):
                with self.subTest(f"{name}: {argument}"):
                    code = getattr(kind, "_type_", None)
                    is_pointer = code in ("P", "z") or not isinstance(code, str)
                    self.assertEqual("*" in argument, is_pointer)


class Binding(unittest.TestCase):
    def bind(self, **replaced):
        """Binds to the library with other functions in place of some."""
        functions = {name: getattr(_library.lib, name) for name in _abi.FUNCTIONS}
        functions.update(replaced)
        kept = {name: value for name, value in functions.items() if value}
        _abi.bind(SimpleNamespace(_name="other.so", **kept))

    def tearDown(self):
        _abi.bind(_library.lib)

    def test_the_library_binds(self):
        self.bind()

    def test_a_struct_of_another_size_is_refused(self):
        size = _library.lib.calpol_struct_size
        other = mock.Mock(side_effect=lambda number: size(number) + (number == 7))
        with self.assertRaisesRegex(ImportError, "struct Verdict has 52 bytes|has 49 bytes"):
            self.bind(calpol_struct_size=other)

    def test_a_missing_function_is_refused_by_name(self):
        with self.assertRaisesRegex(ImportError, "other.so has no function calpol_evaluate"):
            self.bind(calpol_evaluate=None)


class Names(unittest.TestCase):
    def test_codes_are_called_what_the_library_calls_them(self):
        lib = _library.lib
        for kind, name in ((calpol.Action, lib.calpol_action_name),
                           (calpol.Stage, lib.calpol_stage_name),
                           (calpol.Reason, lib.calpol_reason_name)):
            for code in kind:
                with self.subTest(code):
                    self.assertIn(name(code).decode(), (str(code), "" if not code else None))

    def test_a_code_that_is_not_known_yet_is_a_code_all_the_same(self):
        reason = calpol.Reason(200)
        self.assertEqual((reason, str(reason)), (200, "code-200"))
        self.assertNotIn(200, list(calpol.Reason))

    def test_what_is_no_number_is_no_code(self):
        with self.assertRaises(ValueError):
            calpol.Reason("failsafe")

    def test_names_of_codes_are_formatted_as_text(self):
        self.assertEqual(f"{calpol.Action.ALLOW:>6}", " allow")

    def test_dependencies_are_listed_by_name(self):
        depends = calpol.Depends.PROTOCOL | calpol.Depends.HTTP_PATH
        self.assertEqual(str(depends), "protocol, http.path")
        self.assertEqual(str(calpol.Depends(0)), "")


if __name__ == "__main__":
    unittest.main()
