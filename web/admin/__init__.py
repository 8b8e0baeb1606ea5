"""관리: members, suppliers, delegations, policies."""

from fastapi import APIRouter

from web.admin import delegations, lifetimes, members, policies, staff, suppliers

router = APIRouter()
for _part in (staff, members, suppliers, delegations, policies, lifetimes):
    router.include_router(_part.router)
