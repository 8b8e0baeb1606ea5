"""A session's browser in words a person recognises."""

BROWSERS = (
    ("Edg/", "Edge"),
    ("Whale/", "웨일"),
    ("KAKAOTALK", "카카오톡"),
    ("SamsungBrowser/", "삼성 인터넷"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device(agent: str, kind: str) -> str:
    """「Chrome · Windows」; programs and unknown browsers by what they are."""
    if kind == "api":
        return "프로그램 (API)"
    names = [_first(agent, BROWSERS), _first(agent, SYSTEMS)]
    return " · ".join(name for name in names if name) or "알 수 없는 브라우저"


def _first(agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in known if mark in agent), "")
