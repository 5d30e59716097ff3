"""Todos, runs, memories, files and participants in the admin: what people do there, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from chat.models import AgentMemory, Conversation, FileContent, FileUpload, MemoryRelation, Participant, Todo
from chat.services.uploads import store_upload
from projects.models import Membership
from tests.cast import Actor, Cast, signed_in
from tests.chat.content import make_memory, make_run, make_todo
from tests.chat.tools import make_execution
from tests.factories import NOON, make_conversation, make_member, make_person, make_project

pytestmark = pytest.mark.django_db


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:chat_{model._meta.model_name}_changelist")


def page_url(row: Model, page: str = "change") -> str:
    return reverse(f"admin:chat_{row._meta.model_name}_{page}", args=[row.pk])


def act(actor: Actor, action: str, *rows: Model) -> list[str]:
    """Take an action on rows of one model; returns what is said."""
    sent = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = actor.client.post(list_url(type(rows[0])), sent, follow=True)
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def manager(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.MANAGER))


@pytest.fixture
def operator(cast: Cast) -> Actor:
    return signed_in(make_member(cast.project, Membership.Role.OPERATOR))


def statuses(*todos: Todo) -> list[str]:
    return [Todo.objects.get(pk=todo.pk).status for todo in todos]


def test_operators_step_todos_and_are_told_what_was_refused(cast: Cast, operator: Actor) -> None:
    open_one, done = make_todo(cast.project), make_todo(cast.project, title="Done", status="completed")
    assert act(operator, "complete_selected", open_one, done) == [
        "1 todo is completed.",
        "Done: It is “completed”.",
    ]
    assert act(operator, "cancel_selected", done) == ["Done: It is “completed”."]
    again = make_todo(cast.project, status="cancelled")
    assert act(operator, "reopen_selected", again) == ["1 todo is pending again."]
    assert act(operator, "start_selected", again) == ["1 todo is in progress."]
    assert statuses(open_one, done, again) == ["completed", "completed", "in_progress"]


def test_operators_of_another_project_see_a_refusal(cast: Cast, operator: Actor) -> None:
    analysed = make_project()
    Membership.objects.create(user=operator.user, project=analysed, role=Membership.Role.ANALYST)
    todo = make_todo(analysed, title="Elsewhere")
    [told] = act(operator, "cancel_selected", todo)
    assert told == (
        "Elsewhere: Not allowed with your role: archive and restore channels, agents, sessions and"
        " conversations; step todos."
    )
    assert statuses(todo) == ["pending"]


def test_members_are_offered_no_step(cast: Cast) -> None:
    todo = make_todo(cast.project)
    assert "cancel_selected" not in cast.member.client.get(list_url(Todo)).content.decode()
    act(cast.member, "cancel_selected", todo)
    assert statuses(todo) == ["pending"]


def todo_form(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Call",
        "description": "",
        "person": "",
        "assigned_agent": "",
        "priority": "",
        "scheduled_at_0": "",
        "scheduled_at_1": "",
        "parent": "",
        "conversation": "",
        "result": "",
        "error": "",
        "children-TOTAL_FORMS": "0",
        "children-INITIAL_FORMS": "0",
        **fields,
    }


def test_a_form_never_says_how_a_todo_stands(cast: Cast, manager: Actor) -> None:
    todo = make_todo(cast.project, title="Old")
    sent = todo_form(title="New", status="completed", completed_at="2020-01-01", attempts="9")
    assert manager.client.post(page_url(todo), sent).status_code == 302
    row = Todo.objects.get()
    assert (row.title, row.status, row.completed_at, row.attempts) == ("New", "pending", None, 0)


def test_a_form_names_a_parent_that_cannot_be(cast: Cast, manager: Actor) -> None:
    top = make_todo(cast.project)
    below = make_todo(cast.project, parent=top)
    answer = manager.client.post(page_url(top), todo_form(parent=below.pk))
    assert answer.context["adminform"].form.errors == {"parent": ["It stands below this one already."]}


def test_a_subtask_is_added_from_its_todo(cast: Cast, manager: Actor) -> None:
    todo = make_todo(cast.project)
    [link] = [
        link
        for link in manager.client.get(page_url(todo)).context["object_links"]
        if link.label == "Add a subtask"
    ]
    initial = manager.client.get(link.url).context["adminform"].form.initial
    assert (initial["parent"], initial["project"]) == (str(todo.pk), str(cast.project.pk))
    sent = todo_form(parent=todo.pk, project=cast.project.pk)
    assert manager.client.post(link.url, sent).status_code == 302
    assert Todo.objects.get(parent=todo).title == "Call"
    assert "Call" in manager.client.get(page_url(todo)).content.decode()


def test_overdue_ones_are_found(cast: Cast) -> None:
    past = NOON.replace(year=2020)
    late = make_todo(cast.project, title="Late", scheduled_at=past)
    make_todo(cast.project, scheduled_at=past, status="completed")
    make_todo(cast.project)

    def found(due: str) -> int:
        return len(cast.owner.client.get(list_url(Todo), {"due": due}).context["cl"].result_list)

    assert [found(due) for due in ("overdue", "open", "done")] == [1, 2, 1]
    assert "Overdue" in cast.owner.client.get(page_url(late)).content.decode()


def test_a_run_shows_the_tree_in_which_it_stands(cast: Cast) -> None:
    top = make_run(cast.project, agent_label="Chief", input_tokens=1_000, net_input_tokens=300)
    middle = make_run(
        cast.project,
        agent_label="Clerk",
        parent=top,
        input_tokens=700,
        started_at=NOON,
        completed_at=NOON + timedelta(seconds=3),
    )
    make_run(cast.project, agent_label="Runner", parent=middle, duration_ms=640)
    make_run(cast.project, agent_label="Elsewhere")
    html = cast.owner.client.get(page_url(middle)).content.decode()
    tree = html[html.index('<th scope="col">Agent</th>') :]
    tree = tree[: tree.index("</table>")]
    place = 0
    for words in ("Chief", "1,000", "300", "└", "Clerk</b>", "700", "3.0", "\u2003└", "Runner", "640"):
        found = tree.find(words, place)
        assert found >= 0, words
        place = found
    assert "Elsewhere" not in tree


def test_a_circle_of_runs_that_an_import_brought_is_shown(cast: Cast) -> None:
    one = make_run(cast.project)
    other = make_run(cast.project, parent=one)
    type(one).objects.filter(pk=one.pk).update(parent=other)
    assert cast.owner.client.get(page_url(one)).status_code == 200


def test_memories_are_archived_and_restored(cast: Cast, operator: Actor) -> None:
    memory = make_memory(cast.project)
    assert act(operator, "archive_selected", memory) == ["1 agent memory is archived."]
    assert act(operator, "archive_selected", memory) == [f"{memory}: It is archived already."]
    assert act(operator, "restore_selected", memory) == ["1 agent memory is in use again."]
    assert AgentMemory.objects.get().archived_at is None


def memory_form(memory: AgentMemory, **fields: Any) -> dict[str, Any]:
    return {
        "agent": memory.agent_id,
        "person": "",
        "conversation": "",
        "content": memory.content,
        "summary": "",
        "keywords": "[]",
        "kind": "fact",
        "importance": "high",
        "importance_score": "",
        "relations-TOTAL_FORMS": "0",
        "relations-INITIAL_FORMS": "0",
        "relations-2-TOTAL_FORMS": "1",
        "relations-2-INITIAL_FORMS": "0",
        **fields,
    }


def test_a_memory_is_related_to_another_of_its_project(cast: Cast, manager: Actor) -> None:
    memory, other = make_memory(cast.project), make_memory(cast.project, content="Drinks it cold")
    sent = {"relations-2-0-other": other.pk, "relations-2-0-relation": "refines"}
    assert manager.client.post(page_url(memory), memory_form(memory, **sent)).status_code == 302
    relation = MemoryRelation.objects.get()
    assert (relation.project, relation.memory, relation.other) == (cast.project, memory, other)
    assert AgentMemory.objects.get(pk=memory.pk).kind == "fact"
    assert "Drinks it cold" in manager.client.get(page_url(memory)).content.decode()


def test_a_memory_is_not_related_to_itself_nor_to_another_project(cast: Cast) -> None:
    memory, foreign = make_memory(cast.project), make_memory(make_project())
    for other in (memory, foreign):
        sent = {"relations-2-0-other": other.pk, "relations-2-0-relation": "refines"}
        answer = cast.owner.client.post(page_url(memory), memory_form(memory, **sent))
        assert answer.status_code == 200, other
    assert MemoryRelation.objects.count() == 0


def test_the_last_upload_takes_its_content_along(cast: Cast, manager: Actor) -> None:
    uploads = [store_upload(cast.project, name, "abc123", 1_536) for name in ("a.txt", "b.txt")]
    html = manager.client.get(list_url(FileUpload)).content.decode()
    assert "1.5\u00a0KB" in html
    assert f'<a href="{list_url(FileUpload)}?content={uploads[0].content_id}">2</a>' in html
    assert manager.client.post(page_url(uploads[0], "delete"), {"post": "yes"}).status_code == 302
    assert (FileUpload.objects.count(), FileContent.objects.count()) == (1, 1)
    chosen = {"action": "delete_selected", "_selected_action": uploads[1].pk, "post": "yes"}
    manager.client.post(list_url(FileUpload), chosen)
    assert (FileUpload.objects.count(), FileContent.objects.count()) == (0, 0)


def test_only_managers_delete_uploads(cast: Cast, operator: Actor) -> None:
    upload = store_upload(cast.project, "a.txt", "abc123")
    assert operator.client.post(page_url(upload, "delete"), {"post": "yes"}).status_code == 403
    assert FileContent.objects.count() == 1


def test_a_conversation_is_archived_and_found_by_kind(cast: Cast, operator: Actor) -> None:
    session = make_conversation(cast.project, kind="session")
    make_conversation(cast.project)
    assert act(operator, "archive_selected", session) == ["1 conversation is archived."]
    for query in ({"kind__exact": "session"}, {"archived": "yes"}):
        found = operator.client.get(list_url(Conversation), query).context["cl"].result_list
        assert list(found) == [session]


def test_a_conversation_goes_with_its_tool_calls_and_files(cast: Cast, manager: Actor) -> None:
    conversation = make_conversation(cast.project)
    make_execution(cast.project, conversation=conversation)
    store_upload(cast.project, "a.txt", "abc123", conversation=conversation)
    assert manager.client.post(page_url(conversation, "delete"), {"post": "yes"}).status_code == 302
    # It lies in the bin, with what is in it, until its days are over.
    conversation.refresh_from_db()
    assert conversation.deleted_at is not None
    assert not Conversation.objects.visible_to(cast.owner.user).exists()
    assert not FileUpload.objects.visible_to(cast.owner.user).exists()


def test_who_takes_part_is_added_once_and_taken_away(cast: Cast, manager: Actor) -> None:
    conversation, person = make_conversation(cast.project), make_person()
    Participant.objects.create(
        project=cast.project, conversation=make_conversation(cast.project), person=person
    )
    empty = {f"{name}_FORMS": "0" for name in ("tool_executions-TOTAL", "tool_executions-INITIAL")}
    sent = {
        **empty,
        "title": "Talk",
        "description": "",
        "person": "",
        "agent_label": "",
        "environment": "",
        "tags": "[]",
        "participants-TOTAL_FORMS": "0",
        "participants-INITIAL_FORMS": "0",
        "participants-2-TOTAL_FORMS": "1",
        "participants-2-INITIAL_FORMS": "0",
        "participants-2-0-person": person.pk,
    }
    assert manager.client.post(page_url(conversation), sent).status_code == 302
    twice = manager.client.post(page_url(conversation), sent)
    assert twice.context["errors"] == [["This person takes part already."]]
    [participant] = Participant.objects.filter(conversation=conversation)
    assert (participant.project, participant.person) == (cast.project, person)
    taken = {
        **sent,
        "participants-TOTAL_FORMS": "1",
        "participants-INITIAL_FORMS": "1",
        "participants-0-id": participant.pk,
        "participants-0-conversation": conversation.pk,
        "participants-0-DELETE": "on",
        "participants-2-0-person": "",
    }
    assert manager.client.post(page_url(conversation), taken).status_code == 302
    assert not Participant.objects.filter(conversation=conversation).exists()
