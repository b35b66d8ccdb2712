// Adds figures up: numbers are added, lists place by place, records name by name. What only one side has stays.

export function addFigures<T>(a: T, b: T): T {
  if (typeof a === 'number' && typeof b === 'number') return (a + b) as T;
  if (Array.isArray(a) && Array.isArray(b)) return a.map((value, i) => addFigures(value, b[i])) as T;
  if (isRecord(a) && isRecord(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return Object.fromEntries(Array.from(names, (name) => [name, addFigures(a[name], b[name])])) as T;
  }
  return a ?? b;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
