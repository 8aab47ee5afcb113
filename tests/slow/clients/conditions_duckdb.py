"""Random conditions and histories, judged by DuckDB.

    conditions_duckdb.py --seed 1 --conditions 3000 > cases.jsonl
    conditions_duckdb.py --seed 4 --conditions 200 --people 8 --telling > fixtures/conditions/duckdb.jsonl

The first line of the output holds people (traits, consent, events with the time of arrival) and moments;
each further line holds a condition as a tree and DuckDB's verdicts, one `0` or `1` for each person and moment.
The SQL is made from the tree alone, by the manual's words: nothing here is shared with the program.
"""

import argparse
import datetime
import functools
import json
import random
import re
import sys

import duckdb

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
START = 1_795_348_800_000  # 2026-11-22T12:00:00Z
MOMENTS = [START + it for it in [0, 1, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 9 * DAY, 40 * DAY]]
SPANS = ["1ms", "1h", "6h", "12h", "1d", "1d1ms", "2d", "3d", "7d", "30d", "60d", "365d"]
UNITS = {"ms": 1, "s": SECOND, "m": 60 * SECOND, "h": HOUR, "d": DAY, "w": 7 * DAY}
# Of a sequence only so many times of an event are looked at.
TIMES_MAX = 64
ORDERS = ["<", "<=", ">", ">="]
OPERATORS = ["==", "!=", *ORDERS]
TEXTS = ["pro", "Pro", "free", "", "éa", "Éa", "vip", "3"]
VERSIONS = [
    "2.9.1", "v2.10", "2.10.0-rc.1", "2.10.0-rc.2", "2.10.0-rc.11", "3", "2.10.0+build.5", "1.0.0-alpha", "1.0.0-alpha.1",
    "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0", "nightly", "2.09.1", "1.2.3.4", "V1.10", "10.0.0",
]


def instant(millis):
    seconds, rest = divmod(millis, 1000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{rest:03}Z" if rest else "Z")


# The world.


def times(chance, millis):
    """A time as texts have it: an instant, a day, or something else."""
    kind = chance.random()
    if kind < 0.6:
        return instant(millis)
    if kind < 0.9:
        return instant(millis)[:10]
    return "some day"


def properties(chance, time):
    found = {}
    if chance.random() < 0.85:
        found["x"] = chance.choice([0, 1, 2, 3, 50, 0.1, 0.2, 2.5, 19.99, -1, 100.05, "many"])
    if chance.random() < 0.8:
        found["currency"] = chance.choice(["EUR", "EUR", "eur", "USD"])
    if chance.random() < 0.5:
        found["tag"] = chance.choice(TEXTS)
    if chance.random() < 0.5:
        found["tags"] = chance.sample(["vip", "New", "nl", 3, True, "éa"], chance.randint(0, 3))
    if chance.random() < 0.4:
        found["ok"] = chance.choice([True, False])
    if chance.random() < 0.4:
        found["when"] = times(chance, time + chance.choice([-3, -1, 0, 1, 3]) * DAY)
    if chance.random() < 0.4:
        found["v"] = chance.choice(VERSIONS)
    if chance.random() < 0.4:
        found["order"] = {"total": chance.choice([5, 19.99, 70]), "currency": chance.choice(["EUR", "USD"])}
    if chance.random() < 0.3:
        found["price"] = {"amount": chance.choice([0.3, 19.99, 50]), "currency": chance.choice(["EUR", "USD"])}
    return found


def person(chance, heavy):
    traits = {}
    for name, value in [
        ("plan", lambda: chance.choice(TEXTS)),
        ("n", lambda: chance.choice([0, 1, 2, 3, 50, 2.5, 19.99])),
        ("yes", lambda: chance.choice([True, False])),
        ("tags", lambda: chance.sample(["vip", "New", "nl", 3, True, "éa"], chance.randint(0, 3))),
        ("day", lambda: times(chance, START + chance.randint(-20, 40) * DAY // 2)),
        ("birthday", lambda: chance.choice(["1990-11-25", "2024-02-29", "2001-12-31", "1985-01-01T23:59:59Z", "2026-12-02"])),
        ("app", lambda: chance.choice(VERSIONS)),
        ("currency", lambda: chance.choice(["EUR", "USD", "eur"])),
        ("order", lambda: {"total": chance.choice([5, 19.99, 70]), "currency": chance.choice(["EUR", "USD"])}),
        ("price", lambda: {"amount": chance.choice([0.3, 19.99, 50]), "currency": chance.choice(["EUR", "USD"])}),
        ("list", lambda: {"vip": chance.choice([True, False])}),
        ("list.vip", lambda: chance.choice([True, False, "true"])),
        ("list.late", lambda: True),
    ]:
        if chance.random() < 0.6:
            traits[name] = value()
    events = []
    for _ in range(chance.choice([0, 5, 15, 15, 30])):
        # Often on the hour, so that windows end exactly at a moment.
        time = START - chance.randint(-40, 160) * 6 * HOUR + chance.choice([0, 0, 0, 1, -1, chance.randint(0, DAY)])
        events.append((chance.choice("ABC"), time))
    if heavy:
        events += [("H", START - chance.randint(0, 100 * HOUR)) for _ in range(100)]
    shown = []
    for name, time in events:
        late = chance.choice([0, 0, 0, 0, 0, chance.randint(0, 20 * DAY), -200])
        shown.append({"name": name, "time": time, "received": time + late, "properties": properties(chance, time)})
    shown.sort(key=lambda it: it["received"])
    return {"traits": traits, "consent": chance.random() < 0.5, "events": shown}


# Conditions as trees.


class Maker:
    """Makes trees that can be read; with `where`, only of what a filter may say."""

    def __init__(self, chance):
        self.chance = chance

    def pick(self, *makers):
        return self.chance.choice(makers)()

    def number(self):
        return self.chance.choice([0, 1, 2, 3, 50, 2.5, 19.99, -1])

    def plain(self):
        return self.chance.choice([*TEXTS, 3, 2.5, True, False])

    def event(self):
        return self.chance.choice("AABBCCH")

    def span(self):
        return self.chance.choice(SPANS)

    def counted(self, window=True):
        found = {"event": self.event()}
        if window and self.chance.random() < 0.7:
            found["window"] = self.span()
        if self.chance.random() < 0.4:
            found["where"] = self.tree(1, True)
        return found

    def stored(self, names, where):
        name = self.chance.choice(names)
        if where:
            return {"kind": "property", "name": {"plan": "tag", "n": "x", "yes": "ok", "day": "when", "birthday": "when", "app": "v"}.get(name, name)}
        return {"kind": "trait", "name": name}

    def anything(self, where):
        return self.stored(["plan", "n", "yes", "tags", "day", "app", "order.total", "price", "currency", "missing"], where)

    def time(self, where):
        if where or self.chance.random() < 0.3:
            return self.stored(["day", "birthday", "plan"], where)
        return {"kind": self.chance.choice(["first", "last"]), **self.counted(window=False)}

    def amount(self, where):
        if where or self.chance.random() < 0.3:
            return self.stored(["n", "plan", "order.total"], where)
        if self.chance.random() < 0.5:
            return {"kind": "count", **self.counted()}
        return {"kind": "sum", "property": self.chance.choice(["x", "order.total", "tag"]), **self.counted()}

    def list(self, make):
        return [make() for _ in range(self.chance.randint(1, 3))]

    def compare(self, left, operators, right):
        return {"kind": "compare", "left": left, "op": self.chance.choice(operators), "right": right}

    def value(self, value):
        return {"kind": "value", "value": value}

    def comparison(self, where):
        chance = self.chance
        side = lambda: chance.choice([self.value(self.number()), self.amount(where)])
        money = {"kind": "money", "amount": chance.choice([0, 0.3, 5, 19.99, 50, 100.05]), "currency": chance.choice(["EUR", "USD"])}
        priced = self.stored(["n", "order.total", "price", "plan"], where)
        if not where and chance.random() < 0.5:
            priced = {"kind": "sum", "property": chance.choice(["x", "order.total", "price"]), **self.counted()}
        version = {"kind": "version", "version": chance.choice([it for it in VERSIONS if rank_key(it) is not None])}
        moment = {"kind": "now"} if chance.random() < 0.3 else {"kind": "now", "shift": chance.choice(["", "-"]) + self.span()}
        made = [
            *[lambda: self.compare(self.amount(where), OPERATORS, side())] * 4,
            lambda: self.compare(self.anything(where), ["==", "!="], self.value(self.plain())),
            lambda: self.compare(self.stored(["plan", "n", "day"], where), ["==", "!="], self.stored(["plan", "n", "tags"], where)),
            lambda: self.compare({"kind": "lower", "of": self.anything(where)}, ["==", "!="], self.value(chance.choice(["pro", "éa", ""]))),
            lambda: self.compare({"kind": "length", "of": self.anything(where)}, OPERATORS, self.value(chance.randint(0, 4))),
            lambda: self.compare(priced, OPERATORS, money),
            lambda: self.compare(self.stored(["app", "n"], where), OPERATORS, version),
            lambda: self.compare(self.time(where), ORDERS, self.value(chance.choice(["2026-11-22", "2026-11-25T12:00:00Z"]))),
            lambda: self.compare(self.time(where), ORDERS, self.stored(["day", "birthday"], where)),
        ]
        if not where:
            made += [
                lambda: self.compare(self.time(False), ORDERS, moment),
                lambda: self.compare({"kind": "last", **self.counted(False)}, ORDERS, {"kind": "first", **self.counted(False)}),
            ]
        return self.pick(*made)

    def sequence(self):
        chance = self.chance
        step = lambda: {"event": self.event(), **({"where": self.tree(0, True)} if chance.random() < 0.25 else {})}
        within = lambda: {"within": self.span()} if chance.random() < 0.7 else {}
        steps = [step()] + [{**step(), **within()} for _ in range(chance.choice([0, 1, 1, 1, 2, 3]))]
        found = {"kind": "sequence", "steps": steps}
        if len(steps) == 1 or chance.random() < 0.3:
            found["then_not"] = {**step(), "within": self.span()}
        if chance.random() < 0.4:
            found["without"] = step()
        if chance.random() < 0.5:
            found["window"] = self.span()
        # Every choice of times is tried, so an event with a hundred of them may stand twice at most.
        often = 0
        for it in found["steps"]:
            often += it["event"] == "H"
            if 2 < often:
                it["event"] = "A"
        return found

    def leaf(self, where):
        chance = self.chance
        readable = lambda: self.pick(lambda: self.anything(where), lambda: {"kind": "lower", "of": self.anything(where)})
        small = lambda: chance.choice(["pro", "vip", "new", "éa", "p", "", 3, True])
        made = [
            *[lambda: self.comparison(where)] * 6,
            lambda: {"kind": "exists", "term": self.anything(where)},
            lambda: {"kind": "is_true", "term": self.anything(where)},
            lambda: {"kind": chance.choice(["in", "not_in"]), "term": readable(), "values": self.list(small)},
            lambda: {"kind": chance.choice(["contains_any", "contains_all"]), "term": readable(), "values": self.list(small)},
            lambda: {"kind": "contains", "term": readable(), "value": self.value(small())},
            lambda: {
                "kind": chance.choice(["starts_with", "ends_with", "contains"]),
                "term": self.anything(where),
                "value": self.pick(lambda: self.value(chance.choice(TEXTS)), lambda: self.stored(["plan"], where)),
            },
            lambda: {"kind": "age", "term": self.time(where), "op": chance.choice(ORDERS), "span": self.span()},
            lambda: {"kind": "within", "term": self.time(where), "side": chance.choice(["next", "last"]), "span": self.span()},
        ]
        if where:
            return self.pick(*made)
        made += [
            *[lambda: {"kind": "did", **self.counted()}] * 2,
            *[self.sequence] * 4,
            lambda: {"kind": "list", "name": chance.choice(["vip", "late", "none"])},
            lambda: {"kind": "consent", "channel": chance.choice(["email", "push"]), "topic": "t"},
            lambda: {"kind": "fixed", "holds": chance.choice([True, False])},
            lambda: {"kind": "anniversary", "term": self.time(False), "side": chance.choice(["next", "last"]), "span": self.span()},
        ]
        return self.pick(*made)

    def tree(self, depth, where=False):
        kind = self.chance.random()
        if depth == 0 or kind < 0.5:
            return self.leaf(where)
        if kind < 0.62:
            return {"kind": "not", "part": self.tree(depth - 1, where)}
        parts = [self.tree(depth - 1, where) for _ in range(self.chance.randint(2, 3))]
        return {"kind": self.chance.choice(["all", "any"]), "parts": parts}


# Trees as SQL.


def millis(span):
    return sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)(ms|[smhdw])", span))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def rank_key(text):
    """A version as the parts that semver.org compares, or none."""
    found = re.fullmatch(
        r"[vV]?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?", text
    )
    if not found:
        return None
    return [int(it or 0) for it in found.groups()[:3]], found.group(4)


def precedence(a, b):
    (core_a, pre_a), (core_b, pre_b) = rank_key(a), rank_key(b)
    if core_a != core_b:
        return -1 if core_a < core_b else 1
    if pre_a is None or pre_b is None:
        return (pre_a is None) - (pre_b is None)
    for one, other in zip(pre_a.split("."), pre_b.split(".")):
        if one == other:
            continue
        if one.isdigit() and other.isdigit():
            return -1 if int(one) < int(other) else 1
        if one.isdigit() != other.isdigit():
            return -1 if one.isdigit() else 1
        return -1 if one < other else 1
    return len(pre_a.split(".")) - len(pre_b.split("."))


class Found:
    """A term in SQL: what it is as a number, a text, a time, as JSON. NULL where it is no such thing."""

    def __init__(self, json="NULL::JSON", number="NULL::DOUBLE", time="NULL::BIGINT", moment=False):
        self.json, self.number, self.time = json, number, time
        # A time of an event rather than a text that may be one.
        self.moment = moment

    @staticmethod
    def of_json(value):
        kind = f"json_type({value})"
        text = f"(CASE WHEN {kind} = 'VARCHAR' THEN {value} ->> '$' END)"
        found = Found(
            f"(CASE WHEN {kind} <> 'NULL' THEN {value} END)",
            f"(CASE WHEN {kind} IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN ({value})::DOUBLE END)",
            f"epoch_ms(try_cast({text} AS TIMESTAMPTZ))",
        )
        found.text = text
        return found

    text = "NULL::VARCHAR"

    @property
    def exists(self):
        return f"({self.json} IS NOT NULL OR {self.number} IS NOT NULL OR {self.time} IS NOT NULL)"


class Query:
    """One condition. Counters and sequences become tables by moment, which the condition is joined with."""

    def __init__(self):
        self.tables = []

    def table(self, select):
        name = f"t{len(self.tables)}"
        self.tables.append((name, select))
        return name

    def sql(self, tree):
        holds = self.condition(tree, "m.traits", "m.now")
        tables = ", ".join(f"{name} AS ({select})" for name, select in self.tables)
        joins = "".join(f" LEFT JOIN {name} ON {name}.m = m.m" for name, _ in self.tables)
        return (f"WITH {tables} " if tables else "") + f"SELECT m.m, {holds} FROM moments m{joins} ORDER BY m.m"

    def condition(self, tree, values, now):
        return f"coalesce({getattr(self, tree['kind'])(tree, values, now)}, false)"

    # Groups and facts.

    def all(self, tree, values, now):
        return "(" + " AND ".join(self.condition(it, values, now) for it in tree["parts"]) + ")"

    def any(self, tree, values, now):
        return "(" + " OR ".join(self.condition(it, values, now) for it in tree["parts"]) + ")"

    def not_(self, tree, values, now):
        return "NOT " + self.condition(tree["part"], values, now)

    def fixed(self, tree, values, now):
        return str(tree["holds"])

    def consent(self, tree, values, now):
        return f"(m.consent AND {quoted(tree['channel'])} = 'email')"

    def list(self, tree, values, now):
        return f"({self.at(values, 'list.' + tree['name'])})::VARCHAR = 'true'"

    # Terms.

    def at(self, values, path):
        """By its whole name, or through maps."""
        whole = f"json_extract({values}, {quoted('$.' + json.dumps(path))})"
        if "." not in path:
            return whole
        through = f"json_extract({values}, {quoted('$.' + path)})"
        return f"coalesce({whole}, {through})"

    def term(self, term, values, now):
        kind = term["kind"]
        if kind == "value":
            found = Found.of_json(quoted(json.dumps(term["value"], ensure_ascii=False)) + "::JSON")
            return found
        if kind in ("trait", "property"):
            return Found.of_json(self.at(values, term["name"]))
        if kind == "lower":
            inner = self.at(values, term["of"]["name"])
            return Found.of_json(f"(CASE WHEN json_type({inner}) IN ('VARCHAR', 'ARRAY') THEN lower(({inner})::VARCHAR)::JSON END)")
        if kind == "length":
            inner = self.at(values, term["of"]["name"])
            of_text = f"WHEN json_type({inner}) = 'VARCHAR' THEN length({inner} ->> '$')"
            of_list = f"WHEN json_type({inner}) = 'ARRAY' THEN json_array_length({inner})"
            return Found(number=f"(CASE {of_text} {of_list} END)::DOUBLE")
        if kind == "now":
            shift = term.get("shift", "0ms")
            return Found(time=f"({now} + {-millis(shift) if shift.startswith('-') else millis(shift)})", moment=True)
        events = self.events(term)
        if kind == "count":
            name = self.table(f"SELECT m, count(*) AS v FROM {events} GROUP BY m")
            return Found(number=f"coalesce({name}.v, 0)::DOUBLE")
        if kind == "sum":
            value = self.at("props", term["property"])
            amount = f"CASE WHEN json_type({value}) IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN ({value})::VARCHAR::DECIMAL(18, 6) END"
            name = self.table(f"SELECT m, sum({amount}) AS v FROM {events} GROUP BY m")
            return Found(number=f"coalesce({name}.v, 0)::DOUBLE")
        extreme = {"first": "min", "last": "max"}[kind]
        name = self.table(f"SELECT m, {extreme}(time) AS v FROM {events} GROUP BY m")
        return Found(time=f"{name}.v", moment=True)

    def events(self, counted):
        """What is known at each moment of the events that are counted."""
        wanted = [f"name = {quoted(counted['event'])}"]
        if "window" in counted:
            wanted.append(f"now < time + {millis(counted['window'])}")
        if "where" in counted:
            wanted.append(self.condition(counted["where"], "props", "time"))
        return f"(SELECT * FROM known WHERE {' AND '.join(wanted)})"

    # Tests of values.

    def did(self, tree, values, now):
        name = self.table(f"SELECT m, count(*) AS v FROM {self.events(tree)} GROUP BY m")
        return f"{name}.v > 0"

    def exists(self, tree, values, now):
        return self.term(tree["term"], values, now).exists

    def is_true(self, tree, values, now):
        return f"({self.term(tree['term'], values, now).json})::VARCHAR = 'true'"

    def compare(self, tree, values, now):
        op = {"==": "=", "!=": "<>"}.get(tree["op"], tree["op"])
        right = tree["right"]
        if right["kind"] == "money":
            return self.money(tree["left"], op, right, values)
        left = self.term(tree["left"], values, now)
        if right["kind"] == "version":
            rank = f"(SELECT rank FROM versions WHERE text = {left.text})"
            return f"{rank} {op} (SELECT rank FROM versions WHERE text = {quoted(right['version'])})"
        right = self.term(right, values, now)
        numbers = f"WHEN {left.number} IS NOT NULL AND {right.number} IS NOT NULL THEN {left.number} {op} {right.number}"
        missing = f"WHEN NOT ({left.exists} AND {right.exists}) THEN false"
        if op not in ("=", "<>") or left.moment or right.moment:
            rest = f"{left.time} {op} {right.time}"
        else:
            same = f"coalesce(({left.json})::VARCHAR = ({right.json})::VARCHAR, false)"
            rest = same if op == "=" else f"NOT {same}"
        return f"(CASE {missing} {numbers} ELSE {rest} END)"

    def money(self, left, op, money, values):
        wanted = f"{money['amount']}::DECIMAL(18, 6)"
        if left["kind"] != "sum":
            return f"{self.price(values, left['name'], money['currency'])} {op} {wanted}"
        price = self.price("props", left["property"], money["currency"])
        name = self.table(f"SELECT m, sum({price}) AS v FROM {self.events(left)} GROUP BY m")
        return f"coalesce({name}.v, 0) {op} {wanted}"

    def price(self, values, path, currency):
        value = self.at(values, path)
        beside = self.at(values, ".".join([*path.split(".")[:-1], "currency"]))
        number = lambda it: f"(CASE WHEN json_type({it}) IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN ({it})::VARCHAR::DECIMAL(18, 6) END)"
        inside = lambda key: f"json_extract({value}, '$.{key}')"
        fits = lambda it: f"upper({it} ->> '$') = {quoted(currency)}"
        return (
            f"(CASE WHEN json_type({value}) = 'OBJECT' AND {fits(inside('currency'))} THEN {number(inside('amount'))} "
            f"WHEN json_type({value}) <> 'OBJECT' AND {fits(beside)} THEN {number(value)} END)"
        )

    def age(self, tree, values, now):
        return f"({now} - {self.term(tree['term'], values, now).time}) {tree['op']} {millis(tree['span'])}"

    def within(self, tree, values, now):
        time, span = self.term(tree["term"], values, now).time, millis(tree["span"])
        if tree["side"] == "next":
            return f"({time} - {span} <= {now} AND {now} < {time})"
        return f"({time} <= {now} AND {now} < {time} + {span})"

    def anniversary(self, tree, values, now):
        found, span = self.term(tree["term"], values, now), millis(tree["span"])
        if found.moment:
            day = f"epoch_ms({found.time})::DATE"
        else:
            day = f"(CASE WHEN {found.time} IS NOT NULL THEN ({found.text})[:10]::DATE END)"
        start = f"epoch_ms(({day} + to_years(y - year({day})::INT))::TIMESTAMP)"
        if tree["side"] == "next":
            inside = f"{start} - {span} <= {now} AND {now} < {start} + {DAY}"
        else:
            inside = f"{start} <= {now} AND {now} < {start} + {span}"
        years = f"range(year({day}) + 1, 2031)"
        return f"(SELECT bool_or({inside}) FROM (SELECT unnest({years})::INT AS y))"

    # Lists and texts.

    def among(self, tree, values, now):
        term = self.term(tree["term"], values, now)
        same = []
        for value in tree["values"]:
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                same.append(f"coalesce({term.number} = {value}, false)")
            else:
                same.append(f"coalesce(({term.json})::VARCHAR = {quoted(json.dumps(value, ensure_ascii=False))}, false)")
        return term, "(" + " OR ".join(same) + ")"

    def in_(self, tree, values, now):
        return self.among(tree, values, now)[1]

    def not_in(self, tree, values, now):
        term, same = self.among(tree, values, now)
        return f"({term.exists} AND NOT {same})"

    def has(self, term, part):
        """`part` is a term too."""
        elements = f"json_extract({term.json}, '$[*]')::VARCHAR[]"
        in_list = f"list_contains({elements}, ({part.json})::VARCHAR)"
        return (
            f"coalesce(CASE json_type({term.json}) WHEN 'ARRAY' THEN {in_list} "
            f"WHEN 'VARCHAR' THEN contains({term.text}, {part.text}) END, false)"
        )

    def contains(self, tree, values, now):
        return self.has(self.term(tree["term"], values, now), self.term(tree["value"], values, now))

    def each(self, tree, values, now, word):
        term = self.term(tree["term"], values, now)
        parts = [self.term({"kind": "value", "value": it}, values, now) for it in tree["values"]]
        return "(" + f" {word} ".join(self.has(term, it) for it in parts) + ")"

    def contains_any(self, tree, values, now):
        return self.each(tree, values, now, "OR")

    def contains_all(self, tree, values, now):
        return self.each(tree, values, now, "AND")

    def starts_with(self, tree, values, now):
        return f"starts_with({self.term(tree['term'], values, now).text}, {self.term(tree['value'], values, now).text})"

    def ends_with(self, tree, values, now):
        return f"suffix({self.term(tree['term'], values, now).text}, {self.term(tree['value'], values, now).text})"

    # One thing and then another: every choice of times is tried.

    def latest(self, step):
        order = f"row_number() OVER (PARTITION BY m ORDER BY time DESC) <= {TIMES_MAX}"
        return f"(SELECT m, now, time FROM {self.events({k: v for k, v in step.items() if k != 'within'})} QUALIFY {order})"

    def sequence(self, tree, values, now):
        steps = tree["steps"]
        joined, wanted = f"{self.latest(steps[0])} s0", []
        for n, step in enumerate(steps[1:], 1):
            limit = f" AND s{n}.time < s{n - 1}.time + {millis(step['within'])}" if "within" in step else ""
            joined += f" JOIN {self.latest(step)} s{n} ON s{n}.m = s0.m AND s{n - 1}.time < s{n}.time{limit}"
        last = f"s{len(steps) - 1}.time"
        complete = last
        if "then_not" in tree:
            complete = f"({last} + {millis(tree['then_not']['within'])})"
            wanted.append(self.none_between(tree["then_not"], last, complete))
            wanted.append(f"{complete} <= s0.now")
        if "without" in tree:
            wanted.append(self.none_between(tree["without"], "s0.time", complete))
        if "window" in tree:
            wanted.append(f"s0.now < {complete} + {millis(tree['window'])}")
        name = self.table(f"SELECT DISTINCT s0.m AS m FROM {joined}" + (f" WHERE {' AND '.join(wanted)}" if wanted else ""))
        return f"{name}.m IS NOT NULL"

    def none_between(self, event, start, end):
        return f"NOT EXISTS (SELECT 1 FROM {self.latest(event)} x WHERE x.m = s0.m AND {start} < x.time AND x.time < {end})"


# Words of Python that are kinds of trees.
setattr(Query, "not", Query.not_)
setattr(Query, "in", Query.in_)


def load(people):
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("CREATE TABLE moments (m INTEGER, now BIGINT, traits JSON, consent BOOLEAN)")
    connection.execute("CREATE TABLE events (m INTEGER, now BIGINT, name VARCHAR, time BIGINT, received BIGINT, props JSON)")
    connection.execute("CREATE TABLE versions (text VARCHAR, rank INTEGER)")
    moments, events = [], []
    for number, person in enumerate(people):
        for place, now in enumerate(MOMENTS):
            m = number * len(MOMENTS) + place
            moments.append((m, now, json.dumps(person["traits"], ensure_ascii=False), person["consent"]))
            for it in person["events"]:
                events.append((m, now, it["name"], it["time"], it["received"], json.dumps(it["properties"], ensure_ascii=False)))
    connection.executemany("INSERT INTO moments VALUES (?, ?, ?, ?)", moments)
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", events)
    connection.execute("CREATE TABLE known AS SELECT * FROM events WHERE received <= now")
    ranked = sorted((it for it in VERSIONS if rank_key(it)), key=functools.cmp_to_key(precedence))
    rank = 0
    for before, it in zip([None, *ranked], ranked):
        rank += before is None or precedence(before, it) != 0
        connection.execute("INSERT INTO versions VALUES (?, ?)", (it, rank))
    return connection


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--conditions", type=int, default=200)
    asked.add_argument("--people", type=int, default=12)
    asked.add_argument("--telling", action="store_true", help="only what holds for some and not for others")
    asked = asked.parse_args()
    chance = random.Random(asked.seed)
    people = [person(chance, number == 0) for number in range(asked.people)]
    connection = load(people)
    print(json.dumps({"people": people, "moments": MOMENTS}, ensure_ascii=False, separators=(",", ":")))
    maker = Maker(chance)
    written = 0
    while written < asked.conditions:
        tree = maker.tree(chance.choice([0, 0, 1, 1, 2]))
        sql = Query().sql(tree)
        try:
            rows = connection.execute(sql).fetchall()
        except duckdb.Error as error:
            sys.exit(f"{error}\n{json.dumps(tree)}\n{sql}")
        holds = "".join("1" if it[1] else "0" for it in rows)
        if asked.telling and len(set(holds)) == 1:
            continue
        written += 1
        print(json.dumps({"tree": tree, "holds": holds}, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
