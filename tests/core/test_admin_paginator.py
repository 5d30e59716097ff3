"""Lists that count no further than they must."""

import pytest

from core.admin.paginator import CappedPaginator
from projects.models import Project
from tests.factories import make_project

pytestmark = pytest.mark.django_db


class Small(CappedPaginator):
    cap = 3


def test_up_to_the_cap_the_count_is_exact() -> None:
    for _ in range(3):
        make_project()
    paginator = Small(Project.objects.order_by("name"), 2)
    assert (paginator.count, str(paginator.count), paginator.num_pages) == (3, "3", 2)


def test_past_the_cap_it_says_so_and_pages_end_there() -> None:
    for _ in range(5):
        make_project()
    paginator = Small(Project.objects.order_by("name"), 2)
    assert (paginator.count, str(paginator.count), paginator.num_pages) == (3, "3+", 2)


def test_the_count_reads_no_more_than_one_row_past_the_cap(django_assert_num_queries) -> None:
    with django_assert_num_queries(1) as captured:
        assert Small(Project.objects.order_by("name"), 2).count == 0
    assert "LIMIT 4" in captured[0]["sql"]
    assert "ORDER BY" not in captured[0]["sql"]
