// Which lane streams came by, where the server tells: `sse_streams{lane="fast"} 5000`. Servers without it tell nothing.

const ANSWER_TIMEOUT_MS = 1000;
/** Where Holdfast's admin listener is by default. */
const ADMIN = 'http://127.0.0.1:9464/metrics';

/** The share of the open streams that are in the fast lane; undefined when the text does not say. */
export function fastLaneShare(metrics: string): number | undefined {
  let all = 0;
  let fast = 0;
  for (const [, labels = '', count] of metrics.matchAll(/^sse_streams\{([^}]*)\} (\d+)\b/gm)) {
    all += Number(count);
    if (/\blane="fast"/.test(labels)) fast += Number(count);
  }
  return all === 0 ? undefined : fast / all;
}

/** Asks the public listener, and then the admin one. */
export async function readFastLaneShare(publicUrl: string): Promise<number | undefined> {
  for (const url of [new URL('/metrics', publicUrl).href, ADMIN]) {
    const share = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
      .then(async (response) => (response.ok ? fastLaneShare(await response.text()) : undefined))
      .catch(() => undefined);
    if (share !== undefined) return share;
  }
  return undefined;
}
