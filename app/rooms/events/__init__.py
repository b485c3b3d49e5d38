"""What happened. Events are the journal: append-only, opaque ids only, never a name or free text.

One module for each topic, as the modules of decisions. What a row adds to its event is in `recorded.py`.
"""

from app.rooms.events.console import AutoAcceptSwitched, PupilNamed, SignalCleared, SignalRaised
from app.rooms.events.leading import (
    LeadDeclined,
    LeadHandedOver,
    LeadProposalExpired,
    LeadProposed,
    LeadTakenOver,
    LeadWithdrawn,
)
from app.rooms.events.lesson import (
    ClockAnchored,
    EndReason,
    Heartbeat,
    LessonEnded,
    LessonRestored,
    LessonStarted,
)
from app.rooms.events.place import (
    DataSavingSwitched,
    HandLowered,
    HandRaised,
    HelpCalled,
    HelpCleared,
    ParticipantMuted,
    ParticipantUnmuted,
    SourceSwitched,
)
from app.rooms.events.presence import (
    DeviceReplaced,
    LeaveReason,
    ParticipantCut,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantReturned,
)
from app.rooms.events.reports import (
    CONSENT_WITHDRAWN,
    EpochClosed,
    EpochOpened,
    HeadsCounted,
    ParticipantHeard,
    PublicationStarted,
    PublicationStopped,
    QualityChanged,
    RecordingStopped,
    SegmentClosed,
)
from app.rooms.events.slides import (
    SlidesHidden,
    SlidesTurned,
    StrokeDrawn,
    StrokesCleared,
    StrokeUndone,
)
from app.rooms.events.stage import (
    CallUpAccepted,
    CallUpCancelled,
    CallUpDeclined,
    CallUpExpired,
    ClassroomCalledUp,
    ClassroomSentDown,
    ListenInStarted,
    ListenInStopped,
    SendDownReason,
)
from app.rooms.events.whole_class import (
    FloorClosed,
    FloorOpened,
    SingAlongStarted,
    SingAlongStopped,
    SoundSwitched,
    SpotlightMoved,
)

__all__ = [
    "CONSENT_WITHDRAWN",
    "AutoAcceptSwitched",
    "CallUpAccepted",
    "CallUpCancelled",
    "CallUpDeclined",
    "CallUpExpired",
    "ClassroomCalledUp",
    "ClassroomSentDown",
    "ClockAnchored",
    "DataSavingSwitched",
    "DeviceReplaced",
    "EndReason",
    "EpochClosed",
    "EpochOpened",
    "Event",
    "FloorClosed",
    "FloorOpened",
    "HandLowered",
    "HandRaised",
    "HeadsCounted",
    "Heartbeat",
    "HelpCalled",
    "HelpCleared",
    "LeadDeclined",
    "LeadHandedOver",
    "LeadProposalExpired",
    "LeadProposed",
    "LeadTakenOver",
    "LeadWithdrawn",
    "LeaveReason",
    "LessonEnded",
    "LessonRestored",
    "LessonStarted",
    "ListenInStarted",
    "ListenInStopped",
    "ParticipantCut",
    "ParticipantHeard",
    "ParticipantJoined",
    "ParticipantLeft",
    "ParticipantMuted",
    "ParticipantReturned",
    "ParticipantUnmuted",
    "PublicationStarted",
    "PublicationStopped",
    "PupilNamed",
    "QualityChanged",
    "RecordingStopped",
    "SegmentClosed",
    "SendDownReason",
    "SignalCleared",
    "SignalRaised",
    "SingAlongStarted",
    "SingAlongStopped",
    "SlidesHidden",
    "SlidesTurned",
    "SoundSwitched",
    "SourceSwitched",
    "SpotlightMoved",
    "StrokeDrawn",
    "StrokeUndone",
    "StrokesCleared",
]

Event = (
    ClockAnchored
    | Heartbeat
    | LessonStarted
    | LessonEnded
    | LessonRestored
    | ParticipantJoined
    | ParticipantCut
    | ParticipantReturned
    | DeviceReplaced
    | ParticipantLeft
    | ClassroomCalledUp
    | CallUpAccepted
    | CallUpDeclined
    | CallUpCancelled
    | CallUpExpired
    | ClassroomSentDown
    | ListenInStarted
    | ListenInStopped
    | FloorOpened
    | FloorClosed
    | SingAlongStarted
    | SingAlongStopped
    | SpotlightMoved
    | LeadProposed
    | LeadDeclined
    | LeadWithdrawn
    | LeadProposalExpired
    | LeadHandedOver
    | LeadTakenOver
    | ParticipantHeard
    | HelpCalled
    | HelpCleared
    | ParticipantMuted
    | ParticipantUnmuted
    | HandRaised
    | HandLowered
    | SourceSwitched
    | DataSavingSwitched
    | SoundSwitched
    | HeadsCounted
    | SlidesTurned
    | SlidesHidden
    | StrokeDrawn
    | StrokeUndone
    | StrokesCleared
    | AutoAcceptSwitched
    | SignalRaised
    | SignalCleared
    | PupilNamed
    | PublicationStarted
    | PublicationStopped
    | QualityChanged
    | EpochOpened
    | SegmentClosed
    | EpochClosed
    | RecordingStopped
)
