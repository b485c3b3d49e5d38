const PAUSE_MS = 400;

/** Addresses that this window has loaded; the browser's cache has their bytes. */
const loaded = new Set<string>();

export const isLoaded = (address: string) => loaded.has(address);
export const noteLoaded = (address: string) => loaded.add(address);

/** Bring pictures into the browser's cache, one at a time and with a pause, as nobody waits for them. Returns the way to stop. */
export function preload(addresses: readonly string[]): () => void {
  const rest = addresses.filter((address) => !isLoaded(address));
  let image: HTMLImageElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function next(): void {
    const address = rest.shift();
    if (address === undefined) return;
    image = new Image();
    image.fetchPriority = "low";
    image.onload = () => {
      noteLoaded(address);
      timer = setTimeout(next, PAUSE_MS);
    };
    // It is loaded when it is shown; whatever keeps this one away may keep the others away too.
    image.onerror = () => undefined;
    image.src = address;
  }

  next();
  return () => {
    clearTimeout(timer);
    rest.length = 0;
    if (image) image.src = "";
  };
}
