"""Start → one person's approval → end: the smallest flow viewflow has a name for."""

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow import views

from bench.viewflow_peer.approvals.models import ApprovalProcess

create = views.CreateProcessView.as_view(fields=["text"])
decide = views.UpdateProcessView.as_view(fields=["approved"])


class ApprovalFlow(flow.Flow):  # type: ignore[misc]  # Django ships no types
    # No lock: viewflow's default and its fastest, and nobody competes for a task in this load.
    # A docstring here would become the title of every process page.
    process_class = ApprovalProcess

    start = flow.Start(create).Permission(auto_create=True).Next(this.approve)
    approve = flow.View(decide).Permission(auto_create=True).Next(this.end)
    end = flow.End()
