"""`python -m tests.clients [CLIENT …]`: real clients against the running server, over loopback.

Each calls a model server of ours and reports to the installation as it always does; then the ledger must say
what the model server billed, per provider and model, exactly. Exit status 1 when one differs.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from tests.clients.billing import TOKENS, Sums
from tests.clients.installing import InstallError, command_of
from tests.clients.model_server import model_server
from tests.serving import Installation

CLIENTS = {
    "genai_openai": "OpenTelemetry's own instrumentation of openai",
    "openinference": "OpenInference's of openai and anthropic, beside Anthropic's own spans",
    "litellm_logger": "LiteLLM's logger generic_api",
    "vercel_ai": "Vercel's AI SDK, JSON in chunks",
}
_AS_ASKED = {"litellm_logger"}
"""They name models as they were asked for: of streams LiteLLM forgets the name in the answer."""
_PATIENCE_S = 180


def main(asked: list[str]) -> int:
    if unknown := set(asked) - set(CLIENTS):
        _say(f"There is no client {', '.join(sorted(unknown))}. There are: {', '.join(CLIENTS)}.")
        return 2
    with tempfile.TemporaryDirectory(prefix="home") as home, ExitStack() as stack:
        installation = Installation(Path(home), BACKGROUND_WORKER="0")
        installation.run("migrate", "--verbosity", "0")
        address = stack.enter_context(installation.serve())
        verdicts = [_try(client, installation, address) for client in asked or CLIENTS]
        installation.run("rebuild_rollups", "--check")
    _say(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 0 if all(verdicts) else 1


def _try(client: str, installation: Installation, address: str) -> bool:
    """Whether the ledger equals the bill; says so."""
    try:
        command = command_of(client)
    except InstallError as error:
        _say(f"{client}: {error}")
        return False
    made = installation.run("create_ingest_key", "--project", client, "--create-project", "--format", "json")
    with model_server() as server:
        environment = _environment(server.url, address, json.loads(made)["key"])
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command, check=False, env=environment, timeout=_PATIENCE_S, stdout=output, stderr=output
            )
            output.seek(0)
            said = output.read()
        billed = server.bill.sums(as_asked=client in _AS_ASKED)
    booked = _booked(installation, client)
    if done.returncode == 0 and billed and booked == billed:
        _say(f"{client}: equal ({CLIENTS[client]})")
        _say_sums("", billed)
        return True
    _say(f"{client}: DIFFERS, exit status {done.returncode}\n{said}")
    _say_sums("billed ", billed)
    _say_sums("booked ", booked)
    return False


def _booked(installation: Installation, project: str) -> Sums:
    """What the ledger holds of the project; a call that failed is no request."""
    since = datetime.now(UTC) - timedelta(days=1)
    report = installation.run(
        "usage_report",
        *("--group-by", "provider,model", "--filter", f"project={project}"),
        *("--from", since.date().isoformat(), "--format", "json"),
    )
    return {
        (row["provider"], row["model"]): {name: row[name] or 0 for name in ("requests", *TOKENS)}
        for row in json.loads(report)["rows"]
        if row["requests"]
    }


def _environment(model_server: str, address: str, key: str) -> dict[str, str]:
    """What an operator sets for a client, and nothing of what this machine is set to."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "MODEL_SERVER": model_server,
        "OTEL_EXPORTER_OTLP_ENDPOINT": address,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={key}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "GENERIC_LOGGER_ENDPOINT": f"{address}/ingest/litellm",
        "GENERIC_LOGGER_HEADERS": f"x-api-key={key}",
        # Prices from the package, not from the network.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def _say_sums(prefix: str, sums: Sums) -> None:
    for (provider, model), figures in sorted(sums.items()):
        told = ", ".join(f"{name} {value:,}" for name, value in figures.items())
        _say(f"  {prefix}{provider} {model}: {told}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
