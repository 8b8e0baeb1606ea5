"""What notices and their states are called."""

from models.announcements.rules import FILES_MAX, Reader, State

TAG = "공지"

READER: dict[Reader, str] = {
    Reader.PUBLIC: "전체 (로그인 화면 포함)",
    Reader.PARTNER: "협력사",
    Reader.OFFICE: "사내",
    Reader.MEDIA: "하모니",
}

STATE: dict[State, str] = {
    State.DRAFT: "작성 중",
    State.AHEAD: "게시 예정",
    State.SHOWN: "게시 중",
    State.OVER: "게시 종료",
}

TONE: dict[State, str] = {State.DRAFT: "mute", State.AHEAD: "go", State.SHOWN: "done", State.OVER: "stop"}

ACT: dict[str, str] = {"create": "작성", "edit": "수정", "publish": "게시", "withdraw": "내리기", "pin": "고정"}

FIELD: dict[str, str] = {
    "title": "제목",
    "body": "내용",
    "reader": "대상",
    "pinned": "상단 고정",
    "starts_on": "게시 시작일",
    "ends_on": "게시 종료일",
    "files": "첨부파일",
    "published": "게시",
}

SENTENCES: dict[str, str] = {
    "announcement_changed": "다른 사람이 먼저 저장했습니다. 새로 고친 뒤 다시 저장해 주세요.",
    "announcement_files": f"첨부파일은 {FILES_MAX}개까지 올릴 수 있습니다.",
}
