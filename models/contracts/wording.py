"""Korean of contracts, as the manual prints it (5-1 to 5-3)."""

from models.contracts.rules import Form, SettlementType, Status, Type
from models.processes.kinds import Words

FORM: dict[str, str] = {Form.NEW: "신규계약", Form.CHANGE: "변경계약"}
TYPE: dict[str, str] = {Type.GENERAL: "일반계약", Type.UNIT_PRICE: "단가계약"}
SETTLEMENT: dict[str, str] = {
    SettlementType.BY_INSPECTION: "검수기반",
    SettlementType.INSTALMENTS: "분할정산",
}
PARTY: dict[str, str] = {"buyer": "발주처", "partner": "공급사"}
CONSENT = "내용에 동의합니다"
INSTALMENT_LABELS = ("선금", "중도금", "잔금")

STATUS: dict[str, str] = {
    Status.DRAFTING: "작성중",
    Status.REVIEW_REQUESTED: "초안검토요청",
    Status.REDRAFT_REQUESTED: "재작성요청",
    Status.REVIEWED: "초안검토완료",
    Status.SEAL_REQUESTED: "날인요청",
    Status.SIGN_REFUSED: "서명거절",
    Status.COMPLETED: "완료",
    Status.ENDED: "계약종료",
    Status.CANCELLED: "계약취소",
}
TONE: dict[str, str] = {
    Status.DRAFTING: "mute",
    Status.REVIEW_REQUESTED: "wait",
    Status.REDRAFT_REQUESTED: "stop",
    Status.REVIEWED: "go",
    Status.SEAL_REQUESTED: "wait",
    Status.SIGN_REFUSED: "stop",
    Status.COMPLETED: "done",
    Status.ENDED: "stop",
    Status.CANCELLED: "stop",
}
ACT: dict[str, str] = {
    "request_review": "초안검토요청",
    "complete_review": "검토완료",
    "request_redraft": "재작성요청",
    "request_seal": "날인요청",
    "sign": "계약서 서명",
    "refuse_signature": "서명거절",
    "return_to_draft": "재작성",
    "end": "계약종료",
    "cancel": "계약취소",
}
DONE: dict[str, str] = {
    "request_review": "초안검토를 요청했습니다.",
    "complete_review": "검토완료로 처리했습니다.",
    "request_redraft": "재작성을 요청했습니다.",
    "request_seal": "날인을 요청했습니다.",
    "sign": "계약서에 서명했습니다. 계약이 완료되었습니다.",
    "refuse_signature": "서명을 거절했습니다.",
    "return_to_draft": "초안 작성으로 되돌렸습니다.",
    "end": "계약을 종료했습니다.",
    "cancel": "계약을 취소했습니다.",
}
EVENT: dict[str, str] = {
    "request_review": "초안검토요청",
    "complete_review": "초안 검토완료",
    "request_redraft": "재작성요청",
    "request_seal": "발주처 날인 · 날인요청",
    "sign": "계약서 서명",
    "refuse_signature": "서명거절",
    "return_to_draft": "초안으로 되돌림",
    "end": "계약종료",
    "cancel": "계약취소",
    "remind": "알림 발송",
    "escalate": "지연 보고",
}
STEP: dict[str, str] = {
    Status.DRAFTING: "초안 작성",
    Status.REVIEW_REQUESTED: "초안 검토",
    Status.REDRAFT_REQUESTED: "초안 다시 작성",
    Status.REVIEWED: "날인 요청",
    Status.SEAL_REQUESTED: "계약서 서명",
    Status.SIGN_REFUSED: "서명거절 확인",
    Status.COMPLETED: "완료",
    Status.ENDED: "계약종료",
    Status.CANCELLED: "계약취소",
}
HINT: dict[str, str] = {
    Status.DRAFTING: "초안을 작성하고 초안검토요청을 누르면 공급사가 검토합니다.",
    Status.REVIEW_REQUESTED: "초안을 읽고 검토완료 또는 재작성요청을 누르면 구매담당자가 이어갑니다.",
    Status.REDRAFT_REQUESTED: "공급사가 남긴 사유를 보고 초안을 고친 뒤 초안검토요청을 다시 누릅니다.",
    Status.REVIEWED: "직인을 확인하고 날인요청을 누르면 공급사가 서명합니다.",
    Status.SEAL_REQUESTED: "모든 문서를 끝까지 읽고 동의한 뒤 서명하면 계약이 완료됩니다.",
    Status.SIGN_REFUSED: "거절 사유를 보고 재작성 또는 계약종료를 정합니다.",
    Status.COMPLETED: "계약이 완료되어 양쪽이 서명한 문서를 내려받을 수 있습니다.",
    Status.ENDED: "서명거절로 계약 진행이 종료되었습니다.",
    Status.CANCELLED: "계약이 취소되었습니다.",
}
REASON: dict[str, str] = {
    "request_redraft": "재작성 요청 내용",
    "refuse_signature": "서명거절 사유",
    "end": "계약종료 사유",
    "cancel": "계약취소 사유",
}
SENTENCES: dict[str, str] = {
    "papers_not_ready": "문서를 아직 만들고 있습니다. 잠시 뒤 다시 눌러 주세요.",
    "not_every_page_seen": "「{paper}」을 끝까지 확인해 주세요. {pages}쪽 가운데 {seen}쪽을 보셨습니다.",
    "consent_missing": "「{paper}」의 「내용에 동의합니다」에 체크해 주세요.",
    "seal_missing": "직인이 없습니다. 「직인첨부」로 직인을 올려 주세요.",
    "signature_missing": "사인이 없습니다. 「사인」 칸에 서명을 그려 주세요.",
    "seal_not_yours": "쓸 수 없는 직인입니다. 「직인첨부」로 직인을 다시 올려 주세요.",
    "contract_not_editable": "{status} 상태에서는 초안을 고칠 수 없습니다.",
    "draft_incomplete": "초안이 아직 완성되지 않았습니다. {what}",
    "change_in_progress": "이 계약에는 진행 중인 {revision}차가 이미 있습니다.",
}

WORDS = Words(
    name="계약",
    status=STATUS,
    tone=TONE,
    act=ACT,
    done=DONE,
    event=EVENT,
    step=STEP,
    hint=HINT,
    sentences=SENTENCES,
    reason=REASON,
)
