import { useEffect, useState } from "react";

/** Whether something has been so without a break for `forMs`. */
export function useStays(isSo: boolean, forMs: number): boolean {
  const [hasStayed, setHasStayed] = useState(false);

  useEffect(() => {
    if (!isSo) {
      setHasStayed(false);
      return;
    }
    const timer = setTimeout(() => setHasStayed(true), forMs);
    return () => clearTimeout(timer);
  }, [isSo, forMs]);

  return isSo && hasStayed;
}
