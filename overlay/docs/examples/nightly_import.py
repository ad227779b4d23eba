"""Register the candidates of a CSV file every night; a run that was killed goes on where it stopped.

    JOBMOJITO_TOKEN=... python nightly_import.py INTERVIEW_ID people.csv

The columns are email, name and, if you like, external_id. Beside the file are written people.csv.journal, by which the
next run knows who is registered already, and people.csv.outcomes.csv, an outcome for each row.
"""

import sys
from pathlib import Path

from jobmojito import BatchError, JobMojito, JobMojitoError, TableError, read_candidates


def import_candidates(interview_id: str, path: Path) -> int:
    """Register everybody in the file, and return the exit code: 0, or 1 if somebody is left."""
    try:
        rows = read_candidates(path)
        with JobMojito() as jm:
            run = jm.register_candidates(interview_id, rows, journal=f"{path}.journal")
    except TableError as error:
        print(f"{error.path}: {error}", file=sys.stderr)
        return 1
    except BatchError as error:  # what every row would have met: the token, the disk, the journal
        print(error, file=sys.stderr)
        return 1
    except JobMojitoError as error:
        print(f"nobody was registered: {error}", file=sys.stderr)
        return 1
    run.to_csv(f"{path}.outcomes.csv")
    print(f"{len(run.succeeded)} registered, {len(run.failed)} failed, {len(run.unknown)} unknown")
    return 1 if run.failed or run.unknown else 0


if __name__ == "__main__":
    sys.exit(import_candidates(sys.argv[1], Path(sys.argv[2])))
