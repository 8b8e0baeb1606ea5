"""What the tax service says of a 사업자등록번호, in words."""

from models.identity.messages import Standing, StandingState

WORDS: dict[StandingState, tuple[str, str]] = {
    StandingState.ACTIVE: ("계속사업자", "done"),
    StandingState.SUSPENDED: ("휴업자", "wait"),
    StandingState.CLOSED: ("폐업자", "stop"),
    StandingState.UNKNOWN: ("국세청에 등록되지 않은 번호", "stop"),
}


def standing_words(standing: Standing | None) -> tuple[str, str]:
    """Words and badge tone; nothing known is its own word."""
    return WORDS[standing.state] if standing else ("확인하지 못함", "mute")
