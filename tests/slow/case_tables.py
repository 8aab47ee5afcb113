"""Tables of other programs: a Parquet file by pyarrow, Polars or DuckDB says what the same CSV says."""

import gzip
import json
import math
import subprocess

from slow import BINARY, CACHE, HERE, Report, Skip, expect, expect_equal, run, temporary_folder

COMMANDS = {
    "units": ["leverage", "--outcome", "spend", "--channels", "email,social,search", "--covariate", "before", "--units"],
    "paths": ["attribution", "--value-column", "total_conversion_value", "--null-column", "total_null", "--order", "2", "--pairs", "--paths"],
    "touches": ["attribution", "--model", "all", "--touches"],
    "purchases": ["lifetime", "--person-column", "customer", "--time-column", "day", "--value-column", "amount", "--transactions"],
}
WRITERS = ["pyarrow", "v2", "polars", "duckdb"]


def files():
    python = CACHE / "venv-tables/bin/python"
    if not (CACHE / "venv-tables/installed").exists():
        raise Skip("pyarrow, polars and duckdb are not installed")
    folder = temporary_folder("tables")
    run([python, HERE / "clients/tables_files.py", folder])
    return folder


def asked(name, path, **options):
    arguments = [str(it) for it in [BINARY, *COMMANDS[name], path, "--format", "json"]]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, **options)
    # 3 says that there are not enough data for the question; the numbers are there all the same.
    expect(done.returncode in (0, 3), f"{name} ended with {done.returncode}: {done.stderr[:300]}")
    return json.loads(done.stdout)


def same(found, wanted, where):
    """Sums may be added up in another order, so that the last digits differ."""
    if isinstance(wanted, dict):
        expect_equal(sorted(found), sorted(wanted), where)
        for key in wanted:
            same(found[key], wanted[key], f"{where}.{key}")
    elif isinstance(wanted, list):
        expect_equal(len(found), len(wanted), f"{where}, how many")
        for number, (one, other) in enumerate(zip(found, wanted)):
            same(one, other, f"{where}[{number}]")
    elif isinstance(wanted, float):
        expect(math.isclose(found, wanted, rel_tol=1e-7, abs_tol=1e-9), f"{where}: found {found}, wanted {wanted}")
    else:
        expect_equal(found, wanted, where)


def parquet_says_what_csv_says(name):
    wanted = asked(name, folder / f"{name}.csv")
    for writer in WRITERS:
        same(asked(name, folder / f"{name}.{writer}.parquet"), wanted, f"{name} by {writer}")


def standard_input_is_read_too():
    wanted = asked("units", folder / "units.csv")
    for writer in WRITERS:
        with open(folder / f"units.{writer}.parquet", "rb") as file:
            same(asked("units", "-", stdin=file), wanted, f"units by {writer} on standard input")
    zipped = folder / "units.csv.gz"
    zipped.write_bytes(gzip.compress((folder / "units.csv").read_bytes()))
    same(asked("units", zipped), wanted, "units with gzip")


def memory_stays_small():
    """A gigabyte of one letter in a few kilobytes is an error, and no gigabyte."""
    zipped = folder / "bomb.csv.gz"
    with gzip.open(zipped, "wb", 6) as file:
        file.write(b"email,social,search,spend,before\n")
        for _ in range(1_000):
            file.write(b"x" * 1_000_000)
    limit = "ulimit -v 1500000; exec \"$@\""
    done = subprocess.run(
        ["bash", "-c", limit, "bash", str(BINARY), *COMMANDS["units"], str(zipped)], capture_output=True, text=True, timeout=120,
    )
    expect_equal(done.returncode, 2, f"the exit code ({done.stderr[:300]})")
    expect("one row is longer than" in done.stderr, done.stderr[:300])


report = Report()
folder = None


def make():
    global folder
    folder = files()


report.check("files_are_made", make)
if folder is not None:
    for name in COMMANDS:
        report.check(f"parquet_says_what_csv_says_{name}", parquet_says_what_csv_says, name)
    report.check("standard_input_is_read_too", standard_input_is_read_too)
    report.check("memory_stays_small", memory_stays_small)
report.end()
