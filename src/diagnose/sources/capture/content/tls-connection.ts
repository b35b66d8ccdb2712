// A TLS connection, as far as it is visible without its keys.

import type { Side, TlsAlert, TlsFacts } from '../../../evidence.ts';
import type { ContentHalf, Moment } from './content-half.ts';
import { TlsHalf } from './tls-half.ts';
import type { Hello } from './tls-hello.ts';

const MAX_ALERTS = 8;

export class TlsConnection {
  /** What each side sends, by its index. */
  readonly halves: readonly [ContentHalf, ContentHalf];
  /** Which side sent a ClientHello; undefined while none was seen. */
  client: 0 | 1 | undefined = undefined;
  readonly #records: readonly [TlsHalf, TlsHalf];
  readonly #alerts: { at: Moment; from: 0 | 1; description: number | undefined }[] = [];
  #serverName: string | undefined;
  #offered: readonly string[] = [];
  #chosen: string | undefined;

  /** @param isLost - the capture begins somewhere within. */
  constructor(isLost: boolean) {
    this.halves = this.#records = [this.#half(0, isLost), this.#half(1, isLost)];
  }

  toEvidence(source: number, sides: readonly [Side, Side]): TlsFacts {
    const ref = ({ packet, timeMs }: Moment) => ({ ref: { source, at: packet }, atMs: timeMs });
    const alerts: TlsAlert[] = this.#alerts.map(({ at, from, description }) => ({
      ...ref(at),
      from: sides[from],
      ...(description !== undefined && { description }),
    }));
    const lastRecords = Object.fromEntries(
      this.#records.flatMap(({ last }, index) =>
        last === undefined
          ? []
          : [[sides[index as 0 | 1], { ...ref(last.at), type: last.type, bytes: last.bytes }]],
      ),
    );
    return {
      ...(this.#serverName !== undefined && { serverName: this.#serverName }),
      ...(this.#chosen !== undefined && { alpn: this.#chosen }),
      alpnOffered: this.#offered,
      alerts,
      lastRecords,
    };
  }

  #half(from: 0 | 1, isLost: boolean): TlsHalf {
    return new TlsHalf(
      {
        hello: (hello) => this.#takeHello(hello, from),
        alert: (at, description) => {
          if (this.#alerts.length < MAX_ALERTS) this.#alerts.push({ at, from, description });
        },
      },
      isLost,
    );
  }

  #takeHello(hello: Hello, from: 0 | 1): void {
    if (hello.from === 'server') {
      this.#chosen = hello.protocols[0];
      return;
    }
    this.client = from;
    this.#serverName = hello.serverName;
    this.#offered = hello.protocols;
  }
}
