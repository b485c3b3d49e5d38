"""The data map: what is kept about people, where, how long and who sees it, for an impact assessment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.protection.holdings import ABOUT, KEPT, READERS, About, Holding, Words
from app.protection.tables import FILES, LESSONS, PUPILS, RECORDINGS, SERVER, STAFF
from app.settings import Settings

Language = Literal["zh", "en"]
SECTIONS: tuple[tuple[Words, Mapping[str, Holding]], ...] = (
    (Words("学生", "Pupils"), PUPILS),
    (Words("课堂", "Lessons"), LESSONS),
    (Words("录像", "Recordings"), RECORDINGS),
    (Words("教师和管理员", "Staff"), STAFF),
    (Words("系统", "The server"), SERVER),
    (Words("文件", "Files"), FILES),
)
_TITLE = Words("数据地图", "Data map")
_INTRO = Words(
    "同堂保存了什么、在哪里、存多久、谁能看到。由数据库的定义生成；新增的数据没有登记，测试就不通过。",
    "What Tongtang keeps, where, for how long, and who sees it. Made of the definition of the database: a table that"
    " is not declared fails a test.",
)
_HEAD = (
    Words("内容", "What"),
    Words("位置", "Where"),
    Words("涉及", "About"),
    Words("个人信息", "Personal data"),
    Words("保存多久", "Kept"),
    Words("谁能看到", "Who sees it"),
)


@dataclass(frozen=True, slots=True)
class Retention:
    """Days."""

    classroom_tracks_days: int
    recordings_days: int
    chat_days: int
    access_log_days: int
    audit_log_days: int


def retention_of(settings: Settings) -> Retention:
    return Retention(
        settings.classroom_tracks_kept_days,
        settings.recordings_kept_days,
        settings.chat_kept_days,
        settings.access_log_kept_days,
        settings.audit_log_kept_days,
    )


@dataclass(frozen=True, slots=True)
class MapRow:
    """One table, or one kind of file, in words."""

    what: str
    where: str
    about: str
    is_personal: bool
    personal: tuple[str, ...]
    kept: str
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapSection:
    title: str
    rows: tuple[MapRow, ...]


def data_map(language: Language, retention: Retention) -> tuple[MapSection, ...]:
    return tuple(
        MapSection(
            _in(title, language),
            tuple(_row(where, one, language, retention) for where, one in holdings.items()),
        )
        for title, holdings in SECTIONS
    )


def data_map_markdown(language: Language, retention: Retention) -> str:
    """The same as a document."""
    return "\n".join(_lines(language, retention)) + "\n"


def _lines(language: Language, retention: Retention) -> Iterator[str]:
    yield f"# {_in(_TITLE, language)}"
    yield ""
    yield _in(_INTRO, language)
    for section in data_map(language, retention):
        yield ""
        yield f"## {section.title}"
        yield ""
        yield _cells(_in(head, language) for head in _HEAD)
        yield "|---" * len(_HEAD) + "|"
        for row in section.rows:
            yield _cells(
                (
                    row.what,
                    f"`{row.where}`",
                    row.about,
                    _listed(row.personal, language),
                    row.kept,
                    _listed(row.readers, language),
                )
            )


def _row(where: str, holding: Holding, language: Language, retention: Retention) -> MapRow:
    days = {name: getattr(retention, name) for name in retention.__slots__}
    return MapRow(
        what=_in(holding.what, language),
        where=where,
        about=_in(ABOUT[holding.about], language),
        is_personal=holding.about is not About.NOBODY,
        personal=tuple(dict.fromkeys(_in(one, language) for one in holding.personal.values())),
        kept=_in(KEPT[holding.kept], language).format(**days),
        readers=tuple(_in(READERS[one], language) for one in holding.readers),
    )


def _in(words: Words, language: Language) -> str:
    return words.zh if language == "zh" else words.en


def _listed(words: tuple[str, ...], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(words)


def _cells(cells: Iterator[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
