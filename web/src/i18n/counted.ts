/** An English count with its noun: "1 lesson", "2 lessons". `many` where it is not just an "s" more. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
