import { useCallback, useState } from "react";

/** A choice out of `values` that this browser remembers; the first of them until there is one. */
export function useRemembered<Value extends string>(
  key: string,
  values: readonly [Value, ...Value[]],
): [Value, (value: Value) => void] {
  const [value, setValue] = useState<Value>(
    () => values.find((one) => one === read(key)) ?? values[0],
  );
  const choose = useCallback(
    (chosen: Value) => {
      setValue(chosen);
      try {
        window.localStorage.setItem(key, chosen);
      } catch {
        // A locked-down school PC may forbid storage: the choice then lasts until the page is left.
      }
    },
    [key],
  );
  return [value, choose];
}

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}
