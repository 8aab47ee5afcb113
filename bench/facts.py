"""The facts of the history folded by person, by DuckDB and by Polars.

    facts.py events|properties|audience FOLDER

Prints a line of JSON: CPU seconds and seconds of each, on two threads. With `audience` it is the
condition of the benchmark `fill`, with how many people each found.
"""

import json
import os
import resource
import sys
import time

os.environ["POLARS_MAX_THREADS"] = "2"
what, folder = sys.argv[1], sys.argv[2]
FILES = f"{folder}/*/*.parquet"


def timed(work):
    used = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    found = work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return {"cpu": cpu, "wall": time.perf_counter() - began, "found": found if what == "audience" else None}


# The last twenty of thirty days.
SINCE = 1_780_272_000_000 + 10 * 86_400_000


def duckdb():
    import duckdb

    duckdb.sql("set threads = 2")
    if what == "audience":
        query = f"""
            select count(*) from (
                select person from '{FILES}' where epoch_ms(time) > {SINCE}
                group by person
                having count(*) filter (event = 'Order Completed') >= 3
                   and count(*) filter (event = 'Cart Updated') = 0
            )"""
        return timed(lambda: duckdb.sql(query).fetchall()[0][0])
    length = ", sum(length(properties))" if what == "properties" else ""
    query = f"select person, count(*) filter (event = 'Order Completed'), max(time){length} from '{FILES}' group by person"
    return timed(lambda: duckdb.sql(f"select count(*), sum(hash(c)) from ({query}) c").fetchall())


def polars():
    import polars as pl

    if what == "audience":
        recent = pl.scan_parquet(FILES).filter(pl.col("time").dt.epoch("ms") > SINCE)
        counted = recent.group_by("person").agg(
            orders=(pl.col("event") == "Order Completed").sum(), carts=(pl.col("event") == "Cart Updated").sum()
        )
        members = counted.filter((pl.col("orders") >= 3) & (pl.col("carts") == 0))
        return timed(lambda: members.select(pl.len()).collect().item())
    columns = [(pl.col("event") == "Order Completed").sum(), pl.col("time").max()]
    if what == "properties":
        columns.append(pl.col("properties").str.len_bytes().sum())
    return timed(lambda: pl.scan_parquet(FILES).group_by("person").agg(columns).collect().hash_rows().sum())


print(json.dumps({"duckdb": duckdb(), "polars": polars()}))
