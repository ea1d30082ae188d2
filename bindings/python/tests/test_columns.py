# SPDX-License-Identifier: Apache-2.0
"""Tables of flows: every form a column may have comes to the same records."""

import array
import ctypes
import ipaddress
import itertools
import unittest
from unittest import mock

import calpol
from calpol import _abi, _columns
from support import needs, ruleset, without_numpy

NONE = calpol.NONE


def fields(flows):
    """The fields of the records that tests look at, one tuple for each."""
    found = []
    size = ctypes.sizeof(_abi.Flow)
    for start in range(0, len(flows.buffer), size):
        flow = _abi.Flow.from_buffer_copy(flows.buffer[start:start + size])
        found.append(flow)
    return found


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()
        cls.web = cls.ruleset.endpoint("shop/web").id
        cls.db = cls.ruleset.endpoint("shop/db").id

    def records(self, table, **options):
        return fields(self.ruleset.flows(table, **options))

    def check_both(self, table, check, **options):
        """With numpy, where it is, and as if it were not."""
        check(self.records(table, **options))
        with without_numpy():
            check(self.records(table, **options))


class Numbers(Case):
    def check_ports(self, column):
        def check(flows):
            self.assertEqual([flow.destination_port for flow in flows], [80, 443, 65535])
            self.assertEqual({flow.given for flow in flows}, {calpol.GIVEN_DESTINATION_PORT})
            self.assertEqual({flow.source_port for flow in flows}, {0})
            self.assertEqual({(flow.source_endpoint, flow.destination_endpoint) for flow in flows},
                             {(NONE, NONE)})
        self.check_both({"destination_port": column}, check)

    def test_columns_are_lists_or_arrays_of_any_width(self):
        ports = [80, 443, 65535]
        self.check_ports(ports)
        self.check_ports(tuple(ports))
        for code in "HiIlLqQ":
            with self.subTest(code):
                self.check_ports(array.array(code, ports))
                self.check_ports(memoryview(array.array(code, ports)))

    def test_none_in_a_list_is_not_known(self):
        def check(flows):
            self.assertEqual([(flow.given, flow.icmp_type) for flow in flows],
                             [(calpol.GIVEN_ICMP_TYPE, 8), (0, 0), (calpol.GIVEN_ICMP_TYPE, 0)])
        self.check_both({"icmp_type": [8, None, 0]}, check)

    def test_gaps_of_several_columns_do_not_mix(self):
        def check(flows):
            self.assertEqual([flow.given for flow in flows], [
                calpol.GIVEN_PROTOCOL | calpol.GIVEN_SOURCE_PORT | calpol.GIVEN_ICMP_CODE,
                calpol.GIVEN_PROTOCOL | calpol.GIVEN_ICMP_CODE,
                calpol.GIVEN_PROTOCOL | calpol.GIVEN_SOURCE_PORT])
        self.check_both({"protocol": [6, 6, 6], "source_port": [1, None, 3], "icmp_code": [0, 1, None]},
                        check)

    def test_endpoints_are_ids(self):
        def check(flows):
            self.assertEqual([(flow.source_endpoint, flow.destination_endpoint) for flow in flows],
                             [(self.web, self.db), (self.db, self.db)])
        self.check_both({"source": [self.web, self.db], "destination": self.db}, check)

    def test_states_are_numbers_or_one_name(self):
        self.check_both({"state": [0, 1, 2, 3]}, lambda flows: self.assertEqual(
            [flow.state for flow in flows], [0, 1, 2, 3]))
        self.check_both({"state": "related", "protocol": [6]}, lambda flows: self.assertEqual(
            flows[0].state, calpol.State.RELATED))
        with self.assertRaisesRegex(ValueError, "no state, expected one of new, established"):
            self.records({"state": "old", "protocol": [6]})

    def test_bytes_are_numbers_up_to_255(self):
        self.check_both({"protocol": b"\x06\x11"}, lambda flows: self.assertEqual(
            [flow.protocol for flow in flows], [6, 17]))
        self.check_both({"destination_port": b"\x06\x11"}, lambda flows: self.assertEqual(
            [flow.destination_port for flow in flows], [6, 17]))

    def test_numbers_out_of_range_are_refused_not_cut(self):
        for name, values in (("destination_port", [1, 65536]), ("destination_port", [-1, 1]),
                             ("protocol", [256]), ("icmp_code", [256]), ("state", [4]),
                             ("source", [2**32]), ("destination_port", 65536), ("protocol", -1)):
            table = {name: values, "no_http": [True] * 2}
            with self.subTest(table):
                with self.assertRaisesRegex(ValueError, f"column {name} has values outside 0 to"):
                    self.records(table)
                with without_numpy(), self.assertRaisesRegex(ValueError, "outside 0 to"):
                    self.records(table)

    def test_what_is_no_integer_is_refused(self):
        for values in ([1.5], ["x"], [object()], ["80"]):
            with self.assertRaises((TypeError, ValueError)):
                self.records({"destination_port": values})
            with without_numpy(), self.assertRaises((TypeError, ValueError)):
                self.records({"destination_port": values})


class Texts(Case):
    def test_ends_are_addresses_or_references(self):
        def check(flows):
            self.assertEqual([flow.source_endpoint for flow in flows], [self.web, NONE, NONE, self.db])
            self.assertEqual([flow.source_address.family for flow in flows], [0, 4, 6, 0])
            self.assertEqual(bytes(flows[1].source_address.bytes), bytes([10, 0, 0, 9]) + bytes(12))
            self.assertEqual({flow.given for flow in flows}, {0})
        self.check_both({"source": ["shop/web", "10.0.0.9", "fd00::9", "pod:shop/db"]}, check)

    def test_addresses_may_be_objects(self):
        addresses = [ipaddress.ip_address("10.0.0.9"), "10.0.0.9", None]
        self.check_both({"source": addresses}, lambda flows: self.assertEqual(
            [flow.source_address.family for flow in flows], [4, 4, 0]), external_nulls=True)
        self.check_both({"source": addresses[0], "protocol": [6]}, lambda flows: self.assertEqual(
            flows[0].source_address.family, 4))

    def test_protocols_are_names(self):
        def check(flows):
            self.assertEqual([(flow.protocol, flow.given) for flow in flows],
                             [(6, calpol.GIVEN_PROTOCOL), (17, calpol.GIVEN_PROTOCOL), (0, 0)])
        self.check_both({"protocol": ["TCP", "udp", None]}, check)

    def test_one_text_is_for_all(self):
        def check(flows):
            self.assertEqual([(flow.source_endpoint, flow.protocol, flow.destination_port)
                              for flow in flows], [(self.web, 6, 1), (self.web, 6, 2)])
        self.check_both({"source": "shop/web", "protocol": "TCP", "destination_port": [1, 2]}, check)

    def test_what_cannot_be_read_is_a_bad_flow(self):
        for name, values in (("source", ["shop/wev", "shop/web"]), ("destination", ["", "shop/db"]),
                             ("protocol", ["TPC", "TCP"]), ("source", ["node:n1", "shop/web"]),
                             ("source", ["sh\u00f6p/web", "shop/web"])):
            with self.subTest(values):
                table = {"source": "shop/web", "destination": "shop/db", "protocol": "TCP",
                         "destination_port": 5432, name: values}
                self.check_both(table, lambda flows: self.assertEqual(
                    [flow.given & calpol.GIVEN_ERROR for flow in flows], [calpol.GIVEN_ERROR, 0]))
                self.assertEqual(list(self.ruleset.evaluate_batch(table).column("action")),
                                 [calpol.Action.NONE, calpol.Action.ALLOW])

    def test_one_text_for_all_that_cannot_be_read_is_an_error(self):
        for name, value in (("source", "shop/wev"), ("protocol", "TPC")):
            with self.assertRaisesRegex(ValueError, f"column {name}: '{value}' cannot be read"):
                self.records({name: value, "destination_port": [1]})

    def test_texts_beyond_ascii_keep_their_places(self):
        self.check_both({"source": ["\u00f6", "shop/web", "\u4e2d\u6587", "shop/db"]},
                        lambda flows: self.assertEqual([flow.source_endpoint for flow in flows],
                                                       [NONE, self.web, NONE, self.db]))


class Ends(Case):
    """An end that is null is not taken for somebody outside, which might be let through."""

    def test_a_null_end_is_a_bad_flow(self):
        for name, values in (("source", ["shop/web", None]), ("destination", [None, "shop/db"]),
                             ("source", [self.web, None])):
            table = {"source": "shop/web", "destination": "shop/db", "protocol": 6,
                     "destination_port": 5432, name: values}
            lacking = [calpol.GIVEN_ERROR if value is None else 0 for value in values]
            with self.subTest(table):
                self.check_both(table, lambda flows: self.assertEqual(
                    [flow.given & calpol.GIVEN_ERROR for flow in flows], lacking))
                self.assertEqual(self.ruleset.evaluate_batch(table).bad_count, 1)

    def test_nulls_at_both_ends_add_up(self):
        table = {"source": ["shop/web", None, "shop/web"], "destination": ["shop/db", "shop/db", None]}
        self.check_both(table, lambda flows: self.assertEqual(
            [bool(flow.given & calpol.GIVEN_ERROR) for flow in flows], [False, True, True]))

    def test_it_can_be_said_that_they_are_outside(self):
        table = {"source": "shop/web", "destination": ["shop/db", None]}
        self.check_both(table, lambda flows: self.assertEqual([flow.given for flow in flows], [0, 0]),
                        external_nulls=True)
        verdicts = self.ruleset.evaluate_batch(self.ruleset.flows(table, external_nulls=True))
        self.assertEqual(verdicts[1], self.ruleset.evaluate(source="shop/web"))

    def test_an_end_with_an_address_lacks_nothing(self):
        table = {"source": [self.web, None], "source_address": bytes([10, 0, 0, 1, 10, 0, 0, 9])}
        self.check_both(table, lambda flows: self.assertEqual([flow.given for flow in flows], [0, 0]))


class Addresses(Case):
    PACKED4 = bytes([10, 0, 0, 1, 192, 0, 2, 7])

    def test_packed_addresses_are_taken_by_their_length(self):
        def check4(flows):
            self.assertEqual([flow.source_address.family for flow in flows], [4, 4])
            self.assertEqual(bytes(flows[1].source_address.bytes), self.PACKED4[4:] + bytes(12))

        def check6(flows):
            self.assertEqual([flow.destination_address.family for flow in flows], [6, 6])
            self.assertEqual(bytes(flows[1].destination_address.bytes), bytes(range(16, 32)))

        for wrap in (bytes, bytearray, memoryview, lambda packed: array.array("B", packed)):
            self.check_both({"source_address": wrap(self.PACKED4), "protocol": [6, 6]}, check4)
            self.check_both({"protocol": [6, 6], "destination_address": wrap(bytes(range(32)))}, check6)

    def test_they_win_over_the_text_of_the_same_end(self):
        table = {"source_address": self.PACKED4, "source": ["shop/web", "192.0.2.1"]}
        self.check_both(table, lambda flows: self.assertEqual(
            [(flow.source_endpoint, bytes(flow.source_address.bytes)[:4]) for flow in flows],
            [(self.web, self.PACKED4[:4]), (NONE, self.PACKED4[4:])]))

    def test_another_length_or_width_is_refused(self):
        with self.assertRaisesRegex(ValueError, "9 bytes, expected 4 or 16 for each of 2"):
            self.records({"source_address": bytes(9), "protocol": [6, 6]})
        with self.assertRaisesRegex(TypeError, "expected packed bytes"):
            self.records({"source_address": array.array("I", [1, 2]), "protocol": [6, 6]})
        with self.assertRaisesRegex(TypeError, "expected an array"):
            self.records({"source_address": "10.0.0.1", "protocol": [6, 6]})


class Absences(Case):
    def test_what_is_known_not_to_be_there_is_told(self):
        both = calpol.GIVEN_NO_HTTP | calpol.GIVEN_NO_DOMAINS
        self.check_both({"no_http": [True, False], "no_domains": [1, 1]}, lambda flows: self.assertEqual(
            [flow.given for flow in flows], [both, calpol.GIVEN_NO_DOMAINS]))
        self.check_both({"no_http": True, "no_domains": True, "protocol": [None]},
                        lambda flows: self.assertEqual(flows[0].given, both))
        self.check_both({"no_http": False, "no_domains": None, "icmp_code": [None]},
                        lambda flows: self.assertEqual(flows[0].given, 0))


class Shapes(Case):
    def test_columns_of_different_lengths_are_refused(self):
        with self.assertRaisesRegex(ValueError, "column protocol has 1 items, others have 2"):
            self.records({"source": ["shop/web"] * 2, "protocol": [6]})
        with self.assertRaisesRegex(ValueError, "column no_http has 1 items"):
            self.records({"source": ["shop/web"] * 2, "no_http": [True]})

    def test_one_column_must_tell_how_many_flows_there_are(self):
        for table in ({}, {"protocol": 6, "source": "shop/web"}, {"source": None}):
            with self.assertRaisesRegex(ValueError, "no column has an item for each flow"):
                self.records(table)

    def test_a_misspelt_column_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no column 'dest_port', expected some of source,"):
            self.records({"dest_port": [80]})

    def test_a_table_without_rows_makes_no_flows(self):
        for table in ({"source": []}, {"destination_port": []}, {"no_http": []},
                      {"source": [], "source_address": b""}):
            self.check_both(table, lambda flows: self.assertEqual(flows, []))


class Pieces(Case):
    """Long tables are taken piece by piece."""

    TABLE = {
        "source": ["shop/web", "10.0.0.1", None, "shop/wev", "fd00::9"] * 3,
        "destination": [0, 1, 1, None, 0] * 3,
        "destination_address": bytes(range(60)),
        "protocol": ["TCP", None, "17", "x", "udp"] * 3,
        "source_port": array.array("q", range(15)),
        "destination_port": [5432, None, 80, 1, 22] * 3,
        "no_http": [True, False, True] * 5,
        "no_domains": True,
    }

    def test_pieces_make_the_same_records_and_verdicts(self):
        flows, verdicts = self.ruleset.flows(self.TABLE), self.ruleset.evaluate_batch(self.TABLE)
        self.assertEqual(verdicts.buffer, self.ruleset.evaluate_batch(flows).buffer)
        for length, context in itertools.product((1, 4, 5, 14, 15, 16), (without_numpy, self.subTest)):
            with context(), mock.patch.object(_columns, "PIECE", length):
                self.assertEqual(self.ruleset.flows(self.TABLE).buffer, flows.buffer)
                self.assertEqual(self.ruleset.evaluate_batch(self.TABLE).buffer, verdicts.buffer)

    def test_a_table_longer_than_a_piece_is_judged_to_its_end(self):
        count = _columns.PIECE + 1
        table = {"source": "shop/web", "destination": "shop/db", "protocol": 6, "destination_port":
                 array.array("H", [22]) * count}
        table["destination_port"][-1] = 5432
        verdicts = self.ruleset.evaluate_batch(table)
        self.assertEqual(verdicts.counts(), {calpol.Action.DENY: count - 1, calpol.Action.ALLOW: 1})
        self.assertTrue(verdicts[-1].allowed)


@needs("numpy")
class Numpy(Case):
    def test_numbers_are_of_any_type_and_layout(self):
        import numpy

        for kind in ("u2", "i4", "i8", ">u4", "f8", "f4", "O"):
            with self.subTest(kind):
                wide = numpy.array([80, 0, 443, 0], kind)
                for column in (wide[::2], numpy.ascontiguousarray(wide[::2])):
                    self.assertEqual([(flow.destination_port, flow.given) for flow in
                                      self.records({"destination_port": column})],
                                     [(80, calpol.GIVEN_DESTINATION_PORT),
                                      (443, calpol.GIVEN_DESTINATION_PORT)])

    def test_nan_is_not_known(self):
        import numpy

        flows = self.records({"destination_port": numpy.array([80, numpy.nan])})
        self.assertEqual([(flow.destination_port, flow.given) for flow in flows],
                         [(80, calpol.GIVEN_DESTINATION_PORT), (0, 0)])
        ids = numpy.array([self.web, numpy.nan])
        self.assertEqual([flow.source_endpoint for flow in self.records({"source": ids},
                                                                       external_nulls=True)],
                         [self.web, NONE])

    def test_what_is_no_column_of_integers_is_refused(self):
        import numpy

        for values, error in (([1.5], ValueError), ([[1, 2]], ValueError), ([True], TypeError),
                              ([1j], TypeError), ([-1], ValueError), ([numpy.inf], ValueError)):
            with self.assertRaisesRegex(error, "column destination_port"):
                self.records({"destination_port": numpy.array(values)})

    def test_texts_are_of_any_type(self):
        import numpy

        texts = ["shop/web", "10.0.0.9", "pod:shop/db"]
        for kind in ("S", "U", "O"):
            with self.subTest(kind):
                flows = self.records({"source": numpy.array(texts, kind)})
                self.assertEqual([flow.source_endpoint for flow in flows], [self.web, NONE, self.db])
                flows = self.records({"source": numpy.array(texts * 2, kind)[::2]})
                self.assertEqual([flow.source_endpoint for flow in flows], [self.web, self.db, NONE])

    def test_packed_addresses_have_a_row_each(self):
        import numpy

        rows = numpy.arange(32, dtype="u1").reshape(2, 16)
        flows = self.records({"source_address": rows, "protocol": [6, 6]})
        self.assertEqual(bytes(flows[1].source_address.bytes), bytes(range(16, 32)))
        flows = self.records({"source_address": rows[:, ::4], "protocol": [6, 6]})
        self.assertEqual(bytes(flows[1].source_address.bytes), bytes([16, 20, 24, 28]) + bytes(12))

    def test_truths_are_arrays(self):
        import numpy

        flows = self.records({"no_http": numpy.array([True, False])})
        self.assertEqual([flow.given for flow in flows], [calpol.GIVEN_NO_HTTP, 0])


@needs("numpy", "pyarrow")
class Arrow(Case):
    ROWS = {
        "source": ["shop/web", "10.0.0.9", None, "shop/web"],
        "protocol": ["TCP", "UDP", None, "nonsense"],
        "destination_port": [80, None, 443, 1],
        "no_http": [True, None, False, True],
    }

    def check(self, table, count=4):
        flows = self.records(table, external_nulls=True)
        self.assertEqual([flow.source_endpoint for flow in flows], [self.web, NONE, NONE, self.web][:count])
        self.assertEqual([flow.source_address.family for flow in flows], [0, 4, 0, 0][:count])
        self.assertEqual([flow.protocol for flow in flows], [6, 17, 0, 0][:count])
        self.assertEqual([flow.destination_port for flow in flows], [80, 0, 443, 1][:count])
        self.assertEqual([flow.given for flow in flows], [
            calpol.GIVEN_PROTOCOL | calpol.GIVEN_DESTINATION_PORT | calpol.GIVEN_NO_HTTP,
            calpol.GIVEN_PROTOCOL,
            calpol.GIVEN_DESTINATION_PORT,
            calpol.GIVEN_DESTINATION_PORT | calpol.GIVEN_NO_HTTP | calpol.GIVEN_ERROR][:count])

    def test_tables_and_batches_are_taken(self):
        import pyarrow

        table = pyarrow.table(self.ROWS)
        self.check(table)
        self.check(table.to_batches()[0])
        self.check(table.slice(0, 3), 3)
        self.check(pyarrow.concat_tables([table.slice(0, 1), table.slice(1, 3)]))
        self.check(pyarrow.concat_tables([table, table]).slice(4, 3), 3)

    def test_columns_are_of_any_type(self):
        import pyarrow

        texts = [pyarrow.string(), pyarrow.large_string(), pyarrow.binary(),
                 pyarrow.dictionary(pyarrow.int8(), pyarrow.string())]
        numbers = [pyarrow.uint16(), pyarrow.int64(), pyarrow.float64(), pyarrow.uint64(),
                   pyarrow.dictionary(pyarrow.int8(), pyarrow.int32())]
        for text, number in itertools.zip_longest(texts, numbers, fillvalue=pyarrow.string()):
            with self.subTest(f"{text}, {number}"):
                columns = {
                    "source": pyarrow.array(self.ROWS["source"], pyarrow.string()).cast(text),
                    "protocol": pyarrow.array(self.ROWS["protocol"], pyarrow.string()).cast(text),
                    "destination_port": pyarrow.array(self.ROWS["destination_port"], number),
                    "no_http": self.ROWS["no_http"][:1] + [False] + self.ROWS["no_http"][2:],
                }
                self.check(columns)
                self.check(pyarrow.table(columns))

    def test_ids_and_packed_addresses_are_taken(self):
        import pyarrow

        packed = pyarrow.array([bytes([10, 0, 0, 1]), bytes([10, 0, 0, 9])], pyarrow.binary(4))
        table = pyarrow.table({"source": pyarrow.array([self.web, None], pyarrow.int32()),
                               "source_address": packed})
        flows = self.records(table)
        self.assertEqual([flow.source_endpoint for flow in flows], [self.web, NONE])
        self.assertEqual([bytes(flow.source_address.bytes)[3] for flow in flows], [1, 9])
        self.assertEqual([bytes(flow.source_address.bytes)[3] for flow in self.records(table.slice(1))],
                         [9])

    def test_a_column_of_nulls_is_not_known(self):
        import pyarrow

        flows = self.records({"destination_port": pyarrow.nulls(2), "protocol": pyarrow.nulls(2)})
        self.assertEqual([flow.given for flow in flows], [0, 0])

    def test_an_empty_table_makes_no_flows(self):
        import pyarrow

        table = pyarrow.table(self.ROWS)
        self.assertEqual(self.records(table.slice(4)), [])
        self.assertEqual(self.records(table.schema.empty_table()), [])

    def test_numbers_out_of_range_are_refused(self):
        import pyarrow

        for values in (pyarrow.array([65536]), pyarrow.array([-1, None])):
            with self.assertRaisesRegex(ValueError, "outside 0 to 65535"):
                self.records({"destination_port": values})

    def test_columns_that_flows_do_not_have_are_refused(self):
        import pyarrow

        with self.assertRaisesRegex(ValueError, "no column 'time'"):
            self.records(pyarrow.table({"time": [1], "protocol": [6]}))


@needs("numpy", "pandas")
class Pandas(Case):
    def test_data_frames_are_taken(self):
        import pandas

        frame = pandas.DataFrame({"source": ["shop/web", "10.0.0.9"], "protocol": [6, 17],
                                  "destination_port": [80, None]}, index=[7, 9])

        def check(flows):
            self.assertEqual([flow.source_endpoint for flow in flows], [self.web, NONE])
            self.assertEqual([flow.given for flow in flows],
                             [calpol.GIVEN_PROTOCOL | calpol.GIVEN_DESTINATION_PORT, calpol.GIVEN_PROTOCOL])

        check(self.records(frame))
        check(self.records({name: column.to_numpy() for name, column in frame.items()}))


if __name__ == "__main__":
    unittest.main()
