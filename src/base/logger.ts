// The logger that a hub writes to. Any logger with these four methods fits, pino and console among them.

/** Takes a record of values and a sentence. */
type LogMethod = (values: Readonly<Record<string, unknown>>, message: string) => void;

export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}

const nothing: LogMethod = () => {};

/** Says nothing: the default of the library, which has no business on its user's console. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
