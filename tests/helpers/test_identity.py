"""Two rows are the same by what they name: spelling makes no row another one, and no two rows one."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito.batches.identity import KEY_SIZE, KeyTable, digest, same_email, same_id, same_server
from tests.helpers.fakes import INTERVIEW, kinds, ok, people, register

ANN = "ann@example.org"
SERVER = "https://cool.jobmojito.com/functions/v1"
RENE = "ren\u00e9@stra\u00dfe.de"


@pytest.mark.parametrize(
    "spelled",
    [
        " Ann@Example.ORG ",
        "ann@example.org.",
        "a\u200bnn@example.org",
        "\ufeffann@exam\u00adple.org\u00a0",
        "an\ufe0fn@exa\u200dmple.org",
        "ann\u2060@example\u3002org",
        "ann\uff20\uff45xample.org",
        "ann@example.org\x00",
    ],
)
def test_spelling_makes_no_other_person(spelled):
    """Case, spaces, invisible characters and other forms of the same domain are one e-mail."""
    assert same_email(spelled) == ANN


@pytest.mark.parametrize(
    "spelled", ["rene\u0301@stra\u00dfe.de", "REN\u00c9@STRA\u1e9eE.DE", "ren\u00e9@xn--strae-oqa.de"]
)
def test_composed_and_decomposed_letters_are_one_person(spelled):
    """Unicode's canonical forms (NFC), capitals and punycode are spellings of one address."""
    assert same_email(spelled) == same_email(RENE) == "ren\u00e9@xn--strae-oqa.de"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@stra\u00dfe.de", "a@strasse.de"),
        ("stra\u00dfe@x.de", "strasse@x.de"),
        ("a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "a@\u0646\u0627\u0645\u0647\u0627\u06cc.com"),
        ("a@\u03b2\u03cc\u03bb\u03bf\u03c2.gr", "a@\u03b2\u03cc\u03bb\u03bf\u03c3.gr"),
        ("\ufb01@x.de", "fi@x.de"),
        ("rene@x.de", "ren\u00e9@x.de"),
        ("a.b@x.de", "ab@x.de"),
        ("a+1@x.de", "a@x.de"),
        ("a@b@x.de", "ab@x.de"),
        ("\u0131@x.de", "i@x.de"),
        ("\u0430nn@example.org", ANN),
    ],
)
def test_two_people_stay_two(one, other):
    """Other mailboxes and other domains are others, however alike they look or fold."""
    assert same_email(one) != same_email(other)


@pytest.mark.parametrize("nothing", ["", " \t", "\u200b\ufeff", None, 5])
def test_nothing_is_nobody(nothing):
    """What holds no visible character is no e-mail."""
    assert same_email(nothing) is None


@pytest.mark.parametrize(
    "strange", ["\ud800@x.de", "a@\ud800.de", "a@-\u00e9-.de", "@", "a@", "a@..\u00e9", "a@[::1]\u00e9"]
)
def test_any_string_has_a_form(strange):
    """What no mail system takes is compared all the same: the API decides about it."""
    assert same_email(strange) == same_email(strange + " ")


@pytest.mark.parametrize(
    "spelled",
    [
        "HTTPS://Cool.JobMojito.com/functions/v1",
        "https://cool.jobmojito.com:443/functions/v1",
        "https://cool.jobmojito.com./functions/v1///",
        "https://cool.jobmojito.com/functions/%76%31",
        "https://cool.jobmojito.com/x/../functions/./v1",
        "https://cool.jobmojito.com//functions//v1",
    ],
)
def test_spelling_makes_no_other_server(spelled):
    """Case, default port, final dots and slashes, escapes, dot segments and doubled slashes are one base URL."""
    assert same_server(spelled) == same_server(SERVER)


@pytest.mark.parametrize(
    "other",
    [
        "http://cool.jobmojito.com/functions/v1",
        "https://cool.jobmojito.com:8443/functions/v1",
        "https://cool.jobmojito.com/functions/V1",
        "https://cool.jobmojito.com/functions",
        "https://staging.jobmojito.com/functions/v1",
    ],
)
def test_other_servers_are_others(other):
    """Another scheme, port, path or host is another server."""
    assert same_server(other) != same_server(SERVER)


def test_hosts_are_compared_as_the_dns_does():
    """An international name and its punycode are one, two names that fold alike are two; so with addresses."""
    assert same_server("https://stra\u00dfe.de/v1") == same_server("https://xn--strae-oqa.de/v1")
    assert same_server("https://stra\u00dfe.de/v1") != same_server("https://strasse.de/v1")
    assert same_server("http://[0:0::1]:8000/v1") == same_server("http://[::1]:8000/v1")


@pytest.mark.parametrize(
    "spelled",
    [INTERVIEW.upper(), INTERVIEW.replace("-", ""), f"{{{INTERVIEW}}}", f"urn:uuid:{INTERVIEW}", f" {INTERVIEW} "],
)
def test_spelling_makes_no_other_id(spelled):
    """A UUID in any of its spellings is one id; what is none is compared as it is, but for case."""
    assert same_id(spelled) == INTERVIEW
    assert [same_id(value) for value in (True, "true", False, "false", None, "P1")] == [
        "true",
        "true",
        "",
        "",
        "",
        "p1",
    ]


def test_journal_knows_a_row_however_it_is_spelled(api, rows_api, tmp_path):
    """The next day's run, with another spelling of server, interview and people, sends nothing again."""
    journal = tmp_path / "run.db"
    plain = [*people(1), {"email": "ren\u00e9@example.org"}]
    spelled = [{"email": "Person0@Example.org\u200b"}, {"email": "rene\u0301@example.org"}]
    client = api.client(base_url="http://LocalHost:80/functions/v1/", transport=rows_api)
    api.use(client, register(plain, journal=journal))
    client = api.client(base_url="http://localhost/functions/v1", transport=rows_api)
    work = lambda jm: jm.register_candidates(INTERVIEW.upper().replace("-", ""), spelled, journal=journal)  # noqa: E731 - for `use`

    result = api.use(client, work)

    assert [one.interview_url for one in result] == [ok(row)["interview_url"] for row in plain]
    assert rows_api.sent == plain


def test_one_person_spelled_twice_is_sent_once(api, rows_api):
    """Within a run too: invisible characters and decomposed letters make no second candidate; two domains make two."""
    rows = [
        {"email": email}
        for email in (RENE, "rene\u0301@stra\u00dfe.de", "ren\u200b\u00e9@stra\u00dfe.de", "ren\u00e9@strasse.de")
    ]

    result = api.call(register(rows), transport=rows_api)

    assert kinds(result) == [None, "duplicate", "duplicate", None]
    assert rows_api.sent == [rows[0], rows[3]]


def test_role_that_is_left_out_is_the_contract_s_default(api, rows_api):
    """An invitation without a type is one as user, so that both together are one."""
    rows_api.respond = lambda rows: [{**row, "result": "Invited"} for row in rows]
    rows = [{"email": ANN}, {"email": ANN, "type": "User"}]

    result = api.call(lambda jm: jm.invite_users(rows), transport=rows_api)

    assert kinds(result) == [None, "duplicate"]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2**40)), max_size=200))
def test_key_table_is_a_dictionary(entries):
    """The latest number of each key is found, and none for a key that was not put."""
    table, expected = KeyTable(), {}
    for name, number in entries:
        table.put(digest(str(name)), number)
        expected[name] = number

    assert [table.get(digest(str(name))) for name in range(41)] == [expected.get(name) for name in range(41)]


def test_key_is_not_found_across_two_entries():
    """Bytes that stand at the seam of two entries of a bucket are no key."""
    table = KeyTable()
    table.put(bytes(KEY_SIZE), 0)
    table.put(bytes(2) + b"x" * (KEY_SIZE - 2), 7)

    assert table.get(bytes(8) + bytes(2) + b"x" * 6) is None
    assert (table.get(bytes(KEY_SIZE)), table.get(bytes(2) + b"x" * 14)) == (0, 7)


WITHOUT_SQLITE = """
import sys
sys.modules["_sqlite3"] = sys.modules["sqlite3"] = None
import httpx
from jobmojito import JobMojito
answer = httpx.MockTransport(lambda request: httpx.Response(200, json=[{"email": "a@example.org", "result": "ok"}]))
with JobMojito("token-0123456789", transport=answer) as jm:
    rows = [{"email": "a@example.org"}, {"email": "A@example.org"}]
    print(jm.register_candidates(sys.argv[1], rows, journal=sys.argv[2]).summary())
"""


def test_runs_need_no_sqlite(tmp_path):
    """A Python built without SQLite registers candidates, finds duplicates, and keeps a journal."""
    command = [sys.executable, "-c", WITHOUT_SQLITE, INTERVIEW, str(tmp_path / "run.db")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ran.stdout == "1 ok, 1 skipped, 0 error, 0 unknown\n"
