"""What a screen asks for, as a command to the room."""

from app.ids import DeckId, ParticipantId, PupilId, SeatId, StrokeId
from app.rooms import commands
from app.rooms.commands import ParticipantCommand
from app.signaling import messages as wire

CommandRequest = (
    wire.LessonStart
    | wire.LessonEnd
    | wire.CallUpCall
    | wire.CallUpCancel
    | wire.CallUpAccept
    | wire.CallUpDecline
    | wire.StageSendDown
    | wire.ListenStart
    | wire.ListenStop
    | wire.FloorOpen
    | wire.FloorClose
    | wire.SingAlongStart
    | wire.SingAlongStop
    | wire.SpotlightMove
    | wire.LeadPropose
    | wire.LeadAnswer
    | wire.LeadTake
    | wire.HelpCall
    | wire.HelpClear
    | wire.ParticipantMute
    | wire.ParticipantUnmute
    | wire.HandRaise
    | wire.HandLower
    | wire.SourceSwitch
    | wire.DataSavingSwitch
    | wire.SlidesTurn
    | wire.SlidesHide
    | wire.StrokeDraw
    | wire.StrokeUndo
    | wire.StrokesClear
    | wire.SoundSwitch
    | wire.AutoAcceptSwitch
    | wire.SignalRaise
    | wire.SignalClear
    | wire.PupilName
)


def command_of(request: CommandRequest, by: ParticipantId) -> ParticipantCommand:
    """The command that `by` asks for; who may is the room's to decide."""
    match request:
        case wire.LessonStart():
            return commands.StartLesson(by)
        case wire.LessonEnd():
            return commands.EndLesson(by)
        case wire.CallUpCall():
            return commands.CallUp(by, SeatId(request.seat_id))
        case wire.CallUpCancel():
            return commands.CancelCallUp(by, SeatId(request.seat_id))
        case wire.CallUpAccept():
            return commands.AcceptCallUp(by)
        case wire.CallUpDecline():
            return commands.DeclineCallUp(by)
        case wire.StageSendDown():
            return commands.SendDown(by, SeatId(request.seat_id))
        case wire.ListenStart():
            return commands.StartListenIn(by, SeatId(request.seat_id))
        case wire.ListenStop():
            return commands.StopListenIn(by)
        case wire.FloorOpen():
            return commands.OpenFloor(by)
        case wire.FloorClose():
            return commands.CloseFloor(by)
        case wire.SingAlongStart():
            return commands.StartSingAlong(by)
        case wire.SingAlongStop():
            return commands.StopSingAlong(by)
        case wire.SpotlightMove():
            whom = request.participant_id
            return commands.MoveSpotlight(by, None if whom is None else ParticipantId(whom))
        case wire.LeadPropose():
            return commands.ProposeLead(by, ParticipantId(request.to_id))
        case wire.LeadAnswer():
            return commands.AnswerLead(by, request.is_accepted)
        case wire.LeadTake():
            return commands.TakeLead(by)
        case wire.HelpCall():
            return commands.CallForHelp(by)
        case wire.HelpClear():
            return commands.ClearHelp(by, ParticipantId(request.participant_id))
        case wire.ParticipantMute():
            return commands.Mute(by, ParticipantId(request.participant_id))
        case wire.ParticipantUnmute():
            return commands.Unmute(by, ParticipantId(request.participant_id))
        case wire.HandRaise():
            return commands.RaiseHand(by)
        case wire.HandLower():
            return commands.LowerHand(by, ParticipantId(request.participant_id))
        case wire.SourceSwitch():
            return commands.SwitchSource(by, request.source, request.is_on)
        case wire.DataSavingSwitch():
            return commands.SwitchDataSaving(by, request.is_on)
        case wire.SlidesTurn():
            return commands.TurnSlides(by, DeckId(request.deck_id), request.page)
        case wire.SlidesHide():
            return commands.HideSlides(by)
        case wire.StrokeDraw():
            stroke_id = StrokeId(request.stroke_id)
            return commands.DrawStroke(by, stroke_id, request.color, request.points)
        case wire.StrokeUndo():
            return commands.UndoStroke(by)
        case wire.StrokesClear():
            return commands.ClearStrokes(by)
        case wire.SoundSwitch():
            return commands.SwitchSound(by, request.preset)
        case wire.AutoAcceptSwitch():
            return commands.SwitchAutoAccept(by, request.is_on)
        case wire.SignalRaise():
            return commands.RaiseSignal(by, request.signal)
        case wire.SignalClear():
            return commands.ClearSignal(by, ParticipantId(request.participant_id))
        case wire.PupilName():
            pupil_id = None if request.pupil_id is None else PupilId(request.pupil_id)
            return commands.NamePupil(by, pupil_id)
