"""Rule files as they lie about: whole folders, header keys, warnings, and a hint for every fault."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analyzer import documents
from analyzer.detect import load_rules

RULE = """\
title: Bad gateway
id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10
level: low
logsource:
  category: webserver
detection:
  a:
    status: 502
  condition: a
"""
WORKFLOW = "name: Tests\non: push\njobs: {build: {runs-on: ubuntu}}\n"


def rule(number, **changes):
    text = RULE.replace("8e6d2f9e", f"{number:08x}")
    for key, value in changes.items():
        text += f"{key}: {value}\n"
    return text


def told(found):
    return [(each.location.line, f"{each.message} {each.hint or ''}".strip()) for each in found]


def one(tmp_path, text):
    (tmp_path / "r.yml").write_text(text, encoding="utf-8")
    return load_rules([tmp_path / "r.yml"])


def test_a_tree_of_public_rules_is_read_as_it_is(tmp_path):
    """Rules in any depth; .git and other hidden folders and YAML files without a rule are left out, and counted."""
    for name, text in {
        "rules/web/a.yml": rule(1),
        "rules/windows/b.yml": rule(2).replace("category: webserver", "category: process_creation"),
        "deprecated/c.yml": rule(3, status="deprecated"),
        "unsupported/d.yml": rule(4, status="unsupported"),
        "filters/e.yml": "title: F\nfilter: {rules: any}\nlogsource: {category: proxy}\n",
        "unsupported/f.yml": f"action: global\ntitle: G\n---\n{rule(6)}",
        ".github/workflows/g.yml": rule(7),
        ".git/h.yml": rule(8),
        "rules/.hidden.yml": rule(9),
        "regression/i.yml": WORKFLOW,
        "notes.md": "# title: no rule",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = load_rules([tmp_path])
    assert [Path(each.about.location.path).name for each in found.rules] == ["a.yml", "b.yml", "f.yml"]
    assert told(found.errors) == [
        (1, "uses the key 'action'. Sigma 1 global documents are not read: write every document out in full.")
    ]
    assert [each.reason for each in found.skipped] == [
        "has the status deprecated.",
        "has the status unsupported.",
        "Sigma filters are not supported.",
    ]
    assert found.ignored == (str(tmp_path / "regression/i.yml"),)


def test_a_file_that_is_named_must_be_a_rule(tmp_path):
    """What a folder may hold besides rules is a fault where it is asked for by name."""
    (tmp_path / "ci.yml").write_text(WORKFLOW, encoding="utf-8")
    found = load_rules([tmp_path / "ci.yml"])
    assert "needs either a detection or a correlation." in {error.message for error in found.errors}
    assert found.ignored == ()


def test_links_in_a_folder_lead_nowhere_else(tmp_path):
    """Not out of the folder, not round in circles; a mounted ConfigMap, whose files are links inside, is read."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yml").write_text(rule(1), encoding="utf-8")
    rules = tmp_path / "rules"
    (rules / "..data").mkdir(parents=True)
    (rules / "..data" / "good.yml").write_text(rule(2), encoding="utf-8")
    (rules / "good.yml").symlink_to("..data/good.yml")
    (rules / "again.yml").symlink_to("..data/good.yml")
    (rules / "out.yml").symlink_to(outside / "secret.yml")
    (rules / "none.yml").symlink_to("nothing.yml")
    (rules / "circle.yml").symlink_to("circle.yml")
    (rules / "folder").symlink_to(outside)
    (rules / "loop").symlink_to(".")
    os.mkfifo(rules / "pipe.yml")
    found = load_rules([rules])
    assert len(found.rules) == 1
    assert found.errors == ()
    assert [Path(each.rule).name for each in found.skipped] == ["circle.yml", "none.yml", "out.yml"]


def test_hostile_names_of_files_are_only_names(tmp_path):
    """Line ends, escapes, bytes that are no UTF-8 and a dash in front."""
    for number, name in enumerate([b"a\nb.yml", b"\x1b[31m.yml", b"\xff\xfe.yml", b"-o.yml", "\u202e.yml".encode()]):
        (tmp_path / os.fsdecode(name)).write_text(rule(number), encoding="utf-8")
    found = load_rules([tmp_path])
    assert (len(found.rules), found.errors) == (5, ())


def test_a_folder_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    """Its rules are missing, which nobody may take for silence."""
    (tmp_path / "a.yml").write_text(rule(1), encoding="utf-8")
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = load_rules([tmp_path])
    assert [str(error) for error in found.errors] == [
        f"{tmp_path}/closed: cannot be read: Permission denied. Its rules were not read."
    ]
    assert len(found.rules) == 1


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("id", "1", "needs text as id"),
        ("related", "[{id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10, type: similar}]", None),
        ("related", "x", "needs a list of maps as related"),
        ("related", "[{id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10}]", "needs an id and a type here"),
        ("related", "[{id: 7, type: similar}]", "needs a UUID as id of a related rule"),
        ("related", "[{id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10, type: like}]", "has the relation 'like'"),
        ("date", "2026-03-01", None),
        ("date", "2024/03/01", "has '2024/03/01' as date. Dates are YYYY-MM-DD"),
        ("date", "2026-02-30", "has '2026-02-30' as date"),
        ("modified", "20260301", "has 20260301 as modified"),
        ("tags", "[attack.t1190, cve.2024-1-2]", None),
        ("tags", "[Attack.t1190]", "has the tag 'Attack.t1190'. Tags are namespace.name in lower case."),
        ("tags", "[attack]", "has the tag 'attack'"),
        ("tags", "attack.t1190", "needs a list of texts as tags"),
        ("references", "[1]", "needs a list of texts as references"),
        ("falsepositives", "None known", "needs a list of texts as falsepositives"),
        ("fields", "[status, path]", None),
        ("fields", "{a: b}", "needs a list of texts as fields"),
        ("scope", "[server]", None),
        ("scope", "7", "needs a list of texts as scope"),
        ("license", "MIT", None),
        ("license", "[MIT]", "needs text as license"),
        ("author", "[Ann, Bob]", "needs text as author"),
    ],
)
def test_header_keys_are_as_the_specification_has_them(tmp_path, monkeypatch, key, value, message):
    """In a rule of others a warning, since it still runs; in our own folder a fault."""
    text = rule(1, **{key: value}) if key != "id" else RULE.replace("8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10", value)
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.startswith(f"{key}:"))
    foreign = one(tmp_path, text)
    if key == "id":
        assert message in told(foreign.errors)[0][1]
        return
    assert foreign.errors == ()
    assert len(foreign.rules) == 1
    assert [(at, message in each) for at, each in told(foreign.warnings)] == ([(line, True)] if message else [])
    monkeypatch.setattr(documents, "rules_folder", lambda: tmp_path)
    own = one(tmp_path, text)
    assert own.warnings == ()
    assert [(at, message in each) for at, each in told(own.errors)] == ([(line, True)] if message else [])


def test_an_id_that_is_no_uuid_and_a_spelled_out_product_are_warnings(tmp_path):
    """Both are read as they are meant."""
    text = RULE.replace("8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f10", "mine").replace("category: webserver", "product: NGINX")
    found = one(tmp_path, text)
    assert [message for _, message in told(found.warnings)] == [
        "has the id 'mine', which is no UUID. Make one, such as with uuidgen.",
        "has 'NGINX' as product. It is read in lower case, as the specification has it.",
    ]
    assert found.rules[0].logsource.product == "nginx"


@pytest.mark.parametrize(("key", "longest"), [("title", 256), ("description", 65_535)])
def test_texts_are_as_long_as_the_specification_allows(tmp_path, key, longest):
    """At the limit a rule is right, one character more is a fault."""
    base = RULE.partition("\n")[2] if key == "title" else RULE
    assert one(tmp_path, f"{base}{key}: {'x' * longest}\n").errors == ()
    assert "more than" in one(tmp_path, f"{base}{key}: {'x' * (longest + 1)}\n").errors[0].message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  condition: a", "  b: {path: x}\n  condition: a", "does not use the selection 'b' in its condition."),
        ("status: 502", "path|base64offset: abcd", "has 'base64offset' without 'contains' after it."),
        ("status: 502", "path|base64offset|contains: abcd", None),
        ("  condition: a", "  timeframe: 5m\n  condition: a", "has the legacy key 'timeframe', which is ignored."),
    ],
)
def test_lints_leave_a_rule_running(tmp_path, old, new, message):
    """What is odd is a warning with a hint."""
    found = one(tmp_path, RULE.replace(old, new))
    assert (len(found.rules), found.errors) == (1, ())
    assert [each.message for each in found.warnings] == ([message] if message else [])
    assert all(each.hint for each in found.warnings)


@pytest.mark.parametrize("value", ["2026-03-01", "[a, 2026-03-01]", "2026-03-01T12:00:00Z"])
def test_an_unquoted_date_is_no_value(tmp_path, value):
    """YAML makes a date of it, and a log holds none; quoted it is text."""
    found = one(tmp_path, RULE.replace("status: 502", f"path: {value}"))
    assert told(found.errors) == [(8, "has an unquoted date as value. Quote it: it is compared as text.")]
    assert one(tmp_path, RULE.replace("status: 502", "path: '2026-03-01'")).errors == ()


def test_faults_of_selections_and_condition_are_told_together(tmp_path):
    """One reading tells all: a selection, the condition, the header, the sections of ours."""
    text = RULE.replace("    status: 502", "    status|x: 1").replace("condition: a", "condition: a and b")
    text = text.replace("level: low", "level: loud\nx-report: {say: a}\nx-burst: {alpha: 2}\nx-tests: [{}]")
    found = one(tmp_path, text)
    assert [line for line, _ in told(found.errors)] == [3, 4, 5, 6, 6, 11, 12]
    assert all(error.location.column and error.hint for error in found.errors)


LIMITS = [
    ("bytes", lambda: RULE + "#" * (1_000_000 - len(RULE)), lambda: RULE + "#" * (1_000_001 - len(RULE)), "is larger than"),
    ("documents", lambda: "---\n".join(rule(n) for n in range(500)), lambda: "---\n".join(rule(n) for n in range(501)), "more than 500"),
    ("pattern", lambda: RULE.replace("502", "x" * 1000), lambda: RULE.replace("502", "x" * 1001), "more than 1,000 bytes"),
    ("keyword", lambda: RULE.replace("\n    status: 502", f" [{'x' * 1000}]"), lambda: RULE.replace("\n    status: 502", f" [{'x' * 1001}]"), "more than 1,000 bytes"),
    ("depth", lambda: RULE + f"custom: {'[' * 19}{']' * 19}", lambda: RULE + f"custom: {'[' * 20}{']' * 20}", "deeper than 20"),
    ("twice", lambda: RULE, lambda: RULE + "title: again\n", "has the key 'title' twice"),
    ("anchor", lambda: RULE, lambda: RULE.replace("502", "&a 502"), "uses an anchor"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "message"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
def test_limits_hold_at_the_limit_and_one_beyond(tmp_path, right, wrong, message):
    """Files of 1 MB, 500 documents, patterns of 1 kB, 20 levels; keys once, and no anchors."""
    assert one(tmp_path, right()).errors == ()
    assert message in str(one(tmp_path, wrong()).errors[0])


LOST = """title: Lost
id: 8e6d2f9e-33a1-4a2c-9c55-6f4a4a1f3f11
level: low
correlation: {type: event_count, rules: [nobody], group-by: [c-ip], timespan: 1m, condition: {gte: 2}}
"""


def test_a_second_load_in_one_process_sees_the_same_faults_and_what_was_changed(tmp_path):
    """A file is parsed once: faults between files are not told twice, and a changed file is read anew."""
    first, second = (one(tmp_path, LOST) for _ in range(2))
    message = "refers to 'nobody', which is no rule."
    assert [error.message for error in first.errors] == [error.message for error in second.errors] == [message]
    changed = one(tmp_path, rule(1))
    assert (len(changed.rules), changed.errors) == (1, ())
    assert changed.sha256 != first.sha256
