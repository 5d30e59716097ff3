"""What jobs lose when words are no longer kept."""

from projects.models import BackgroundJob
from projects.services.emptying import WordTable

JOB_WORDS = WordTable(
    BackgroundJob,
    "created_at",
    {
        "status_message": "",
        "prompt": "",
        "response": "",
        "output_path": "",
        "error": "",
        "payload": None,
        "result": None,
        "metadata": {},
    },
)
