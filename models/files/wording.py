"""Korean sentences of the file domain."""

from collections.abc import Mapping

from models.files.rules import FileRole

ROLE: Mapping[str, str] = {
    FileRole.DRAFT: "초안",
    FileRole.FINAL: "완료본",
    FileRole.SEAL: "직인",
    FileRole.ATTACHMENT: "첨부",
}

SENTENCES: Mapping[str, str] = {
    "file_refused": "받을 수 없는 파일입니다. 다른 파일을 올려 주세요.",
    "file_empty": "내용이 없는 파일입니다. 파일을 확인한 뒤 다시 올려 주세요.",
    "file_too_large": "파일이 너무 큽니다. {limit} 이하의 파일을 올려 주세요.",
    "file_name_unsafe": "파일 이름에 쓸 수 없는 문자가 있습니다. 이름을 바꾸어 다시 올려 주세요.",
    "file_type_wrong": "{found:은} 올릴 수 없습니다. {accepted} 파일을 올려 주세요.",
    "file_name_mismatch": "파일 이름은 {promised}이지만 내용은 {found}입니다. 원본 파일을 다시 올려 주세요.",
    "file_damaged": "파일이 손상되어 열 수 없습니다. 파일을 다시 저장해서 올려 주세요.",
    "file_double_faced": (
        "파일에 다른 내용이 덧붙어 있습니다(모션 포토 등). 일반 {found:으로} 다시 저장해서 올려 주세요."
    ),
    "image_too_large": "그림이 너무 큽니다({width:,}×{height:,}). 크기를 줄여 다시 올려 주세요.",
    "archive_too_large": "압축을 풀면 너무 커지는 파일입니다. 내용을 나누어 올려 주세요.",
    "sheet_active": "매크로가 든 엑셀 파일은 올릴 수 없습니다. 매크로 없이 .xlsx로 저장해 올려 주세요.",
    "file_locked": "암호가 걸린 파일입니다. 암호를 풀어 저장한 뒤 올려 주세요.",
    "pdf_active": "스크립트나 실행 명령이 든 PDF는 올릴 수 없습니다. PDF로 다시 인쇄해서 올려 주세요.",
    "file_gone": "올려 두신 파일이 남아 있지 않습니다. 파일을 다시 올려 주세요.",
    "pdf_too_complex": "구조가 너무 복잡한 PDF입니다. PDF로 다시 인쇄해서 올려 주세요.",
}
