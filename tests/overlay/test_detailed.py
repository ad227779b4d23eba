"""`detailed()` of helpers, which send more than one request."""

import httpx
import pytest

from jobmojito import BatchError
from tests.helpers.fakes import RowsApi, ok, people, register

pytestmark = pytest.mark.usefixtures("assumptions_hold")


@pytest.mark.parametrize("concurrency", [1, 4])
def test_detailed_of_a_batch_has_its_result_and_the_last_requests_status(api, concurrency):
    """However many threads or tasks it takes: what was sent and paid for is not lost."""
    rows_api = RowsApi()
    rows_api.respond = lambda rows: [ok(row) for row in rows]
    options = {"chunk_size": 5, "concurrency": concurrency}

    def work(jm):
        return jm.detailed(lambda: register(people(20), **options)(jm))

    detailed = api.call(work, transport=rows_api)

    assert len(detailed.value.succeeded) == 20
    assert (detailed.status_code, detailed.attempts, len(rows_api.bodies)) == (200, 1, 4)


def test_detailed_of_a_batch_without_any_answer_keeps_its_result(api):
    """There is no status to give, but which rows may have been sent is not forgotten."""

    def nobody_there(request):
        raise httpx.ReadTimeout("no answer")

    def work(jm):
        return jm.detailed(lambda: register(people(3))(jm))

    with pytest.raises(BatchError, match="no request of the batch was answered") as raised:
        api.call(work, transport=httpx.MockTransport(nobody_there))

    assert len(raised.value.result.unknown) == 3
