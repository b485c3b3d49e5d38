// A WHIP and WHEP client in a page: a canvas and a tone out, one picture in.
const SDP = "application/sdp";
const FRAGMENT = "application/trickle-ice-sdpfrag";

const client = {
  connection: null,
  location: "",
  entityTag: "",
  token: "",

  async publish(url, token) {
    const canvas = document.createElement("canvas");
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext("2d");
    let count = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${count++ % 360}, 80%, 50%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 66);
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const out = audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const stream = canvas.captureStream(15);
    stream.addTrack(out.stream.getAudioTracks()[0]);
    this.connection = new RTCPeerConnection();
    for (const track of stream.getTracks()) {
      this.connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    }
    return this.open(url, token);
  },

  async view(url, token) {
    this.connection = new RTCPeerConnection();
    for (const kind of ["audio", "video"]) {
      this.connection.addTransceiver(kind, { direction: "recvonly" });
    }
    const video = document.createElement("video");
    video.muted = true;
    document.documentElement.append(video);
    const stream = new MediaStream();
    this.connection.ontrack = ({ track }) => {
      stream.addTrack(track);
      video.srcObject = stream;
      video.play().catch(() => {});
    };
    return this.open(url, token);
  },

  // Offers before any candidate is there, as trickling clients do.
  async open(url, token) {
    this.token = token;
    await this.connection.setLocalDescription();
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": SDP, Authorization: `Bearer ${token}` },
      body: this.connection.localDescription.sdp,
    });
    const text = await response.text();
    if (response.status === 201) {
      this.location = new URL(response.headers.get("Location"), url).href;
      this.entityTag = response.headers.get("ETag");
      await this.connection.setRemoteDescription({ type: "answer", sdp: text });
    }
    return { status: response.status, text };
  },

  fragment(sdp) {
    const lines = sdp.split("\r\n");
    const first = (start) => lines.find((line) => line.startsWith(start));
    const section = sdp.slice(sdp.indexOf("m="));
    const end = section.indexOf("\r\nm=");
    const candidates = section
      .slice(0, end < 0 ? undefined : end)
      .split("\r\n")
      .filter((line) => line.startsWith("a=candidate"));
    return [
      first("a=group:BUNDLE"), first("a=ice-ufrag"), first("a=ice-pwd"),
      first("m="), first("a=mid"), ...candidates, "",
    ].join("\r\n");
  },

  patch(ifMatch, sdp) {
    return fetch(this.location, {
      method: "PATCH",
      headers: {
        "Content-Type": FRAGMENT, "If-Match": ifMatch, Authorization: `Bearer ${this.token}`,
      },
      body: this.fragment(sdp),
    });
  },

  async trickle() {
    return (await this.patch(this.entityTag, this.connection.localDescription.sdp)).status;
  },

  async restartIce() {
    const answer = this.connection.remoteDescription.sdp;
    this.connection.restartIce();
    await this.connection.setLocalDescription();
    const response = await this.patch("*", this.connection.localDescription.sdp);
    if (response.status !== 200) return response.status;
    this.entityTag = response.headers.get("ETag");
    const text = await response.text();
    const value = (name) => text.match(new RegExp(`a=${name}:(.*)\r`))[1];
    const sdp = answer
      .replace(/a=ice-ufrag:.*\r\n/g, `a=ice-ufrag:${value("ice-ufrag")}\r\n`)
      .replace(/a=ice-pwd:.*\r\n/g, `a=ice-pwd:${value("ice-pwd")}\r\n`);
    await this.connection.setRemoteDescription({ type: "answer", sdp });
    return response.status;
  },

  async end() {
    const headers = { Authorization: `Bearer ${this.token}` };
    return (await fetch(this.location, { method: "DELETE", headers })).status;
  },

  async framesDecoded() {
    for (const report of (await this.connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video") {
        return report.framesDecoded ?? 0;
      }
    }
    return 0;
  },
};
globalThis.client = client;
