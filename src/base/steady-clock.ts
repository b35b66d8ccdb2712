// Milliseconds since 1970 that never step: the wall clock at the start of the process, counted on by a clock that
// nobody sets. Retention and windows go by it; a clock that is set forward by a day must not drop a day of events.

export function steadyNowMs(): number {
  return performance.timeOrigin + performance.now();
}
