"""One slug a provider, whatever its clients call it."""

import pytest

from billing.pricing.providers import canonical_provider

SLUGS = {
    "openai": ["OpenAI", "openai.chat", "openai.responses", "open_ai", "text-completion-openai", " openai "],
    "anthropic": ["Anthropic", "anthropic.messages"],
    "google": [
        "gcp.gen_ai",
        "gcp.gemini",
        "gcp.vertex_ai",
        "vertex_ai",
        "vertex_ai-anthropic_models",
        "vertexai",
        "google.generative-ai",
        "google_genai",
        "vertex.anthropic.messages",
        "Gemini",
    ],
    "azure": [
        "azure.ai.openai",
        "azure.ai.inference",
        "az.ai.openai",
        "Azure OpenAI",
        "azure_ai",
        "azure-openai.chat",
    ],
    "bedrock": ["aws.bedrock", "AWS", "bedrock_converse", "amazon-bedrock"],
    "mistral": ["mistral_ai", "mistralai", "mistral.chat", "codestral"],
    "x-ai": ["x_ai", "xai", "xai.chat"],
    "deepseek": ["DeepSeek", "deepseek.chat"],
    "openrouter": ["OpenRouter"],
    "together": ["together_ai", "togetherai"],
}


@pytest.mark.parametrize(
    ("slug", "raw"), [(slug, raw) for slug, names in SLUGS.items() for raw in [slug, *names]]
)
def test_aliases_share_a_slug(slug: str, raw: str) -> None:
    assert canonical_provider(raw) == slug


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        ("Groqish.chat", "groqish"),
        ("Our Gateway", "our-gateway"),
        ("hosted_vllm", "hosted_vllm"),
        ("ibm.watsonx.ai", "ibm.watsonx.ai"),
        ("openai-compatible", "openai-compatible"),
        ("my-azure-proxy", "my-azure-proxy"),
        ("", ""),
    ],
)
def test_unknown_names_pass_and_are_nobody_else(raw: str, slug: str) -> None:
    assert canonical_provider(raw) == slug
    assert canonical_provider(slug) == slug
