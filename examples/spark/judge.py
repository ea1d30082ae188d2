# SPDX-License-Identifier: Apache-2.0
"""Judges a table of flows with Spark, on as many machines as it has.

usage: spark-submit judge.py POLICIES FLOWS OUT [WORKERS]

POLICIES is a file or folder, or a file NAME.calpol that `calpol compile` made; FLOWS a CSV file with a header (Spark reads Parquet or a table just as
well), OUT the folder for Parquet. With WORKERS it runs on this machine alone.

The driver sends the policies once to each machine: as text, which every version of calpol reads and each
task compiles, or compiled, which is open in milliseconds where workers have the library that made it. Each
task judges batches of Arrow as they come. No flow is an object of Python.
"""

import pathlib
import sys

import calpol
import pyarrow
from pyspark.sql import SparkSession
from pyspark.sql.types import StringType, StructField, StructType

# What of a flow the table tells; other columns stay beside the answer.
FLOW = ["source", "destination", "protocol", "destination_port"]
ANSWER = ["verdict", "egress_policy", "ingress_policy"]


def read_policies(path):
    """What is sent: the bytes of a compiled file, or the texts by name."""
    path = pathlib.Path(path)
    if path.suffix == ".calpol":
        return path.read_bytes()
    files = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return {str(file): file.read_text(encoding="utf-8") for file in files}


def make_ruleset(policies):
    """The ruleset of what was sent."""
    return calpol.open(policies) if isinstance(policies, bytes) else calpol.load(text=policies)


def judge(ruleset, flows):
    """A table of flows with the answers in more columns; the verdict on a flow that could not be read
    is none."""
    answers = ruleset.evaluate_batch(flows.select(FLOW)).to_arrow()
    for name, column in zip(ANSWER, ["action", "egress_policy", "ingress_policy"]):
        flows = flows.append_column(name, answers.column(column).cast(pyarrow.string()))
    return flows


def judged(spark, policies, flows):
    """The data frame of flows with the answers."""
    shared = spark.sparkContext.broadcast(policies)

    def judge_batches(batches):
        ruleset = make_ruleset(shared.value)
        for batch in batches:
            yield from judge(ruleset, pyarrow.Table.from_batches([batch])).to_batches()

    schema = StructType(flows.schema.fields + [StructField(name, StringType()) for name in ANSWER])
    return flows.mapInArrow(judge_batches, schema)


def main(policies, path, out, workers=None):
    builder = SparkSession.builder.appName("calpol")
    if workers:
        builder = builder.master(f"local[{workers}]").config("spark.ui.enabled", "false")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    flows = spark.read.csv(path, header=True, schema="id LONG, source STRING, destination STRING, "
                                                     "protocol STRING, destination_port INT")
    judged(spark, read_policies(policies), flows).write.mode("overwrite").parquet(out)
    spark.read.parquet(out).groupBy("verdict").count().orderBy("verdict").show()
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
