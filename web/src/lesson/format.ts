import { TIME_ZONE } from "../zone";

/** Milliseconds as `m:ss` or `h:mm:ss`; never negative. */
export function formatDuration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  if (hours === 0) return `${minutes}:${seconds}`;
  return `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`;
}

/** Bytes as people buy them: megabytes (10^6), from 1,000 of them on gigabytes; never broken over two lines. */
export function formatBytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  if (megabytes >= 999.5) return `${(megabytes / 1000).toFixed(2)}\u00a0GB`;
  return megabytes >= 0.95 ? `${Math.round(megabytes)}\u00a0MB` : `${megabytes.toFixed(1)}\u00a0MB`;
}

/** The time of day by the county's clock, as people read it. */
export function formatTime(ms: number, language: string): string {
  return new Date(ms).toLocaleTimeString(language, {
    timeZone: TIME_ZONE,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}
