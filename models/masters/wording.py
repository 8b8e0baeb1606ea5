"""What the lists and their columns are called."""

from models.masters.rules import Master, ReasonKind

TITLE: dict[Master, str] = {
    Master.CATEGORY: "세분류",
    Master.GOODS: "품목",
    Master.UNIT: "단위",
    Master.PLACE: "납품위치",
    Master.REASON: "사유 코드",
}

REASON_KIND: dict[ReasonKind, str] = {
    ReasonKind.WITHDRAWAL: "회원 탈퇴",
    ReasonKind.CONTACT: "담당자 탈퇴",
    ReasonKind.RECEIPT: "입고취소",
    ReasonKind.INSPECTION: "검수취소",
}

ACT: dict[str, str] = {
    "create": "등록",
    "edit": "수정",
    "deactivate": "사용 중지",
    "activate": "다시 사용",
    "import_create": "엑셀 등록",
    "import_edit": "엑셀 수정",
}

FIELD: dict[str, str] = {
    "code": "코드",
    "name": "이름",
    "position": "표시 순서",
    "active": "사용",
    "kind": "구분",
    "address": "주소",
    "category": "세분류",
    "spec": "세부스펙",
    "unit": "단위",
    "needs_serial": "S/N 필요",
}

SENTENCES: dict[str, str] = {
    "master_in_use": "사용 중인 품목 {count}건이 쓰고 있어 사용 중지할 수 없습니다. 품목을 먼저 바꿔 주세요.",
    "master_changed": "다른 사람이 먼저 저장했습니다. 새로 고친 뒤 다시 저장해 주세요.",
    "import_changed": "확인하신 뒤에 목록이나 파일이 바뀌었습니다. 파일을 다시 올려 주세요.",
    "master_sheet_unreadable": "양식이 아닌 파일입니다. 「양식 다운로드」로 받은 파일에 작성해 주세요.",
    "master_sheet_too_long": "한 번에 {limit}줄까지 올릴 수 있습니다. 나누어 올려 주세요.",
}
