"""Who and what the demo is about: projects, the models they call, and how their calls look."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A model as one project uses it. Tokens are medians; shares are fractions of one.

    `weight` is its part of the project's calls, `cached` the part of input that is read from the cache,
    `written` the part that is written to it, `reasoning` the part of output.
    """

    provider: str
    model: str
    weight: float
    input_tokens: int
    output_tokens: int
    cached: float = 0.0
    written: float = 0.0
    reasoning: float = 0.0
    request_type: str = "chat"
    service_tier: str = ""
    latency_ms: int = 2400
    error_rate: float = 0.005


@dataclass(frozen=True, slots=True)
class DemoProject:
    """A project of the demo. `calls_a_day` holds for an ordinary Tuesday at the end of the period."""

    name: str
    description: str
    calls_a_day: int
    agent: str
    people: tuple[str, ...]
    profiles: tuple[Profile, ...]
    tags: tuple[str, ...] = ()
    weekend: float = 0.3
    is_nightly: bool = False


PROJECTS = (
    DemoProject(
        "Helpdesk assistant",
        "Answers customers, looks up orders, asks before it pays back.",
        190,
        "Support agent",
        ("Priya Nair", "Jonas Weber", "Amina Diallo"),
        (
            Profile("anthropic", "claude-sonnet-4-5", 0.52, 21_000, 520, cached=0.72, written=0.09),
            Profile(
                "anthropic", "claude-haiku-4-5", 0.24, 6_500, 240, cached=0.55, written=0.05, latency_ms=900
            ),
            Profile("openai", "gpt-5-mini", 0.14, 4_800, 410, cached=0.45, reasoning=0.4),
            Profile("mistral", "mistral-medium-2508", 0.08, 7_400, 360, error_rate=0.012),
            Profile("mistral", "ft:medium:support:0c1a", 0.02, 5_200, 300),
        ),
        tags=("support",),
        weekend=0.55,
    ),
    DemoProject(
        "Contract review",
        "Reads contracts clause by clause and compares them with the playbook.",
        70,
        "Contract reader",
        ("Mara Keller", "Tom Hughes"),
        (
            Profile(
                "anthropic",
                "claude-opus-4-5",
                0.46,
                64_000,
                1_900,
                cached=0.68,
                written=0.12,
                reasoning=0.35,
                latency_ms=14_000,
            ),
            Profile(
                "google",
                "gemini-2.5-pro",
                0.34,
                88_000,
                1_500,
                cached=0.38,
                reasoning=0.45,
                latency_ms=11_000,
            ),
            Profile(
                "anthropic", "claude-sonnet-4-5", 0.2, 38_000, 900, cached=0.6, written=0.1, latency_ms=6_000
            ),
        ),
        tags=("legal",),
        weekend=0.05,
    ),
    DemoProject(
        "Code review bot",
        "Reviews every pull request before a person does.",
        115,
        "Reviewer",
        ("Jonas Weber", "Lena Fischer", "Tomás Rivera"),
        (
            Profile("openai", "gpt-5.1", 0.42, 31_000, 1_400, cached=0.58, reasoning=0.5, latency_ms=9_000),
            Profile(
                "anthropic",
                "claude-sonnet-4-5",
                0.26,
                34_000,
                1_100,
                cached=0.7,
                written=0.1,
                latency_ms=7_000,
            ),
            Profile("mistral", "codestral-2508", 0.2, 9_000, 420, latency_ms=1_300),
            Profile("openrouter", "qwen/qwen3-coder", 0.12, 26_000, 900, cached=0.2, latency_ms=5_200),
        ),
        tags=("engineering",),
        weekend=0.2,
    ),
    DemoProject(
        "Search answers",
        "Answers questions over the knowledge base, with sources.",
        150,
        "Librarian",
        ("Priya Nair", "Noah Lindqvist"),
        (
            Profile(
                "openai", "text-embedding-3-large", 0.38, 1_900, 0, request_type="embedding", latency_ms=180
            ),
            Profile(
                "google", "gemini-2.5-flash", 0.34, 9_800, 380, cached=0.42, reasoning=0.2, latency_ms=1_100
            ),
            Profile("openai", "gpt-5-mini", 0.2, 8_200, 460, cached=0.5, reasoning=0.35),
            Profile(
                "google", "gemini-2.5-pro", 0.08, 22_000, 800, cached=0.4, reasoning=0.4, latency_ms=7_000
            ),
        ),
        tags=("search",),
        weekend=0.5,
    ),
    DemoProject(
        "Nightly digests",
        "Summarises tickets, incidents and sales calls while everybody sleeps.",
        60,
        "Digest writer",
        ("Amina Diallo",),
        (
            Profile(
                "openai",
                "gpt-5-mini",
                0.44,
                24_000,
                900,
                service_tier="batch",
                reasoning=0.3,
                latency_ms=4_000,
            ),
            Profile("openrouter", "deepseek/deepseek-v3.2", 0.4, 28_000, 1_000, cached=0.3, latency_ms=6_500),
            Profile("google", "gemini-2.5-flash", 0.16, 31_000, 700, latency_ms=3_000),
        ),
        tags=("batch",),
        weekend=1.0,
        is_nightly=True,
    ),
    DemoProject(
        "Onboarding guide",
        "Walks new customers through their first week.",
        34,
        "Guide",
        ("Mara Keller", "Noah Lindqvist"),
        (
            Profile("google", "gemini-2.5-flash", 0.6, 5_400, 310, cached=0.5, latency_ms=1_000),
            Profile(
                "anthropic", "claude-haiku-4-5", 0.4, 6_000, 280, cached=0.6, written=0.06, latency_ms=900
            ),
        ),
        weekend=0.4,
    ),
    DemoProject(
        "Research lab",
        "Tries new models before anybody depends on them.",
        24,
        "Experimenter",
        ("Lena Fischer", "Tomás Rivera"),
        (
            Profile(
                "openrouter",
                "moonshotai/kimi-k2-thinking",
                0.42,
                15_000,
                2_400,
                reasoning=0.7,
                latency_ms=16_000,
                error_rate=0.04,
            ),
            Profile("google", "gemini-3-flash-preview", 0.34, 12_000, 700, cached=0.3, reasoning=0.3),
            Profile(
                "anthropic",
                "claude-opus-4-5",
                0.2,
                19_000,
                1_600,
                cached=0.4,
                written=0.1,
                reasoning=0.4,
                latency_ms=12_000,
            ),
            Profile(
                "openrouter",
                "moonshotai/kimi-k3-preview",
                0.04,
                14_000,
                2_000,
                reasoning=0.7,
                error_rate=0.08,
            ),
        ),
        tags=("experiment",),
        weekend=0.15,
    ),
)
