"""The document under approval."""

from django.db import models
from viewflow.workflow.models import Process


class ApprovalProcess(Process):  # type: ignore[misc]  # Django ships no types
    """One request; its status and tasks are viewflow's."""

    text = models.CharField(max_length=150)
    approved = models.BooleanField(default=False)
