// Stripping types is what runs our sources anyway; only the function to call it says that it is experimental, on the
// terminal of a newcomer, or of somebody who wanted a report.

/** Calls with Node's warnings silent. The call is synchronous, so that nobody else's warning is caught. */
export function withoutWarnings<T>(call: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = (() => {}) as typeof emitWarning;
  try {
    return call();
  } finally {
    process.emitWarning = emitWarning;
  }
}
