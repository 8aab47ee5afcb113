"""What one program finds in the history, as JSON.

    history_read.py duckdb|polars|spark DATA
"""

import json
import sys

program, data = sys.argv[1], sys.argv[2]
FILES = f"{data}/history/*/*.parquet"
MERGED = f"{data}/people/merged.parquet"


def by_duckdb():
    import duckdb

    duckdb.sql("set timezone = 'UTC'")
    duckdb.sql(f"create view facts as select * from read_parquet('{FILES}', hive_partitioning = true)")
    types = {row[0]: row[1] for row in duckdb.sql("describe facts").fetchall()}
    events = duckdb.sql("""
        select event, count(*), count(distinct person), coalesce(sum(cast(properties ->> '$.revenue' as double)), 0),
               min(epoch_ms(time)), max(epoch_ms(time)), count(distinct received)
        from facts group by event order by event
    """).fetchall()
    current = duckdb.sql(f"""
        select count(distinct coalesce(m.current, f.person)) from facts f left join '{MERGED}' m on f.person = m.person
    """).fetchall()[0][0]
    return types, events, current


def by_polars():
    import polars as pl

    facts = pl.scan_parquet(FILES, hive_partitioning=True)
    types = {name: str(kind) for name, kind in facts.collect_schema().items()}
    events = facts.with_columns(revenue=pl.col("properties").str.json_path_match("$.revenue").cast(pl.Float64)).group_by("event").agg(
        pl.len(), pl.col("person").drop_nulls().n_unique(), pl.col("revenue").sum(),
        pl.col("time").min().dt.epoch("ms").alias("first"), pl.col("time").max().dt.epoch("ms").alias("last"),
        pl.col("received").n_unique(),
    ).sort("event").collect().rows()
    merged = pl.scan_parquet(MERGED)
    current = facts.join(merged, on="person", how="left").select(pl.coalesce("current", "person").drop_nulls().n_unique()).collect().item()
    return types, events, current


def by_spark():
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    spark = SparkSession.builder.master("local[1]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        # Compiling well takes longer than the few questions.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
    }.items():
        spark = spark.config(name, value)
    spark = spark.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    facts = spark.read.parquet(f"{data}/history")
    types = dict(facts.dtypes)
    revenue = f.get_json_object("properties", "$.revenue").cast("double")
    millis = f.unix_millis("time")
    rows = facts.groupBy("event").agg(
        f.count("*"), f.countDistinct("person"), f.coalesce(f.sum(revenue), f.lit(0.0)), f.min(millis), f.max(millis),
        f.countDistinct("received"),
    ).orderBy("event").collect()
    merged = spark.read.parquet(MERGED)
    current = facts.join(merged, "person", "left").select(f.countDistinct(f.coalesce("current", "person"))).collect()[0][0]
    return types, [tuple(row) for row in rows], current


types, events, current = {"duckdb": by_duckdb, "polars": by_polars, "spark": by_spark}[program]()
print(json.dumps({"types": types, "events": [list(row) for row in events], "persons": current}))
