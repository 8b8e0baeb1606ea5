"""A notice as its form gives it. Pure."""

import datetime as dt

from pydantic import BaseModel, Field, model_validator

from models.announcements.rules import BODY_CHARS_MAX, TITLE_CHARS_MAX, Reader


class Draft(BaseModel):
    """Days are those of Seoul; the last day is shown to its end."""

    title: str = Field(title="제목", min_length=1, max_length=TITLE_CHARS_MAX)
    body: str = Field(title="내용", min_length=1, max_length=BODY_CHARS_MAX)
    reader: Reader = Field(title="대상")
    pinned: bool = Field(default=False, title="상단 고정")
    starts_on: dt.date = Field(title="게시 시작일")
    ends_on: dt.date | None = Field(default=None, title="게시 종료일")
    edit_version: int = 0
    drop: list[int] = Field(default_factory=list, max_length=100)
    """Attachments to leave out."""

    @model_validator(mode="after")
    def _ordered(self) -> "Draft":
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("게시 종료일은 시작일보다 빠를 수 없습니다.")
        return self
