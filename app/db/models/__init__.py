"""Every table. Import this package, not its modules, so that `Base.metadata` is whole."""

from app.db.models.accounts import (
    AccessLogEntry,
    AuditEntry,
    ClassroomPc,
    ConsoleCode,
    Invitation,
    Login,
    PairingCode,
    RoleGrant,
    SecondFactor,
    Session,
    SiteSetting,
    TicketRevocation,
    User,
)
from app.db.models.attendance import AttendanceProgress, AttendanceRow, AttendanceSpan
from app.db.models.backchannel import ChatRow
from app.db.models.base import Base
from app.db.models.film import Film
from app.db.models.jobs import Job
from app.db.models.journal import JournalRow, LessonLease
from app.db.models.ledger import LedgerCorrection, LedgerEntry
from app.db.models.ledger_sums import LessonSum, SchoolSum, Summed
from app.db.models.lessons import GuestLink, Lesson, LessonStaff, Seat
from app.db.models.linktest import LinkTest
from app.db.models.recording import Recording, RecordingTrack
from app.db.models.roll_call import RollCall, RollCallCorrection, RollCallMark
from app.db.models.schools import (
    Classroom,
    Consent,
    County,
    PastRosterEntry,
    Pupil,
    PupilConsent,
    RosterEntry,
    School,
)
from app.db.models.sharing import ClipTrack, Deletion, LibraryEntry, ShareLink
from app.db.models.slides import Deck, DeckPage
from app.db.models.telemetry import DataUsed
from app.db.models.terms import (
    Course,
    CourseClassroom,
    GroupSchool,
    Holiday,
    SchoolGroup,
    Term,
)
from app.db.models.watching import RecordingCaptions, RecordingThumbnails, WatchProgress

__all__ = [
    "AccessLogEntry",
    "AttendanceProgress",
    "AttendanceRow",
    "AttendanceSpan",
    "AuditEntry",
    "Base",
    "ChatRow",
    "Classroom",
    "ClassroomPc",
    "ClipTrack",
    "Consent",
    "ConsoleCode",
    "County",
    "Course",
    "CourseClassroom",
    "DataUsed",
    "Deck",
    "DeckPage",
    "Deletion",
    "Film",
    "GroupSchool",
    "GuestLink",
    "Holiday",
    "Invitation",
    "Job",
    "JournalRow",
    "LedgerCorrection",
    "LedgerEntry",
    "Lesson",
    "LessonLease",
    "LessonStaff",
    "LessonSum",
    "LibraryEntry",
    "LinkTest",
    "Login",
    "PairingCode",
    "PastRosterEntry",
    "Pupil",
    "PupilConsent",
    "Recording",
    "RecordingCaptions",
    "RecordingThumbnails",
    "RecordingTrack",
    "RoleGrant",
    "RollCall",
    "RollCallCorrection",
    "RollCallMark",
    "RosterEntry",
    "School",
    "SchoolGroup",
    "SchoolSum",
    "Seat",
    "SecondFactor",
    "Session",
    "ShareLink",
    "SiteSetting",
    "Summed",
    "Term",
    "TicketRevocation",
    "User",
    "WatchProgress",
]
