"""What is kept about people, where, how long and for whom: one entry for every table and every kind of file.

The page, the document and the erasure of a pupil read these entries; a test fails for a table without one, and for a
column of text that nobody has looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Words:
    zh: str
    en: str


class About(StrEnum):
    """Whom it is about."""

    PUPILS = "pupils"
    STAFF = "staff"
    VISITORS = "visitors"
    NOBODY = "nobody"


class Kept(StrEnum):
    """For how long."""

    UNTIL_ERASED = "until_erased"
    ACCOUNT = "account"
    LESSON = "lesson"
    CLASSROOM_TRACKS = "classroom_tracks"
    RECORDINGS = "recordings"
    SLIDES = "slides"
    CHAT = "chat"
    ACCESS_LOG = "access_log"
    AUDIT_LOG = "audit_log"
    SHORT = "short"
    BACKUP = "backup"
    SITE = "site"


class Reader(StrEnum):
    """Who gets to see it in the product."""

    SCHOOL = "school"
    """On-site teachers and admins of the school."""
    ADMINS = "admins"
    LESSON = "lesson"
    """Whoever takes part in the lesson."""
    LIBRARY = "library"
    """The county's staff, if it is published."""
    LINK = "link"
    """Whoever has a share link."""
    ONESELF = "oneself"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Holding:
    what: Words
    about: About
    kept: Kept
    readers: tuple[Reader, ...]
    personal: Mapping[str, Words] = field(default_factory=dict)
    """Columns that say something about a person, besides the ids of people."""
    free_text: tuple[str, ...] = ()
    """Columns that somebody types into, and may type a pupil's name into: an erasure looks through them."""
    technical: tuple[str, ...] = ()
    """Columns of text about no person: codes, file keys, hashes."""


KEPT: Mapping[Kept, Words] = {
    Kept.UNTIL_ERASED: Words(
        "到学校删除为止；删除后只剩不能辨认的编号",
        "until the school erases it; an opaque id is left",
    ),
    Kept.ACCOUNT: Words("与账号同在", "as long as the account"),
    Kept.LESSON: Words("与课堂记录同在，只有编号", "with the record of the lesson; ids only"),
    Kept.CLASSROOM_TRACKS: Words("{classroom_tracks_days} 天", "{classroom_tracks_days} days"),
    Kept.RECORDINGS: Words(
        "{recordings_days} 天（教室的画面和声音 {classroom_tracks_days} 天）",
        "{recordings_days} days ({classroom_tracks_days} for picture and sound of classrooms)",
    ),
    Kept.SLIDES: Words("{recordings_days} 天", "{recordings_days} days"),
    Kept.CHAT: Words("{chat_days} 天", "{chat_days} days"),
    Kept.ACCESS_LOG: Words("{access_log_days} 天", "{access_log_days} days"),
    Kept.AUDIT_LOG: Words("{audit_log_days} 天", "{audit_log_days} days"),
    Kept.SHORT: Words("用过或过期为止", "until used or expired"),
    Kept.BACKUP: Words("由管理员决定", "as the administrator decides"),
    Kept.SITE: Words("与系统同在", "as long as the system"),
}
ABOUT: Mapping[About, Words] = {
    About.PUPILS: Words("学生", "Pupils"),
    About.STAFF: Words("教师和管理员", "Staff"),
    About.VISITORS: Words("分享链接的访客", "Visitors of share links"),
    About.NOBODY: Words("不涉及个人", "Nobody"),
}
READERS: Mapping[Reader, Words] = {
    Reader.SCHOOL: Words("本校辅助教师和管理员", "on-site teachers and admins of the school"),
    Reader.ADMINS: Words("管理员", "admins"),
    Reader.LESSON: Words("上这节课的人", "those who take part in the lesson"),
    Reader.LIBRARY: Words("发布后全县教师", "once published, the county's staff"),
    Reader.LINK: Words("拿到分享链接的人", "whoever has a share link"),
    Reader.ONESELF: Words("本人", "the person"),
    Reader.NOBODY: Words("不显示", "shown to nobody"),
}
