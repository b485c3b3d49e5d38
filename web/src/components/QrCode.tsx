import { useMemo } from "react";
import { qrPath } from "./qrPath";

interface QrCodeProps {
  text: string;
  /** What the picture leads to. The address itself stands beside it as text, for whoever has no camera. */
  label: string;
  /** Side in CSS pixels; on paper the style sheet says otherwise. */
  size?: number;
  className?: string | undefined;
}

/** An address for a phone's camera. Black on white, whatever is around it. */
export function QrCode({ text, label, size = 200, className }: QrCodeProps) {
  const { path, size: modules } = useMemo(() => qrPath(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      className={className}
      width={size}
      height={size}
      viewBox={`0 0 ${modules} ${modules}`}
      shapeRendering="crispEdges"
    >
      <path fill="#fff" d={`M0 0h${modules}v${modules}H0z`} />
      <path fill="#000" d={path} />
    </svg>
  );
}
