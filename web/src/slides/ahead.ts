/** In which order the pages of a deck are fetched while page `page` is shown: the next, those after it, those before. */
export function aheadOf(page: number, pageCount: number, savesData: boolean): number[] {
  const after = numbers(page + 1, pageCount);
  if (savesData) return after.slice(0, 1);
  return [...after, ...numbers(1, page - 1).reverse()];
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
