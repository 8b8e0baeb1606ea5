"""Log-in, and viewflow's own pages for the one flow."""

from django.urls import path
from viewflow.contrib.auth import AuthViewset
from viewflow.urls import Site
from viewflow.workflow.flow import FlowAppViewset

from bench.viewflow_peer.approvals.flows import ApprovalFlow

site = Site(title="Approvals", viewsets=[FlowAppViewset(ApprovalFlow)])

urlpatterns = [
    path("accounts/", AuthViewset(with_profile_view=False).urls),
    path("", site.urls),
]
