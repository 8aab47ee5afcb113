"""The same units, paths, touches and purchases as CSV and as Parquet by three programs, into a folder.

    tables_files.py FOLDER
"""

import datetime
import pathlib
import random
import sys

import duckdb
import polars
import pyarrow
import pyarrow.csv
import pyarrow.parquet

folder = pathlib.Path(sys.argv[1])
chance = random.Random(5)
CHANNELS = ["email", "social", "search", "display", "affiliate"]


def write(name, table):
    pyarrow.csv.write_csv(table, folder / f"{name}.csv")
    pyarrow.parquet.write_table(table, folder / f"{name}.pyarrow.parquet", row_group_size=30_000)
    pyarrow.parquet.write_table(table, folder / f"{name}.v2.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False)
    polars.from_arrow(table).write_parquet(folder / f"{name}.polars.parquet")
    connection = duckdb.connect()
    connection.register("rows", table)
    connection.execute(f"COPY (SELECT * FROM rows) TO '{folder / name}.duckdb.parquet' (FORMAT parquet)")


def units(rows):
    on = [[chance.randrange(2) for _ in range(3)] for _ in range(rows)]
    before = [round(chance.expovariate(0.05), 2) for _ in on]
    spend = [round(max(0.0, 0.5 * b + 3 * sum(o) + 2 * o[0] * o[1] + chance.gauss(0, 5)), 2) for o, b in zip(on, before)]
    kinds = {"email": (int, pyarrow.int8()), "social": (bool, pyarrow.bool_()), "search": (int, pyarrow.int64())}
    columns = {name: pyarrow.array([of(o[i]) for o in on], kind) for i, (name, (of, kind)) in enumerate(kinds.items())}
    return pyarrow.table(columns | {"spend": spend, "before": before, "who": [f"person {i}" for i in range(rows)]})


def paths(rows):
    touches = [[chance.choice(CHANNELS) for _ in range(1 + int(chance.expovariate(0.5)))] for _ in range(rows)]
    wins = [1 if chance.random() < 0.15 else 0 for _ in touches]
    return pyarrow.table({
        "path": [" > ".join(it) for it in touches],
        "total_conversions": pyarrow.array(wins, pyarrow.int32()),
        "total_conversion_value": [float(it * chance.randrange(1, 100)) for it in wins],
        "total_null": pyarrow.array([1 - it for it in wins], pyarrow.int64()),
    })


def touches(rows):
    begin = datetime.datetime(2027, 1, 1, tzinfo=datetime.timezone.utc)
    return pyarrow.table({
        "user": pyarrow.array([chance.randrange(rows // 4) for _ in range(rows)], pyarrow.int32()),
        "time": pyarrow.array([begin + datetime.timedelta(seconds=chance.randrange(86_400 * 60)) for _ in range(rows)], pyarrow.timestamp("us", tz="UTC")),
        "channel": pyarrow.array([chance.choice(CHANNELS) for _ in range(rows)]).dictionary_encode(),
        "conversion": [chance.random() < 0.1 for _ in range(rows)],
    })


def purchases(rows):
    begin = datetime.date(2026, 1, 1)
    return pyarrow.table({
        "customer": pyarrow.array([int(chance.expovariate(0.001)) for _ in range(rows)], pyarrow.int64()),
        "day": pyarrow.array([begin + datetime.timedelta(days=chance.randrange(365)) for _ in range(rows)], pyarrow.date32()),
        "amount": [round(chance.expovariate(0.02), 2) for _ in range(rows)],
    })


write("units", units(100_000))
write("paths", paths(100_000))
write("touches", touches(60_000))
write("purchases", purchases(20_000))
