// Runs before the page's own scripts: keeps every RTCPeerConnection, WebSocket and Audio that the page makes
// within reach, and notes who is in which slot, as the server says. Changes nothing of what the page does.
(() => {
  const peers = [];
  const sockets = [];
  const slots = {};
  const sounds = [];
  let joined = null;
  let pressedAtMs = 0;
  addEventListener("click", () => (pressedAtMs = Date.now()), { capture: true });
  const keeping = (Native, list, also) =>
    new Proxy(Native, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget);
        list.push(made);
        also?.(made);
        return made;
      },
    });
  const note = (socket) =>
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "room.snapshot" || message.type === "room.resumed") joined = socket;
      if (message.type === "slot.mapped") slots[message.slot] = message.participant_id;
      if (message.type === "media.revoked") for (const slot in slots) delete slots[slot];
    });
  window.RTCPeerConnection = keeping(RTCPeerConnection, peers);
  window.WebSocket = keeping(WebSocket, sockets, note);
  window.Audio = keeping(Audio, sounds);
  const pictures = new Set();
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    get,
    set(stream) {
      if (this instanceof HTMLVideoElement) pictures.add(this);
      set.call(this, stream);
    },
  });

  const streamsOf = async (peer) => {
    const report = await peer.getStats();
    const found = [];
    for (const stat of report.values()) {
      if (stat.type !== "inbound-rtp" && stat.type !== "outbound-rtp") continue;
      const codec = report.get(stat.codecId);
      found.push({
        connection: peers.indexOf(peer),
        type: stat.type,
        mid: stat.mid ?? "",
        kind: stat.kind,
        codec: codec?.mimeType ?? "",
        packets: stat.packetsReceived ?? stat.packetsSent ?? 0,
        frames: stat.framesDecoded ?? stat.framesEncoded ?? 0,
        energy: stat.totalAudioEnergy ?? 0,
        rid: stat.rid ?? "",
        width: stat.frameWidth ?? 0,
        active: stat.active ?? true,
      });
    }
    return found;
  };

  window.probe = {
    peers,
    sockets,
    slots,
    sounds,
    latest: () => ({
      sockets: sockets.length,
      isJoined: joined !== null && joined === sockets.at(-1) && joined.readyState === WebSocket.OPEN,
    }),
    // When the last button was pressed, by the clock that all pages of this machine share.
    pressedAtMs: () => pressedAtMs,
    // When this participant's next frame was decoded and its next sound had come out, by the same clock.
    async seenAndHeardAtMs(participantId) {
      const figures = async () => {
        const mids = Object.keys(slots).filter((slot) => slots[slot] === participantId);
        const { streams } = await window.probe.streams();
        const sum = (mid, figure) =>
          streams
            .filter((one) => one.type === "inbound-rtp" && mids.some((slot) => one.mid === slot + mid))
            .reduce((total, one) => total + one[figure], 0);
        return { frames: sum(".v", "frames"), energy: sum(".a", "energy") };
      };
      const before = await figures();
      for (;;) {
        const now = await figures();
        if (now.frames > before.frames && now.energy > before.energy) return Date.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    // Video elements that have left the page and still play: each keeps pictures that a camera wants back.
    forgotten: () => [...pictures].filter((one) => one.srcObject && !one.isConnected).length,
    // Pictures that the cameras took which this page sends, and how many of them came out or were left out on purpose.
    cameras() {
      const open = peers.filter((peer) => peer.connectionState !== "closed");
      const tracks = new Set(open.flatMap((peer) => peer.getSenders().map(({ track }) => track)));
      const figures = [...tracks].filter((track) => track?.kind === "video").map(({ stats }) => stats);
      const sum = (figure) => figures.reduce((total, one) => total + one[figure], 0);
      return { taken: sum("totalFrames"), used: sum("deliveredFrames") + sum("discardedFrames") };
    },
    async streams() {
      const open = peers.filter((peer) => peer.connectionState !== "closed");
      return { slots: { ...slots }, streams: (await Promise.all(open.map(streamsOf))).flat() };
    },
  };
})();
