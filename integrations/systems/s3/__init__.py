"""S3, Project Wiz: SQLite, in three generations of its schema.

Ids are TEXT. One column may mix three clocks: text, seconds and milliseconds. Agents are users too, except in
the state of its first document. Provider keys, password hashes and sign-in sessions are not read. There is no
cost anywhere; tokens stand in jobs' results, and in metadata that no release writes.
"""

from dataclasses import replace

from integrations.databases.source import Order
from integrations.systems.declarations import System, Table
from integrations.systems.s3 import agents, jobs, memories, messages, people, projects, providers, rooms
from integrations.systems.s3.spans import span_conversations

_IN_TIME = (Order("created_at", is_clock=True), Order("id"))
_OWNED = ("owner_id", "id")
_KEY = frozenset({"api_key"})
_OF_USER = {"user_id": "users"}
_OF_OWNER = {"owner_id": "users"}
_OF_ROOM = dict.fromkeys(rooms.ROOM_COLUMNS, rooms.ROOMS)
_OF_PARTICIPANT = {**_OF_ROOM, "participant_id": "users"}
_AGENT_PEOPLE = {"id": "users", "user_id": "users"}
_KIND = {"users": ("kind",)}

_PROVIDERS = Table(
    "llm_providers",
    ("llm_providers",),
    providers.provider,
    order=_IN_TIME,
    links={**_OF_USER, **_OF_OWNER},
    secret=_KEY,
    with_secrets=_KEY,
)
_CHANNELS = Table(
    "channels", ("channels",), projects.channel, order=_IN_TIME, links={**_OF_OWNER, "project_id": "projects"}
)
_SHARERS = Table(
    "agent_memory",
    ("agent_memory",),
    memories.sharer,
    key=("memory_id", "agent_id"),
    links={"memory_id": "memory"},
)


def _nothing(row: object, links: object) -> tuple[()]:
    return ()


S3 = System(
    kind="s3",
    title="Project Wiz",
    tables=(
        Table("users", ("users",), people.user),
        Table("accounts", ("accounts",), people.account, order=_IN_TIME, links=_OF_USER),
        Table("user_preferences", ("user_preferences",), people.preferences, order=_IN_TIME, links=_OF_USER),
        _PROVIDERS,
        replace(_PROVIDERS, convert=providers.default, is_pass=True, own_fields=("person_id", "is_active")),
        Table(people.AGENT_PEOPLE, ("agents",), people.agent_person, links=_AGENT_PEOPLE, is_pass=True),
        Table(
            "agents",
            ("agents",),
            agents.agent,
            links={**_AGENT_PEOPLE, **_OF_OWNER, "provider_id": "llm_providers"},
            link_fields={"llm_providers": ("provider",)},
        ),
        Table("projects", ("projects",), projects.project, links=_OF_OWNER),
        _CHANNELS,
        replace(_CHANNELS, name="project_channels", names=("project_channels",), key=_OWNED),
        Table(
            "channel_rooms", ("project_channels",), rooms.channel, key=_OWNED, links=_OF_OWNER, is_pass=True
        ),
        Table(
            "conversations",
            ("conversations",),
            rooms.conversation,
            links={**_OF_OWNER, "project_id": "projects"},
        ),
        Table("dm_conversations", ("dm_conversations",), rooms.direct, links=_OF_OWNER),
        Table("direct_messages", ("direct_messages",), rooms.direct, key=_OWNED, links=_OF_OWNER),
        *(
            Table(name, (name,), rooms.participant, key=_OWNED, links=_OF_PARTICIPANT)
            for name in ("conversation_participants", "dm_participants", "direct_message_participants")
        ),
        Table(
            "messages",
            ("messages",),
            messages.message,
            order=_IN_TIME,
            links={**_OF_ROOM, **dict.fromkeys(messages.AUTHOR_COLUMNS, "users")},
            link_fields={rooms.ROOMS: ("started_at",), **_KIND},
        ),
        Table("conversations", ("conversations",), _nothing, is_pass=True, before=span_conversations),
        Table(
            "llm_messages",
            ("llm_messages",),
            messages.llm_message,
            order=_IN_TIME,
            links={"message_id": "messages"},
            link_fields={"messages": messages.MESSAGE_FIELDS},
        ),
        Table(
            "agent_memories",
            ("agent_memories",),
            memories.agent_memory,
            links={**_OF_USER, "agent_id": "agents", "conversation_id": rooms.ROOMS},
        ),
        Table(
            "memory_relations",
            ("memory_relations",),
            memories.relation,
            links={"source_memory_id": "agent_memories", "target_memory_id": "agent_memories"},
        ),
        replace(
            _SHARERS,
            name="memory_keepers",
            convert=memories.keeper,
            links={"agent_id": "users"},
            is_pass=True,
        ),
        Table("memory", ("memory",), memories.memory, links={"created_by": "users"}),
        _SHARERS,
        *(
            replace(_SHARERS, name=name, names=(name,), key=("memory_id", "project_id"))
            for name in ("project_memory", "team_memory")
        ),
        Table("jobs", ("jobs",), jobs.job, order=_IN_TIME),
    ),
    never={"user_sessions": "sign-in sessions are secrets and are never imported"},
)
