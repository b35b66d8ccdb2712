// Reads what Linux tells of the limits of a process. Pure: the text of the file comes in.

/** The soft limit of /proc/PID/limits; undefined where it is not told, or `unlimited`: nothing to plan with. */
export function parseOpenFileLimit(text: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(text)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
