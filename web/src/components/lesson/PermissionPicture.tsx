import { useWords } from "../../i18n";
import styles from "./DeviceProblems.module.css";

/** A drawing of where to click so that the browser allows camera and microphone. */
export function PermissionPicture() {
  const words = useWords();
  return (
    <svg
      className={styles.picture}
      viewBox="0 0 360 130"
      role="img"
      aria-label={words.media.allowPicture}
    >
      <rect x="4" y="8" width="352" height="40" rx="20" fill="#fff" stroke="#7b8794" />
      <circle cx="30" cy="28" r="15" fill="#fff2d3" stroke="#b3261e" strokeWidth="3" />
      <path
        d="M22 24h9M35 24h3M22 32h3M29 32h9"
        stroke="#15212b"
        strokeWidth="2.500"
        strokeLinecap="round"
      />
      <circle cx="33" cy="24" r="2.500" fill="#fff2d3" stroke="#15212b" strokeWidth="2" />
      <circle cx="27" cy="32" r="2.500" fill="#fff2d3" stroke="#15212b" strokeWidth="2" />
      <rect x="58" y="24" width="160" height="8" rx="4" fill="#cbd3da" />
      <path d="M30 50v14" stroke="#b3261e" strokeWidth="3" />
      <path d="m24 60 6 8 6-8" fill="#b3261e" />
      <rect x="4" y="72" width="250" height="54" rx="8" fill="#fff" stroke="#7b8794" />
      <text x="18" y="95" fontSize="15" fill="#15212b">
        {words.media.camera}
      </text>
      <text x="18" y="117" fontSize="15" fill="#15212b">
        {words.media.microphone}
      </text>
      {[90, 112].map((y) => (
        <g key={y}>
          <rect x="150" y={y - 8} width="30" height="16" rx="8" fill="#17692f" />
          <circle cx="172" cy={y} r="6" fill="#fff" />
          <text x="188" y={y + 5} fontSize="14" fill="#17692f" fontWeight="700">
            {words.media.allow}
          </text>
        </g>
      ))}
    </svg>
  );
}
