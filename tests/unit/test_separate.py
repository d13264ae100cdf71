"""What separates failing from working requests, against tables by hand and against planted and random windows."""

from __future__ import annotations

import random
from dataclasses import replace
from math import comb

import polars as pl
import pytest
from events_by_hand import frame, row

from analyzer.diagnose import _agents as agents
from analyzer.diagnose._separate import separate
from analyzer.diagnose._two_by_two import Table
from analyzer.model import Ref, Separating


def window(*rows):
    """Each row is client, whether it fails, and other values; one row a second."""
    built = [
        row("access", second, **{"status": 500 if fails else 200, **more})
        for second, (_, fails, more) in enumerate(rows)
    ]
    return frame(*built).with_columns(
        client=pl.Series([client for client, _, _ in rows], dtype=pl.String),
        failing=pl.Series([fails for _, fails, _ in rows], dtype=pl.Boolean),
    )


def told(found):
    """Gives attribute, value, whose it is, and the four counts."""
    if found is None:
        return None
    return (found.attribute, found.value, found.shared_by, found.failing, found.failing_total, found.working,
            found.working_total)  # fmt: skip


def requests(count, fails, client=None, **more):
    return [(client, fails, more)] * count


def crowd(count, fails, each=2, prefix="c", **more):
    """So many clients with some requests each."""
    return [(f"{prefix}{number}", fails, more) for number in range(count) for _ in range(each)]


# -- the table


def test_the_chance_of_a_table_is_fishers():
    """Of 8 cups 4 are named right: 1 of 70 ways; 3 or 4 right: 17 of 70 (Fisher, The Design of Experiments, 1935)."""
    assert Table(4, 4, 0, 4).chance() == pytest.approx(1 / 70)
    assert Table(3, 4, 1, 4).chance() == pytest.approx(17 / 70)
    assert Table(0, 4, 4, 4).chance() == pytest.approx(1.0)


def test_the_chance_of_a_big_table_is_finite():
    """One million working requests and 200 failing ones; the sum stops where nothing is added."""
    assert 0 <= Table(200, 200, 500_000, 1_000_000).chance() < 1e-50
    assert Table(100, 200, 500_000, 1_000_000).chance() == pytest.approx(0.528, abs=0.01)


def test_information_of_a_perfect_property_is_that_of_the_failure():
    """Half fail and the property says which: 1 bit; a property that says nothing has none."""
    assert Table(5, 5, 0, 5).information() == pytest.approx(1.0)
    assert Table(2, 4, 2, 4).information() == pytest.approx(0.0)


# -- one attribute


def test_a_version_that_all_failing_clients_have_is_told_with_its_counts():
    """Six clients of 4.2.0 fail 12 times, twenty of other versions work 40 times; places are one of each side."""
    rows = crowd(6, True, prefix="a", user_agent="shop/4.2.0") + crowd(20, False, user_agent="shop/4.1.9")
    found = separate(window(*rows))
    assert told(found) == ("version of the user agent", "shop/4.2.0", "failing", 12, 12, 0, 40)
    assert (found.failing_ref, found.working_ref) == (Ref("access.log", 1), Ref("access.log", 13))
    assert found.alike == ("user agent = shop/4.2.0",)


@pytest.mark.parametrize(
    ("column", "name"), [("client_version", "client version"), ("tenant", "tenant"), ("region", "region")]
)
def test_what_clients_and_applications_name_themselves_is_compared(column, name):
    """214 failures carry one value, 1,880 requests with others worked; the program is the same for all."""
    rows = [(f"a{number % 12}", True, {column: "4.2.0", "user_agent": "shop/1"}) for number in range(214)]
    rows += [
        (f"b{number % 60}", False, {column: f"4.1.{number % 3}", "user_agent": "shop/1"}) for number in range(1880)
    ]
    assert told(separate(window(*rows))) == (name, "4.2.0", "failing", 214, 214, 0, 1880)


def test_a_value_that_some_working_requests_share_is_told_if_the_others_worked():
    """One request in two of a version is refused; none of 40 others."""
    rows = [
        *crowd(10, True, prefix="a", each=1, user_agent="shop/4.2.0"),
        *crowd(10, False, prefix="a", each=1, user_agent="shop/4.2.0"),
        *crowd(20, False, user_agent="shop/4.1.9"),
    ]
    assert told(separate(window(*rows))) == ("version of the user agent", "shop/4.2.0", "failing", 10, 10, 10, 50)


def test_many_requests_of_few_clients_prove_nothing_about_their_program():
    """Two of six clients fail 100 times each and share a program with none of four: 1 in 15 by chance."""
    rows = crowd(2, True, each=100, prefix="a", user_agent="x/1") + crowd(4, False, each=100, user_agent="y/1")
    assert separate(window(*rows)) is None


def test_one_client_alone_is_named_and_what_is_its_own_only_mirrors_it():
    """Its program and its address are no news: the client is named, they are given beside it."""
    own = {"user_agent": "nightly/2.3", "client_ip": "192.0.2.1"}
    rows = requests(30, True, "n", **own) + requests(15, False, "n", **own)
    rows += crowd(10, False, user_agent="shop/4.1.9", client_ip="198.51.100.7")
    found = separate(window(*rows))
    assert told(found) == ("client", "n", "failing", 30, 30, 15, 35)
    assert "version of the user agent = nightly/2.3" in found.alike


@pytest.mark.parametrize(("column", "name"), [("user", "user"), ("client_ip", "client address")])
def test_a_client_is_called_what_it_is(column, name):
    """A user where it is the user's name, an address where it is that."""
    rows = [("n", True, {column: "n"})] * 20 + crowd(10, False)
    assert told(separate(window(*rows)))[:2] == (name, "n")


def test_what_differs_within_clients_is_judged_by_requests():
    """One of two servers breaks every request, whoever sends it."""
    rows = []
    for number in range(5):
        rows += [
            (f"c{number}", True, {"upstream": ["10.0.0.1:80"]}),
            (f"c{number}", False, {"upstream": ["10.0.0.2:80"]}),
        ] * 2
    assert told(separate(window(*rows))) == ("server behind", "10.0.0.1:80", "failing", 10, 10, 0, 10)


def test_the_last_of_several_servers_counts():
    """A retry went to the server that failed too."""
    rows = crowd(5, True, upstream=["10.0.0.2:80", "10.0.0.1:80"]) + crowd(
        9, False, prefix="w", upstream=["10.0.0.2:80"]
    )
    assert told(separate(window(*rows)))[:2] == ("server behind", "10.0.0.1:80")


def test_one_thing_that_always_fails_is_told_by_its_path():
    """Everybody's requests for 77 fail, those for other ids work."""
    rows = []
    for number in range(6):
        rows += [(f"c{number}", True, {"path": "/o/77"}), (f"c{number}", False, {"path": f"/o/{number}"}),
                 (f"c{number}", False, {"path": f"/o/{number + 1}"})]  # fmt: skip
    assert told(separate(window(*rows))) == ("path", "/o/77", "failing", 6, 6, 0, 12)


def test_a_query_parameter_is_told_by_its_name_or_plain_value():
    """format=csv is plain; what may be a secret is only there or not."""
    rows = []
    for number in range(6):
        rows += [(f"c{number}", True, {"query": "a=1&format=csv"}), (f"c{number}", False, {"query": "a=1&format=json"})]
    assert told(separate(window(*rows)))[:2] == ("query parameter format", "csv")
    rows = [
        (client, fails, {"query": f"a=1&api_key=k{client}x9"} if fails else {"query": "a=1"})
        for client, fails, _ in rows
    ]
    assert told(separate(window(*rows)))[:2] == ("query parameter api_key", "(present)")


def test_a_header_that_failing_requests_lack_is_told():
    """Ten clients without a User-Agent are refused."""
    rows = (
        crowd(10, True, prefix="a")
        + crowd(10, False, user_agent="shop/4.1")
        + crowd(10, False, prefix="b", user_agent="tool/1")
    )
    assert told(separate(window(*rows))) == ("user agent", "(none)", "failing", 20, 20, 0, 40)


def test_what_only_working_requests_share_is_told_the_other_way():
    """Clients of nine programs fail; those of the tenth are the only ones that work."""
    rows = crowd(20, False, prefix="w", user_agent="good/1")
    for number in range(9):
        rows += crowd(3, True, prefix=f"f{number}-", user_agent=f"bad{number}/1")
    assert told(separate(window(*rows))) == ("version of the user agent", "good/1", "working", 0, 54, 40, 40)


def test_what_is_known_of_failures_alone_separates_nothing():
    """An application that writes the headers of its failures only says nothing of the others' headers."""
    rows = crowd(10, True, prefix="a", auth_scheme="Bearer", token_kid="k1") + crowd(20, False)
    rows += crowd(2, False, prefix="b", auth_scheme="Cookie", token_kid="k2")
    assert separate(window(*rows)) is None


def test_requests_that_failed_otherwise_are_not_called_working():
    """Two requests of the version end in 404, by another fault: they are on no side."""
    rows = crowd(6, True, prefix="a", user_agent="shop/4.2.0") + crowd(20, False, user_agent="shop/4.1.9")
    rows += crowd(1, False, prefix="x", user_agent="shop/4.1.9", status=404)
    assert told(separate(window(*rows))) == ("version of the user agent", "shop/4.2.0", "failing", 12, 12, 0, 40)


def test_where_all_fail_or_none_nothing_can_separate():
    """There is no other side to compare with."""
    assert separate(window(*crowd(9, True, user_agent="old/1"))) is None
    assert separate(window(*crowd(9, False, user_agent="old/1"))) is None


def test_where_no_request_of_the_method_works_the_other_methods_are_asked():
    """DELETE fails for all, GET on the same route works; preflights do not count."""
    failing = window(*crowd(5, True, method="DELETE"))
    beside = window(*crowd(8, False, method="GET"), *crowd(9, False, method="OPTIONS"))
    assert told(separate(failing, beside)) == ("method", "DELETE", "failing", 10, 10, 0, 16)
    assert separate(failing, window(*crowd(9, False, method="OPTIONS"))) is None


def test_equal_windows_give_equal_answers_in_any_order_of_their_rows():
    """The answer hangs on what was asked, not on the order of the lines; the places may."""
    rows = crowd(6, True, prefix="a", user_agent="shop/4.2.0", host="h1") + crowd(
        9, False, user_agent="shop/4.1.9", host="h2"
    )
    first = separate(window(*rows))
    random.Random(3).shuffle(rows)
    again = separate(window(*rows))
    assert replace(first, failing_ref=None, working_ref=None) == replace(again, failing_ref=None, working_ref=None)


# -- user agents


@pytest.mark.parametrize(
    ("agent", "version", "product", "system"),
    [
        ("acme-sync/1.9.0 python-requests/2.32.3", "acme-sync/1.9.0", "acme-sync", None),
        ("MeridianMobile/5.9.2 (iOS 18.1; iPhone15,3)", "MeridianMobile/5.9.2", "MeridianMobile", "iOS 18"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge/141", "Edge", "Windows 10",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.4 Safari/605.1.15", "Safari/18", "Safari", "macOS 10",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox/145", "Firefox", "Linux"),
        ("curl", None, None, None),
        (None, None, None, None),
    ],
)  # fmt: skip
def test_user_agents_are_read(agent, version, product, system):
    """Programs name themselves first; browsers name their relatives too."""
    found = pl.DataFrame({"user_agent": [agent]}, schema={"user_agent": pl.String}).select(
        version=agents.version(), product=agents.product(), system=agents.system()
    )
    assert found.row(0) == (version, product, system)


# -- promises


AGENTS = (
    "shop/4.2.0",
    "shop/4.1.9",
    "sync/1.0",
    "sync/1.1",
    "erp/7",
    "scan/2",
    "Mozilla/5.0 (X11; Linux) Firefox/145.0",
)


def random_window(dice, fails):
    """36 clients with an agent, a network, a key, and requests with paths, parameters and servers; fails decides."""
    clients = [
        {"user": f"u{number}", "client_ip": f"10.0.{dice.randrange(6)}.{number + 1}", "user_agent": dice.choice(AGENTS),
         "token_kid": dice.choice(("k1", "k2")), "protocol": dice.choice(("HTTP/1.1", "HTTP/2"))}
        for number in range(36)
    ]  # fmt: skip
    rows = []
    for client in clients:
        for _ in range(dice.randrange(1, 7)):
            more = {**client, "path": f"/o/{dice.randrange(12)}", "query": f"page={dice.randrange(3)}&format=csv",
                    "upstream": [f"10.9.0.{dice.randrange(3)}:80"], "host": dice.choice(("a", "b"))}  # fmt: skip
            rows.append((client["user"], fails(more), more))
    return window(*rows)


def test_where_nothing_separates_nothing_is_claimed():
    """At most 1 % of 500 windows: requests fail by chance, or some clients fail whatever they ask."""
    claims = 0
    for seed in range(500):
        dice = random.Random(seed)
        rate, ill = dice.uniform(0.05, 0.9), {f"u{number}" for number in dice.sample(range(36), dice.randrange(2, 18))}
        by_client = seed % 2
        found = separate(random_window(dice, lambda more: more["user"] in ill if by_client else dice.random() < rate))  # noqa: B023
        claims += found is not None
    assert claims <= 5


PLANTED = {
    "version of the user agent": lambda more: more["user_agent"] == "shop/4.2.0",
    "server behind": lambda more: more["upstream"] == ["10.9.0.1:80"],
    "path": lambda more: more["path"] == "/o/7",
    "query parameter page": lambda more: "page=2" in more["query"],
    "key id of the token": lambda more: more["token_kid"] == "k2",
    "client": lambda more: more["user"] == "u5",
}


@pytest.mark.parametrize("planted", sorted(PLANTED))
def test_what_was_planted_is_found(planted):
    """At least 95 % of 40 windows, though a few of the others fail too and a tenth of the planted ones works."""
    found = tried = 0
    for seed in range(40):
        dice = random.Random(seed)

        def fails(more, dice=dice):
            return dice.random() < (0.9 if PLANTED[planted](more) else 0.0 if planted == "client" else 0.005)

        rows = random_window(dice, fails)
        clients = len({more["user"] for more in rows.filter("failing").iter_rows(named=True) if PLANTED[planted](more)})
        if rows["failing"].sum() < 4 or (clients < 4 and planted != "client"):
            continue  # of so few chance cannot be excluded
        tried += 1
        answer = separate(rows)
        found += answer is not None and (answer.attribute == planted or (planted == "client" and answer.value == "u5"))
    assert tried >= 10
    assert found >= 0.95 * tried


def test_the_chance_is_that_of_counting_all_ways():
    """Against the definition, on all small tables."""
    for failing_total in range(1, 5):
        for working_total in range(1, 5):
            for failing in range(failing_total + 1):
                for working in range(working_total + 1):
                    having, total = failing + working, failing_total + working_total
                    ways = sum(
                        comb(having, hit) * comb(total - having, failing_total - hit)
                        for hit in range(failing, min(having, failing_total) + 1)
                        if failing_total - hit <= total - having
                    )
                    chance = Table(failing, failing_total, working, working_total).chance()
                    assert chance == pytest.approx(ways / comb(total, failing_total))


def test_defaults_of_the_value_are_those_of_older_outputs():
    """What names no side is shared by the failing."""
    assert Separating("a", "b", 1, 1, 0, 1).shared_by == "failing"


# -- what is the failure itself


def test_that_haproxy_chose_no_server_separates_nothing():
    """A denied request stands under its frontend (HAProxy, 8.2.3, %b), any other under a server: that is no reason."""
    denied = {"termination_state": "PR--", "upstream_name": "fe", "user_agent": "partner/5.1"}
    served = {"termination_state": "----", "upstream_name": "be/web1", "user_agent": "Firefox/128"}
    rows = [*crowd(3, fails=True, each=6, **denied), *crowd(12, fails=False, prefix="d", **served)]
    found = separate(window(*rows))
    assert told(found)[:2] == ("version of the user agent", "partner/5.1")
