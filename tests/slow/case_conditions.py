"""Random conditions on random histories: the program says of each what DuckDB says by SQL of its own."""

import os

from slow import CACHE, HERE, ROOT, Failure, Report, Skip, expect, run, temporary_folder

CONDITIONS = 1_000
SEEDS = range(101, 106)


def conditions_agree(seed):
    python = CACHE / "venv-tables/bin/python"
    if not (CACHE / "venv-tables/installed").exists():
        raise Skip("duckdb is not installed")
    path = temporary_folder("conditions") / f"{seed}.jsonl"
    script = HERE / "clients/conditions_duckdb.py"
    made = run([python, script, "--seed", seed, "--conditions", CONDITIONS], seconds=300)
    path.write_text(made)
    telling = sum(len(set(it.rsplit('"holds":"', 1)[1].rstrip('"}'))) == 2 for it in made.splitlines()[1:])
    expect(CONDITIONS // 4 <= telling, f"only {telling} conditions hold for some and not for others")
    judge(path)


def judge(path):
    command = ["cargo", "test", "--quiet", "--locked", "--package", "audience", "duckdb_says_the_same"]
    with open(path) as file:
        said = run(command, seconds=600, stdin=file, cwd=ROOT, env={**os.environ, "FULCRUM_CONDITIONS": "1", "RUST_BACKTRACE": "0"})
    expect("1 passed" in said, f"the comparison did not run: {said[-300:]}")


def a_wrong_verdict_is_found():
    """Otherwise the agreement would mean nothing."""
    world, first, *rest = (ROOT / "fixtures/conditions/duckdb.jsonl").read_text().splitlines()
    turned = first[:-3] + {"0": "1", "1": "0"}[first[-3]] + first[-2:]
    path = temporary_folder("conditions") / "turned.jsonl"
    path.write_text("\n".join([world, turned, *rest]))
    try:
        judge(path)
    except Failure as why:
        expect("1 of 200 differ" in str(why), f"it failed otherwise: {why}")
        return
    raise Failure("a verdict that was turned round was not noticed")


report = Report()
for seed in SEEDS:
    report.check(f"conditions_agree_{seed}", conditions_agree, seed)
report.check("a_wrong_verdict_is_found", a_wrong_verdict_is_found)
report.end()
