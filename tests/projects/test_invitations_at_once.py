"""Two who open the same link at the same moment: one account comes of it."""

from pathlib import Path

import pytest

from tests.billing.scratch import scratch_database

LINKS = 8
INVITING = f"""
from projects.services.invitations import invite
from tests.factories import make_owner, make_project

owner, project = make_owner(), make_project()
for number in range({LINKS}):
    print(invite(f"ada{{number}}@example.com", owner, project=project, project_role="viewer")[1])
"""
ACCEPTING = """
from django.core.exceptions import ValidationError
from projects.services.invitations import InvitationEndedError, accept_as_newcomer

for token in {tokens!r}:
    try:
        print(accept_as_newcomer(token, "Ada", "a long passphrase").pk)
    except (InvitationEndedError, ValidationError):
        pass
"""


@pytest.mark.django_db
def test_one_of_two_gets_it(tmp_path: Path) -> None:
    with scratch_database(tmp_path) as scratch:
        made = scratch.manage("shell", "--no-imports", "-c", INVITING)
        assert made.returncode == 0, made.stderr
        accepting = ACCEPTING.format(tokens=made.stdout.split())
        processes = [scratch.start("shell", "--no-imports", "-c", accepting) for _ in range(2)]
        answers = [process.communicate(timeout=300) for process in processes]
        assert [process.returncode for process in processes] == [0, 0], answers
        accepted = "".join(out for out, _ in answers).split()
        assert len(accepted) == len(set(accepted)) == LINKS
        assert scratch.count("accounts_user WHERE email LIKE 'ada%'") == LINKS
        assert scratch.count("projects_membership") == LINKS
