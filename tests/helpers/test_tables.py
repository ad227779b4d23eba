"""A CSV file is read as rows, and what is wrong with it is told before anything is sent, by line or column."""

import csv
import os
import pickle
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmojito import (
    BatchResult,
    ConfigurationError,
    RowOutcome,
    RowStatus,
    TableError,
    read_candidates,
    read_invitations,
    read_resumes,
)
from tests.helpers.fakes import register

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@pytest.fixture
def table(tmp_path):
    """Writes a CSV file and gives its path."""

    def write(content, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_header_and_rows_are_read(table, mark, end):
    """UTF-8 with or without a byte order mark, any line end; empty cells are left out, outer spaces dropped."""
    lines = ["email , name,external_id", ' ann@example.org,"Novák, ""Ann""",', "bob@example.org,,7", ""]

    rows = read_candidates(table(mark + end.join(lines).encode()))

    assert list(rows) == [
        {"email": "ann@example.org", "name": 'Novák, "Ann"'},
        {"email": "bob@example.org", "external_id": "7"},
    ]
    assert len(rows) == 2
    assert list(rows) == list(rows)


@given(st.lists(st.tuples(CELL.filter(str.strip), CELL, CELL), max_size=5))
def test_what_a_csv_writer_wrote_is_read(tmp_path_factory, people):
    """Quotes, commas and line breaks within cells come back as they were, but for outer spaces."""
    path = tmp_path_factory.mktemp("tables") / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("email", "name", "external_id"), *people])

    expected = [
        {k: v.strip() for k, v in zip(("email", "name", "external_id"), p, strict=True) if v.strip()} for p in people
    ]
    assert list(read_candidates(path)) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "there is no header row"),
        ("e-mail,name\n", "unknown column 'e-mail'; the columns are"),
        ("email,phone,age\n", "unknown column 'phone', 'age'"),
        ("email;name\n", "give delimiter=';'"),
        ("email,name,email\n", "the column 'email' appears twice"),
        ("name,external_id\n", "there is no column 'email'"),
        ("ann@example.org,Ann\n", "the first line holds an address, so there is no header row$"),
        (b"email\nann\xff@example.org\n", "line 2 is not UTF-8"),
        (b"email\r\n" + b"a@example.org\r\n" * 5000 + b"Ren\xe9\r\n" + b"b\r\n" * 5000, "line 5002 is not UTF-8"),
        (b'email\n"a\n\n\xc3', "line 4 is not UTF-8"),
        (b"email\nRen\xe9\n", "if Excel saved it, it may be of encoding='windows-1252'"),
        (b"PK\x03\x04\x14\x00\x06\x00", "it is a workbook (.xlsx, .ods or .numbers), not a CSV file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is a workbook (.xls), not a CSV file"),
        ("email\n".encode("utf-16") + b"x", "it is not utf-16"),
        ('sep=;\nemail;name\n"a"b;c\n', "line 3: "),
        ("email,Email\n", "the column 'email' appears twice"),
        ('email,name\na@example.org,"Ann\nb@example.org,Bob\n', "line 2: unexpected end of data"),
        ('email\n"a"b\n', "line 2: "),
        ("email\n" + "a" * 200_000, "line 2: field larger than field limit"),
    ],
)
def test_file_that_is_no_table_of_rows_is_refused(table, content, words):
    """A wrong header, encoding or quoting is an error when the file is opened, naming column or line."""
    with pytest.raises(TableError, match=words.replace("(", r"\(").replace(")", r"\)")):
        read_candidates(table(content))


def test_missing_file_is_refused_without_its_path(tmp_path):
    """The message says what is wrong; folders, which may name a person, stay out of it."""
    with pytest.raises(TableError) as raised:
        read_candidates(tmp_path / "nobody.csv")

    assert str(raised.value) == "nobody.csv: cannot be read: No such file or directory"


def test_pipe_is_no_table(tmp_path):
    """What can be read only once is refused, without waiting for somebody to write to it."""
    os.mkfifo(tmp_path / "pipe.csv")

    with pytest.raises(TableError, match="not a regular file"):
        read_candidates(tmp_path / "pipe.csv")


def test_empty_lines_are_passed_over(table):
    """Lines without a cell are no records, before the header too; the lines of the others are counted with them."""
    rows = list(read_candidates(table("\n\nemail\n\na@example.org\n\n")))

    assert [(row, row.line) for row in rows] == [({"email": "a@example.org"}, 5)]


def test_bad_records_are_reported_by_line(api, rows_api, table):
    """An empty e-mail or a wrong number of cells fails its own row, with the line it begins on; the others are sent."""
    path = table('email,name\n"a@example.org","two\nlines"\n,Bob\nc@example.org\nd@example.org,Dan\n')

    result = api.call(register(read_candidates(path)), transport=rows_api)

    assert [(one.line, one.message) for one in result.failed] == [
        (4, "line 4: email is empty"),
        (5, "line 5: 1 cell under 2 columns"),
    ]
    assert [row["email"] for row in rows_api.sent] == ["a@example.org", "d@example.org"]
    assert [one.line for one in result.succeeded] == [2, 6]


def test_bad_records_keep_what_was_read_of_them(api, rows_api, table, tmp_path):
    """A record that is too short or too long comes back with its address and every other cell, in the CSV file too."""
    path = table("email,name\nc@example.org\nd@example.org,Dan,7,,x\n")

    result = api.call(register(read_candidates(path)), transport=rows_api)
    result.to_csv(tmp_path / "out.csv")

    assert [one.input for one in result] == [
        {"email": "c@example.org"},
        {"email": "d@example.org", "name": "Dan", "column 3": "7", "column 5": "x"},
    ]
    written = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert written[0] == "row,line,email,status,kind,message,name,column 3,column 5"
    assert [line.split(",")[2] for line in written[1:]] == ["c@example.org", "d@example.org"]


@pytest.mark.parametrize(
    ("encoding", "given"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-8-sig", "UTF8"),
        ("utf-16", None),
        ("utf-16-le", None),
        ("utf-16-be", None),
        ("utf-16", "utf-16"),
        ("windows-1252", "windows-1252"),
        ("windows-1252", "cp1252"),
        ("utf-32", "utf-32"),
    ],
)
def test_encodings_of_excel_are_read(table, encoding, given):
    """UTF-8 and UTF-16 are recognised, another encoding is named; names come as they were written."""
    path = table("email,name\r\nrene@example.org,Ren\u00e9\r\n".encode(encoding))

    assert list(read_candidates(path, encoding=given)) == [{"email": "rene@example.org", "name": "Ren\u00e9"}]


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\r\nemail;name\r\na@example.org;Ann\r\n",
        '"sep=;"\nemail;name\na@example.org;Ann\n',
        "\ufeffSEP=\t\nemail\tname\na@example.org\tAnn",
        "EMAIL , Name\na@example.org,Ann\n,,\n, \n,\n",
        "email,name,,\na@example.org,Ann,,\n,,,\n\x1a",
        "email,name\na@example.org,Ann,,,\n",
        "email,name\na@example.org,Ann\x1a",
        '\ufeff\ufeff"email","name"\na@example.org,Ann\n',
        "email,name\ra@example.org,Ann\r",
    ],
)
def test_what_excel_and_msdos_add_is_no_row(table, content):
    """A first line that names the separator, capitals, empty records and a final Ctrl-Z make no difference."""
    (row,) = read_candidates(table(content))

    assert (row, row.problem) == ({"email": "a@example.org", "name": "Ann"}, None)


@pytest.mark.parametrize("first", ["", "sep=,\n"])
def test_mark_before_a_named_encoding_is_no_letter(table, first):
    """UTF-16 whose byte order is named keeps its mark; it belongs neither to a quoted header nor to `sep=`."""
    path = table((f'\ufeff{first}"email","name"\na@example.org,Ann\n').encode("utf-16-le"))

    assert list(read_candidates(path, encoding="utf-16-le")) == [{"email": "a@example.org", "name": "Ann"}]


def test_lines_are_counted_from_the_file_s_first(table):
    """A line that names the separator is counted, as an editor does it."""
    assert [row.line for row in read_candidates(table("sep=;\nemail;name\na@example.org;Ann\n"))] == [3]


def test_other_columns_can_be_passed_over_and_names_joined(table):
    """`ignore="*"` takes the contract's columns alone; those renamed to one field are joined in the mapping's order."""
    path = table("Surname,E-Mail,Forename,Score\nNov\u00e1k,ann@example.org,Ann,7\n,bob@example.org,Bob,\n")
    rename = {"forename": "name", "SURNAME": "name", "E-mail": "email"}

    rows = list(read_candidates(path, rename=rename, ignore="*"))

    assert rows == [
        {"email": "ann@example.org", "name": "Ann Nov\u00e1k"},
        {"email": "bob@example.org", "name": "Bob"},
    ]


@pytest.mark.parametrize(("listed", "asked"), [("Prénom", "Pre\u0301nom"), ("Pre\u0301nom", "Prénom")])
def test_column_is_found_however_its_letters_are_composed(table, listed, asked):
    """macOS decomposes letters, keyboards compose them: the name of a column is one name."""
    path = table(f"email,{listed}\na@example.org,Ann\n")

    assert list(read_candidates(path, rename={asked: "name"})) == [{"email": "a@example.org", "name": "Ann"}]


def test_one_column_to_ignore_may_be_a_string(table):
    """A name is not taken for its letters."""
    assert list(read_candidates(table("email,Notes\na@example.org,x\n"), ignore="notes")) == [
        {"email": "a@example.org"}
    ]


@pytest.mark.parametrize(
    "options",
    [
        *[{"delimiter": wrong} for wrong in ("", ";;", "\n", 5)],
        *[{"encoding": wrong} for wrong in ("klingon", "hex", "undefined", "utf-8\0", "", 5)],
        *[{"rename": wrong} for wrong in (5, {5: "email"}, {"E-Mail": None}, ["email"])],
        *[{"ignore": wrong} for wrong in (5, [5])],
    ],
)
def test_option_of_a_reader_that_cannot_work_is_refused(table, options):
    """It is an error of the caller's, not of the file."""
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        read_candidates(table("email\n"), **options)


@given(st.lists(st.text(st.sampled_from("'=+-@\t\ra\uff1d"), max_size=4), min_size=1, max_size=5))
def test_what_was_escaped_is_read_as_it_was(tmp_path_factory, texts):
    """`to_csv` escapes formulas, the readers take exactly that away; Excel's mark and letters come through."""
    path = tmp_path_factory.mktemp("tables") / "out.csv"
    rows = [{"email": f"{number}@example.org", "name": f"{text}\u00e9"} for number, text in enumerate(texts)]
    BatchResult([RowOutcome(0, row, RowStatus.OK) for row in rows]).to_csv(path, excel=True)

    again = list(read_candidates(path, ignore="*"))

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert again == rows


@pytest.mark.parametrize(("listed", "named"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_file_is_found_however_its_letters_are_composed(table, tmp_path, listed, named):
    """macOS writes names decomposed, lists have them composed: they are one file, in a folder of such a name too."""
    spelled = {form: unicodedata.normalize(form, "caf\u00e9/Ren\u00e9.pdf") for form in ("NFC", "NFD")}
    (tmp_path / spelled[named]).parent.mkdir()
    (tmp_path / spelled[named]).write_bytes(b"x")
    path = table(f"file,candidate_name,candidate_email\n{spelled[listed]},Ren\u00e9,a@example.org\n")

    (row,) = read_resumes(path)

    assert row["file"] == str(tmp_path / spelled[named])


@pytest.mark.parametrize("name", ["a\0b.pdf", "a" * 300 + ".pdf", "caf\u00e9/no.pdf"])
def test_name_of_no_file_costs_its_row_alone(table, name):
    """A name that no file can have does not make the table unreadable."""
    path = table(f"file,candidate_name,candidate_email\n{name},Ann,a@example.org\n")

    (row,) = read_resumes(path)

    assert row["file"].endswith(name)


def test_columns_can_be_renamed_and_ignored(table):
    """A file from elsewhere is read with `rename` and `ignore`; what is ignored is not sent."""
    path = table("Mail;Full name;Notes\nann@example.org;Ann;private\n")

    rows = read_invitations(path, delimiter=";", rename={"Mail": "email", "Full name": "name"}, ignore=["Notes"])

    assert list(rows) == [{"email": "ann@example.org", "name": "Ann"}]


def test_resumes_stay_in_their_folder(table, tmp_path):
    """A file named by a resume table is looked for in the folder; one outside it is not sent."""
    outside = tmp_path.parent / "secret.pdf"
    path = table(
        "file,candidate_name,candidate_email\ncv.pdf,Ann,a@example.org\n../secret.pdf,Bob,b@example.org\n"
        f"{outside},Cyd,c@example.org\n,Dan,d@example.org\n"
    )

    rows = list(read_resumes(path))

    assert [(row.get("file"), row.problem) for row in rows] == [
        (str(tmp_path / "cv.pdf"), None),
        ("../secret.pdf", "line 3: file is outside the folder"),
        (str(outside), "line 4: file is outside the folder"),
        (None, "line 5: file is empty"),
    ]


def test_rows_of_a_table_survive_pickling(table):
    """A row keeps its line when it goes to another process, as it does in a result."""
    row = next(iter(read_candidates(table("email\n\nann@example.org\n"))))

    copied = pickle.loads(pickle.dumps(row))
    assert (copied, copied.line, copied.problem) == (row, 3, None)
