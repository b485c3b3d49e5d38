import type { LeadProposalView } from "../../../generated/signaling";
import { useAction } from "../../../hooks/useAction";
import { useNow } from "../../../hooks/useNow";
import { useWords } from "../../../i18n";
import { useRoom, useSession } from "../../../lesson/context";
import { isLeading, leadOf, ownPlace, participantOf } from "../../../room/selectors";
import type { RequestBody } from "../../../signaling/client";
import { Banner } from "../../Banner";
import { Button } from "../../Button";

/** Who leads next: an offer, a wish, a lead who is gone. */
export function LeadBanners() {
  const room = useRoom();
  const { proposal, takeover_at_ms: takeoverAtMs } = room.view.lead;
  const role = ownPlace(room)?.role;
  if (room.view.phase !== "live" || (role !== "lead" && role !== "assistant")) return null;
  if (proposal) return <Proposal proposal={proposal} />;
  if (takeoverAtMs !== null && role === "assistant") {
    return <LeadGone takeoverAtMs={takeoverAtMs} />;
  }
  return <NowLeads />;
}

function useAsk(): [(body: RequestBody) => void, boolean] {
  const session = useSession();
  const [run, isBusy] = useAction();
  return [(body) => run(() => session.request(body)), isBusy];
}

function Proposal({ proposal }: { proposal: LeadProposalView }) {
  const { cockpit } = useWords();
  const { signaling } = useSession();
  const room = useRoom();
  const now = useNow(signaling.clockOffsetMs);
  const [ask, isBusy] = useAsk();
  const isWish = proposal.by === proposal.to_id;
  const askedId = isWish ? room.view.lead.participant_id : proposal.to_id;
  const nameOf = (id: string) => participantOf(room, id)?.name ?? "";
  const decline = (words: string) => (
    <Button disabled={isBusy} onClick={() => ask({ type: "lead.answer", is_accepted: false })}>
      {words}
    </Button>
  );
  if (proposal.by === room.you) {
    const seconds = Math.max(0, Math.ceil((proposal.expires_ms - now) / 1000));
    const title = cockpit.waitingFor(nameOf(askedId), seconds);
    return <Banner title={title} action={decline(cockpit.withdraw)} />;
  }
  if (askedId !== room.you) return null;
  const name = nameOf(proposal.by);
  return (
    <Banner
      tone="live"
      title={isWish ? cockpit.asked(name) : cockpit.offered(name)}
      action={
        <>
          <Button
            variant="primary"
            disabled={isBusy}
            onClick={() => ask({ type: "lead.answer", is_accepted: true })}
          >
            {isWish ? cockpit.give : cockpit.accept}
          </Button>
          {decline(cockpit.decline)}
        </>
      }
    >
      {isWish ? cockpit.askedHint : cockpit.offeredHint}
    </Banner>
  );
}

function LeadGone({ takeoverAtMs }: { takeoverAtMs: number }) {
  const { cockpit } = useWords();
  const { signaling } = useSession();
  const now = useNow(signaling.clockOffsetMs);
  const [ask, isBusy] = useAsk();
  const seconds = Math.ceil((takeoverAtMs - now) / 1000);
  if (seconds > 0) return <Banner tone="warn" title={cockpit.leadGoneSoon(seconds)} />;
  return (
    <Banner
      tone="live"
      title={cockpit.leadGone}
      action={
        <Button variant="primary" isBusy={isBusy} onClick={() => ask({ type: "lead.take" })}>
          {cockpit.takeOver}
        </Button>
      }
    >
      {cockpit.leadGoneHint}
    </Banner>
  );
}

/** The teacher who led before is asked, never forced: the lead is where it is until somebody gives it. */
function NowLeads() {
  const { cockpit } = useWords();
  const session = useSession();
  const room = useRoom();
  const [ask, isBusy] = useAsk();
  const lead = leadOf(room);
  if (session.ticket.role !== "lead" || isLeading(room) || !lead) return null;
  return (
    <Banner
      title={cockpit.nowLeads(lead.name)}
      action={
        <Button isBusy={isBusy} onClick={() => ask({ type: "lead.propose", to_id: room.you })}>
          {cockpit.askForLead}
        </Button>
      }
    >
      {cockpit.nowLeadsHint}
    </Banner>
  );
}
