"""https://docs.litellm.ai/docs/observability/generic_api. Without max_retries a failed batch is lost."""

from integrations.connect.client import ADDRESS, KEY, Client, Door, Family, Lines

CLIENT = Client(
    slug="litellm",
    name="LiteLLM",
    about="Its proxy, or its Python SDK.",
    family=Family.GATEWAYS,
    door=Door.LITELLM,
    blocks=(
        Lines(
            "Proxy: config.yaml",
            f"""\
litellm_settings:
  callbacks: ["countinghouse"]

callback_settings:
  countinghouse:
    callback_type: generic_api
    endpoint: {ADDRESS}/ingest/litellm
    headers:
      x-api-key: {KEY}
    max_retries: 5""",
        ),
        Lines(
            'Or, for the SDK and for a proxy with callbacks: ["generic_api"]: environment',
            f"""\
export GENERIC_LOGGER_ENDPOINT={ADDRESS}/ingest/litellm
export GENERIC_LOGGER_HEADERS=x-api-key={KEY}""",
        ),
        Lines("The SDK: where your program starts", 'import litellm\n\nlitellm.callbacks = ["generic_api"]'),
    ),
    notes=(
        "Set by environment alone it sends each batch once, and drops what was not taken. Import its spend"
        " logs to find what is missing.",
        "Teams, key aliases and request tags come along. Cache hits and mock answers cost nothing here.",
    ),
    docs_url="https://docs.litellm.ai/docs/observability/generic_api",
    import_kind="litellm",
)
