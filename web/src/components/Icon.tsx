const SHAPES = {
  camera: "M3 7h11v10H3zM14 11l6-3.500v9L14 13",
  cameraOff: "M3 7h11v10H3zM14 11l6-3.500v9L14 13M3 3l18 18",
  microphone:
    "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6",
  microphoneOff:
    "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6M3 3l18 18",
  hand: "M7 12V6.500a1.500 1.500 0 0 1 3 0V11V4.500a1.500 1.500 0 0 1 3 0V11V6a1.500 1.500 0 0 1 3 0v6V9a1.500 1.500 0 0 1 3 0v5a7 7 0 0 1-7 7c-2.800 0-4.300-1.200-5.600-3.200L3.600 14.300a1.500 1.500 0 0 1 2.400-1.700L7 14z",
  up: "M12 20V5M5.500 11.500 12 5l6.500 6.500",
  down: "M12 4v15M5.500 12.500 12 19l6.500-6.500",
  ear: "M7 10a5 5 0 1 1 10 0c0 3.500-3 4-3.500 7a3 3 0 0 1-5.500 1.500M10 10.500a2 2 0 1 1 4 0c0 1.500-1.500 1.700-1.500 3",
  screen: "M3 5h18v11H3zM9 20h6M12 16v4M12 13V8M9.500 10.500 12 8l2.500 2.500",
  window: "M3 4h12v9H3zM9 13v3h12V8h-6",
  people:
    "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3.500 19a5.500 5.500 0 0 1 11 0M16 11a2.500 2.500 0 1 0 0-5M16.500 14a5 5 0 0 1 4 5",
  copy: "M9 9h10v11H9zM5 15V4h10",
  note: "M9 18V6l10-2v12M9 18a2.500 2.500 0 1 1-5 0a2.500 2.500 0 0 1 5 0zM19 16a2.500 2.500 0 1 1-5 0a2.500 2.500 0 0 1 5 0z",
  enlarge: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.700.300-1 .900-1 1.700M12 17v.200",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  check: "M4.500 12.500 10 18 19.500 6.500",
  close: "M6 6l12 12M18 6 6 18",
  warning: "M12 4 2.500 20h19zM12 10v4.500M12 17.200v.300",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.700v.300",
  question:
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.500 9.500a2.500 2.500 0 1 1 3.700 2.200c-.800.500-1.200 1-1.200 2M12 16.800v.300",
  signal: "M4 18v-3M9.500 18v-6.500M15 18V8M20 18V4.500",
  speaker:
    "M4 9.500h3.500L12 5.500v13l-4.500-4H4zM15.500 9a4 4 0 0 1 0 6M18 6.500a7.500 7.500 0 0 1 0 11",
  speakerOff: "M4 9.500h3.500L12 5.500v13l-4.500-4H4zM16 9.500l5 5M21 9.500l-5 5",
  play: "M7 4.500 19 12 7 19.500z",
  pause: "M8 5v14M16 5v14",
  plus: "M12 5v14M5 12h14",
  arrowRight: "M5 12h14M13 6l6 6-6 6",
  arrowLeft: "M19 12H5M11 6l-6 6 6 6",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.500V12l3 2",
  language:
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.500 12h17M12 3c3 2.700 4 6 4 9s-1 6.300-4 9c-3-2.700-4-6-4-9s1-6.300 4-9z",
  door: "M6 21V3h10v18M3.500 21h17M12.500 12v.500",
  chart: "M4 4v16h16M8 16v-4M12.500 16V8M17 16v-6",
  rewind: "M11.500 6 4.500 12l7 6zM19.500 6l-7 6 7 6z",
  forward: "M12.500 6l7 6-7 6zM4.500 6l7 6-7 6z",
  captions: "M3 5h18v14H3zM7 11h4M14 11h3M7 15h3M13 15h4",
  fullscreen: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  keyboard: "M2.500 6h19v12h-19zM6.500 10h.010M10 10h.010M14 10h.010M17.500 10h.010M8 14h8",
  page: "M6 3h9l4 4v14H6zM9 12h7M9 16h7",
  slides: "M3 4h18M4.500 4v11h15V4M12 15v3M8 21l4-3 4 3",
  pointer: "M12 3v4M12 17v4M3 12h4M17 12h4M12 12h.010",
  undo: "M8 5 4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11H8",
  pencil: "M4 20l1-4.500L16 4.500l3.500 3.500-11 11zM14 7l3 3",
  upload: "M12 20V9M7 13.500 12 8.500l5 5M4 4h16",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
  printer: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  power: "M12 3v9M6.500 7a8 8 0 1 0 11 0",
  download: "M12 4v11M7 10.500 12 15.500l5-5M4 20h16",
  phone: "M7 2.500h10v19H7zM11 18.500h2",
  lock: "M5.500 11h13v10h-13zM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11",
  menu: "M4 6h16M4 12h16M4 18h16",
  chat: "M4 5h16v11H10l-4.500 4v-4H4z",
} as const;

export type IconName = keyof typeof SHAPES;

/** A decorative line drawing in the colour of the text around it; the words beside it carry the meaning. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none" }}
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}
