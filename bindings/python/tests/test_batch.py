# SPDX-License-Identifier: Apache-2.0
"""Many flows at once: buffers of records in, arrays of verdicts out."""

import array
import ctypes
import mmap
import struct
import sys
import threading
import time
import unittest

import calpol
from calpol import Action, _abi
from support import needs, ruleset, without_numpy

#: source, destination, destination port: allowed, denied, unknown.
TABLE = {
    "source": ["shop/web", "shop/web", "shop/web"],
    "destination": ["shop/db", "shop/db", "shop/db"],
    "protocol": [6, 6, 6],
    "destination_port": [5432, 22, None],
}
ACTIONS = [Action.ALLOW, Action.DENY, Action.UNKNOWN]


class Buffers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()
        cls.records = bytes(cls.ruleset.flows(TABLE).buffer)

    def check(self, flows):
        verdicts = self.ruleset.evaluate_batch(flows)
        self.assertEqual(list(verdicts.column("action")), ACTIONS)
        self.assertEqual([verdict.action for verdict in verdicts], ACTIONS)

    def test_records_are_taken_from_any_buffer(self):
        mapped = mmap.mmap(-1, len(self.records))
        mapped[:] = self.records
        for flows in (self.records, bytearray(self.records), memoryview(self.records),
                      memoryview(bytearray(self.records)), array.array("B", self.records),
                      (_abi.Flow * 3).from_buffer_copy(self.records), mapped):
            with self.subTest(type(flows)):
                self.check(flows)
                with without_numpy():
                    self.check(flows)

    def test_a_part_of_a_buffer_is_taken_where_it_lies(self):
        size = ctypes.sizeof(_abi.Flow)
        for content in (bytes(5) + self.records, bytearray(5) + self.records):
            flows = calpol.FlowArray(memoryview(content)[5 + size:])
            self.assertEqual(list(self.ruleset.evaluate_batch(flows).column("action")), ACTIONS[1:])

    def test_flows_once_made_are_evaluated_often(self):
        flows = self.ruleset.flows(TABLE)
        self.assertEqual((len(flows), len(flows.buffer)), (3, 3 * 76))
        self.check(flows)
        self.check(flows)

    def test_no_flows_make_no_verdicts(self):
        for flows in (b"", bytearray(), self.ruleset.flows({"source": []})):
            verdicts = self.ruleset.evaluate_batch(flows)
            self.assertEqual((len(verdicts), list(verdicts), verdicts.counts()), (0, [], {}))
            self.assertEqual(list(verdicts.column("action")), [])

    def test_what_is_no_array_of_records_is_refused(self):
        for flows in (self.records[:-1], array.array("I", self.records)):
            with self.assertRaisesRegex(ValueError, "expected records of 76 bytes"):
                self.ruleset.evaluate_batch(flows)
        with self.assertRaisesRegex(ValueError, "not contiguous"):
            self.ruleset.evaluate_batch(memoryview(self.records * 2)[::2])
        with self.assertRaises(TypeError):
            self.ruleset.evaluate_batch(17)

    def test_a_bad_flow_gets_no_verdict_and_does_not_stop_the_others(self):
        records = bytearray(self.records)
        struct.pack_into("=I", records, _abi.Flow.source_endpoint.offset, 1000)
        verdicts = self.ruleset.evaluate_batch(records)
        self.assertEqual(list(verdicts.column("action")), [Action.NONE, *ACTIONS[1:]])
        self.assertEqual(verdicts.bad_count, 1)
        self.assertFalse(verdicts[0].allowed)
        self.assertFalse(verdicts[0].denied)

    def test_a_batch_comes_to_what_single_flows_come_to(self):
        verdicts = self.ruleset.evaluate_batch(self.records)
        for verdict, port in zip(verdicts, TABLE["destination_port"]):
            single = self.ruleset.evaluate(source="shop/web", destination="shop/db", protocol="TCP",
                                           destination_port=port)
            self.assertEqual(verdict, single)


class Out(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()

    def test_verdicts_are_written_where_they_are_wanted(self):
        out = bytearray(3 * 48)
        verdicts = self.ruleset.evaluate_batch(TABLE, out=out)
        self.assertEqual(list(out[::48]), ACTIONS)
        self.assertEqual(list(verdicts.column("action")), ACTIONS)

    def test_a_place_that_does_not_fit_is_refused(self):
        with self.assertRaisesRegex(ValueError, "out has 2 records, expected 3"):
            self.ruleset.evaluate_batch(TABLE, out=bytearray(2 * 48))
        with self.assertRaisesRegex(ValueError, "cannot be written to"):
            self.ruleset.evaluate_batch(TABLE, out=bytes(3 * 48))


class Verdicts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()
        cls.verdicts = cls.ruleset.evaluate_batch(TABLE)

    def test_columns_are_fields_of_all_verdicts(self):
        for context in (without_numpy(), self.subTest()):
            with context:
                column = self.verdicts.column
                self.assertEqual(list(column("decided_by")), [0, calpol.Stage.WORKLOAD_INGRESS, 0])
                self.assertEqual(column("depends_on")[2],
                                 calpol.Depends.DESTINATION_PORT | calpol.Depends.HTTP_METHOD)
                self.assertEqual(list(column("ingress.rule"))[:2], [0, -1])
                policies = [self.ruleset.policy(id).label for id in column("ingress.policy")[:2]]
                self.assertEqual(policies, ["np:shop/db", "np:shop/db"])
                self.assertEqual(column("ingress.policy")[2], calpol.NONE)

    def test_there_are_no_other_columns(self):
        for name in ("colour", "egress", "egress.colour", "action.x"):
            with self.assertRaises(KeyError):
                self.verdicts.column(name)

    def test_verdicts_are_counted_by_action(self):
        self.assertEqual(self.verdicts.counts(), {Action.ALLOW: 1, Action.DENY: 1, Action.UNKNOWN: 1})
        self.assertEqual(self.verdicts.bad_count, 0)

    def test_one_is_taken_by_its_index(self):
        self.assertEqual(self.verdicts[1], self.verdicts[-2])
        self.assertEqual(self.verdicts[1].ingress.policy, "np:shop/db")
        for index in (3, -4):
            with self.assertRaises(IndexError):
                self.verdicts[index]

    def test_the_memory_cannot_be_written_to(self):
        with self.assertRaises(TypeError):
            self.verdicts.buffer[0] = 1


@needs("numpy")
class Numpy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()

    def flows(self):
        import numpy

        flows = numpy.zeros(3, calpol.flow_dtype())
        flows["given"] = calpol.GIVEN_PROTOCOL | calpol.GIVEN_DESTINATION_PORT
        flows["given"][2] = calpol.GIVEN_PROTOCOL
        flows["source_endpoint"] = self.ruleset.endpoint("shop/web").id
        flows["destination_endpoint"] = self.ruleset.endpoint("shop/db").id
        flows["protocol"] = 6
        flows["destination_port"] = [5432, 22, 0]
        return flows

    def test_structured_arrays_are_taken(self):
        flows = self.flows()
        self.assertEqual(list(self.ruleset.evaluate_batch(flows).column("action")), ACTIONS)
        flows.flags.writeable = False
        self.assertEqual(list(self.ruleset.evaluate_batch(flows).column("action")), ACTIONS)

    def test_arrays_with_other_fields_are_refused(self):
        import numpy

        names = calpol.flow_dtype().names
        swapped = numpy.dtype([("a", "V4"), ("b", "V72")])
        with self.assertRaisesRegex(ValueError, "expected those of Flow"):
            self.ruleset.evaluate_batch(numpy.zeros(3, swapped))
        self.assertEqual(names[0], "given")

    def test_arrays_with_gaps_are_refused(self):
        with self.assertRaisesRegex(ValueError, "not contiguous"):
            self.ruleset.evaluate_batch(self.flows()[::2])

    def test_verdicts_are_a_structured_array(self):
        import numpy

        verdicts = self.ruleset.evaluate_batch(self.flows())
        table = verdicts.to_numpy()
        self.assertEqual((table.shape, table.dtype), ((3,), calpol.verdict_dtype()))
        self.assertEqual(table["action"].tolist(), ACTIONS)
        self.assertEqual(table["ingress"]["rule"].tolist()[:2], [0, -1])
        self.assertEqual(table.ctypes.data, verdicts.address)
        self.assertFalse(table.flags.writeable)
        self.assertEqual(numpy.asarray(verdicts).dtype, table.dtype)
        self.assertTrue(numpy.array(verdicts).flags.writeable)

    def test_verdicts_outlive_what_made_them(self):
        table = ruleset().evaluate_batch(self.flows()).to_numpy()
        self.assertEqual(table["action"].tolist(), ACTIONS)

    def test_no_verdicts_are_an_empty_array(self):
        self.assertEqual(self.ruleset.evaluate_batch(self.flows()[:0]).to_numpy().shape, (0,))

    def test_verdicts_are_written_to_an_array(self):
        import numpy

        out = numpy.zeros(3, calpol.verdict_dtype())
        self.ruleset.evaluate_batch(self.flows(), out=out)
        self.assertEqual(out["action"].tolist(), ACTIONS)


@needs("numpy", "pyarrow")
class Arrow(unittest.TestCase):
    def test_verdicts_are_a_table_with_names(self):
        loaded = ruleset()
        table = loaded.evaluate_batch(
            {**TABLE, "source": ["shop/web", "shop/web", "shop/wev"]}).to_arrow()
        rows = table.to_pylist()
        self.assertEqual([row["action"] for row in rows], ["allow", "deny", "none"])
        self.assertEqual([row["decided_by"] for row in rows], [None, "workload-ingress", None])
        self.assertEqual([row["ingress_policy"] for row in rows], ["np:shop/db", "np:shop/db", None])
        self.assertEqual([row["ingress_tier"] for row in rows], ["default", "default", None])
        self.assertEqual([row["ingress_rule"] for row in rows][:2], [0, -1])
        self.assertEqual([row["reason"] for row in rows], [None, None, None])
        self.assertEqual(rows[0]["egress_stage"], "workload-egress")
        self.assertEqual(rows[0]["depends_on"], 0)

    def test_a_decision_without_a_single_rule_has_no_names(self):
        rows = ruleset().evaluate_batch(TABLE).to_arrow().to_pylist()
        self.assertEqual((rows[2]["ingress_action"], rows[2]["ingress_policy"], rows[2]["ingress_tier"]),
                         ("unknown", None, None))

    def test_no_verdicts_are_a_table_without_rows(self):
        self.assertEqual(ruleset().evaluate_batch(b"").to_arrow().num_rows, 0)


class Without(unittest.TestCase):
    def test_what_needs_numpy_or_pyarrow_says_so(self):
        verdicts = ruleset().evaluate_batch(TABLE)
        with without_numpy():
            for call in (verdicts.to_numpy, calpol.flow_dtype, calpol.verdict_dtype):
                with self.assertRaisesRegex(ImportError, "needs numpy, which is not installed"):
                    call()
            with self.assertRaisesRegex(ImportError, "needs pyarrow, which is not installed"):
                verdicts.to_arrow()


class Threads(unittest.TestCase):
    def test_other_threads_run_meanwhile(self):
        """A thread counts while a batch runs; holding the lock, the batch would stop it."""
        loaded = ruleset()
        flows = bytes(loaded.flows(TABLE).buffer) * 100
        stop, count = threading.Event(), [0]

        def work():
            while not stop.is_set():
                count[0] += 1
                time.sleep(0)  # gives the lock back, so that it need not be taken away

        thread = threading.Thread(target=work)
        thread.start()
        interval = sys.getswitchinterval()
        try:
            # A batch that is long enough, and no other reason to switch threads meanwhile.
            while True:
                start = time.perf_counter()
                loaded.evaluate_batch(flows)
                if time.perf_counter() - start > 0.2:
                    break
                flows *= 2
            sys.setswitchinterval(100)
            before = count[0]
            loaded.evaluate_batch(flows)
            after = count[0]
        finally:
            sys.setswitchinterval(interval)
            stop.set()
            thread.join()
        self.assertGreater(after - before, 100)


if __name__ == "__main__":
    unittest.main()
