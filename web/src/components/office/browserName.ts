/** In this order: the later ones stand in the `User-Agent` of the earlier ones too. */
const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\/(\d+)/, "Edge"],
  [/QQBrowser\/(\d+)/, "QQ Browser"],
  [/Firefox\/(\d+)/, "Firefox"],
  [/Chrome\/(\d+)/, "Chrome"],
  [/Version\/(\d+).*Safari/, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** `Edge 120 · Windows` out of a `User-Agent`; null where nothing is known. Tells two PCs of a room apart. */
export function browserName(userAgent: string): string | null {
  const parts: string[] = [];
  for (const [pattern, name] of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1];
    if (!version) continue;
    parts.push(`${name} ${version}`);
    break;
  }
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1];
  if (system) parts.push(system);
  return parts.length > 0 ? parts.join(" · ") : null;
}
