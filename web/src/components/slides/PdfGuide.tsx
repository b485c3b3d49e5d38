import { useWords } from "../../i18n";
import styles from "./UploadDeck.module.css";

const STEPS = [0, 1, 2] as const;
const WIDTH = 132;

/** A drawing of how a presentation is saved as PDF: File, Save as, PDF. */
export function PdfGuide() {
  const { pdfGuide } = useWords().slides;
  const steps = [pdfGuide.file, pdfGuide.saveAs, pdfGuide.pdf];
  return (
    <svg className={styles.guide} viewBox="0 0 416 92" role="img" aria-label={pdfGuide.label}>
      {STEPS.map((step) => {
        const left = 4 + step * (WIDTH + 6);
        return (
          <g key={step}>
            <rect
              x={left}
              y="6"
              width={WIDTH - 8}
              height="80"
              rx="8"
              fill="#fff"
              stroke="#7b8794"
            />
            <circle cx={left + 16} cy="24" r="11" fill="#0a5e6b" />
            <text x={left + 16} y="29" fontSize="14" fill="#fff" textAnchor="middle">
              {step + 1}
            </text>
            <text
              x={left + (WIDTH - 8) / 2}
              y="62"
              fontSize="16"
              fontWeight="700"
              fill="#15212b"
              textAnchor="middle"
            >
              {steps[step]}
            </text>
            {step < 2 && (
              <path
                d={`M${left + WIDTH - 6} 46h6m-3-4 4 4-4 4`}
                stroke="#b3261e"
                strokeWidth="2.500"
                fill="none"
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
