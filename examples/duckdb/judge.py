# SPDX-License-Identifier: Apache-2.0
"""Judges a table of flows within SQL, by a function for DuckDB that takes columns of Arrow.

usage: judge.py POLICIES FLOWS

POLICIES is a file or folder, FLOWS a CSV or Parquet file with the columns source, destination, protocol
and destination_port. Prints how many flows each policy decides.
"""

import sys

import calpol
import duckdb
import pyarrow

FLOW = ["source", "destination", "protocol", "destination_port"]
TYPES = ["VARCHAR", "VARCHAR", "VARCHAR", "BIGINT"]


def add_functions(connection, ruleset):
    """verdict(source, destination, protocol, destination_port) is allow, deny or unknown, and none for a
    flow that cannot be read; ingress_policy() of the same is the policy that decides at the destination."""

    def answers(*columns):
        return ruleset.evaluate_batch(pyarrow.table(list(columns), names=FLOW)).to_arrow()

    def verdict(source, destination, protocol, port):
        return answers(source, destination, protocol, port).column("action").cast(pyarrow.string())

    def ingress_policy(source, destination, protocol, port):
        return answers(source, destination, protocol, port).column("ingress_policy").cast(pyarrow.string())

    for function in (verdict, ingress_policy):
        connection.create_function(function.__name__, function, TYPES, "VARCHAR", type="arrow",
                                   null_handling="special")


def main(policies, flows):
    connection = duckdb.connect()
    add_functions(connection, calpol.load(policies))
    connection.sql(
        f"""
        SELECT verdict(source, destination, protocol, destination_port) AS verdict,
               ingress_policy(source, destination, protocol, destination_port) AS policy,
               count(*) AS flows
        FROM '{flows}' GROUP BY ALL ORDER BY ALL
        """
    ).show()


if __name__ == "__main__":
    main(*sys.argv[1:])
