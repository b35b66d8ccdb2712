// Asks the control of a running proxy.

import { HoldfastError } from '../../base/errors.ts';
import type { Fault, GivenFault } from '../fault.ts';
import type { ProxyStats } from '../proxy/fault-proxy.ts';

const TIMEOUT_MS = 60_000;

export class ControlClient {
  readonly #url: string;

  /** @param url - such as http://127.0.0.1:9465. */
  constructor(url: string) {
    this.#url = url.replace(/\/$/, '');
  }

  faults(): Promise<readonly Fault[]> {
    return this.#ask('GET', '/faults');
  }

  add(fault: GivenFault): Promise<Fault> {
    return this.#ask('POST', '/faults', fault);
  }

  change(name: string, fault: Omit<GivenFault, 'kind' | 'name'>): Promise<Fault> {
    return this.#ask('PATCH', `/faults/${encodeURIComponent(name)}`, fault);
  }

  remove(name: string): Promise<Fault> {
    return this.#ask('DELETE', `/faults/${encodeURIComponent(name)}`);
  }

  clear(): Promise<void> {
    return this.#ask('DELETE', '/faults');
  }

  stats(): Promise<ProxyStats> {
    return this.#ask('GET', '/stats');
  }

  /** @throws HoldfastError ERR_UNREACHABLE, or what the proxy refused with. */
  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    let response: Response;
    try {
      response = await fetch(this.#url + path, {
        method,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new HoldfastError(
        'ERR_UNREACHABLE',
        `No proxy answers at ${this.#url}`,
        'Start one with holdfast chaos proxy, or give its --control',
        { cause },
      );
    }
    const answer = await response.json();
    if (response.ok) return answer as T;
    const { code, detail, help } = answer as { code: HoldfastError['code']; detail: string; help: string };
    throw new HoldfastError(code, detail, help);
  }
}
