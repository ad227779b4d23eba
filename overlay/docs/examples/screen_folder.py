"""Screen every resume in a folder, and write a table with the best first.

    JOBMOJITO_TOKEN=... python screen_folder.py POSITION_ID resumes/ ranking.csv

Files are named like "Ann Example ann@example.com.pdf". The journal beside the table makes sure that a run which is
started again pays for nothing twice.
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from jobmojito import JobMojito, NotApplicable, Resume

NAME = re.compile(r"(?P<name>.+) (?P<email>\S+@\S+)")


def resumes(folder: Path) -> Iterator[Resume]:
    """Give each file whose name says whose it is."""
    for path in sorted(folder.iterdir()):
        found = NAME.fullmatch(path.stem)
        if found:
            yield Resume(path, candidate_name=found["name"], candidate_email=found["email"])
        else:
            print(f"left out, as its name does not say whose it is: {path.name}", file=sys.stderr)


def screen(position_id: str, folder: Path, table: Path) -> None:
    """Screen, then write the table."""
    ranking: list[tuple[float, str, str]] = []
    with JobMojito() as jm:
        for row in jm.iter_pre_screen_resumes(resumes(folder), position_id=position_id, journal=f"{table}.journal"):
            answer, email = row.answer, row.input.candidate_email
            if answer is None or isinstance(answer, NotApplicable):
                ranking.append((-1, email, row.message or "not applicable"))
            else:
                score = answer.pre_screening_score
                ranking.append((score if isinstance(score, int | float) else -1, email, str(answer.recommendation)))
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("score", "email", "recommendation"), *sorted(ranking, reverse=True)])


if __name__ == "__main__":
    screen(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
