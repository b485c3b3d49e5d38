import { useCallback, useEffect, useState } from "react";
import { ApiError } from "../../api/client";
import { enterWithCode } from "../../classroom/enter";
import { errorWords, useWords } from "../../i18n";
import { Banner } from "../Banner";
import { Button } from "../Button";
import { PairingForm } from "../office/PairingForm";
import { Spinner } from "../Spinner";
import { CardScanner } from "./CardScanner";

interface PairThisPcProps {
  /** Tried at once; "" if there is none yet. */
  code: string;
  onPaired?: (() => void) | undefined;
}

/** All ways in for a PC without an account: a code that came along, one that is typed, one on a card. */
export function PairThisPc({ code, onPaired }: PairThisPcProps) {
  const words = useWords();
  const [isBusy, setIsBusy] = useState(code !== "");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isScanning, setIsScanning] = useState(false);

  const redeem = useCallback(
    async (given: string) => {
      setIsBusy(true);
      setIsScanning(false);
      setRefusal(null);
      try {
        await enterWithCode(given);
        onPaired?.();
      } catch (error) {
        setRefusal(error instanceof ApiError ? error.code : "failed");
        setIsBusy(false);
      }
    },
    [onPaired],
  );

  useEffect(() => {
    if (code) void redeem(code);
  }, [code, redeem]);

  if (isBusy) return <Spinner label={words.pairing.connecting} />;
  return (
    <>
      {refusal && <Banner tone="warn" title={errorWords(words, refusal)} />}
      <PairingForm onPaired={onPaired} />
      {isScanning && <CardScanner onCode={redeem} />}
      {window.isSecureContext && (
        <Button icon="camera" isWide onClick={() => setIsScanning(!isScanning)}>
          {isScanning ? words.classroomPc.scanStop : words.classroomPc.scan}
        </Button>
      )}
    </>
  );
}
