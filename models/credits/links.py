"""Where people of Harmony find what they are told of. Pure."""


def report_link(group_id: int, report_id: int) -> str:
    """A settlement report on its partner's side."""
    return f"/harmony/credits/{group_id}/reports/{report_id}"
