// Publishes what this machine does, under `host/...`, so that a new hub has real, moving data at once. A tick
// that is still being read or published is never overtaken, and no failure leaves this file but as a line in
// the log, once a kind: a hub that cannot publish for an hour must not write 3,600 lines about it.

import type { Logger } from '../base/logger.ts';
import { type HostEvent, type HostSample, hostEvents, readHostSample } from './host-sample.ts';

export interface HostFeedOptions {
  readonly publish: (events: readonly HostEvent[]) => Promise<unknown>;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Where the texts of the kernel are; another folder in tests. */
  readonly procFolder?: string;
}

export interface HostFeed {
  /** Nothing is published after this; what is being published runs to its end. */
  stop(): void;
}

/** Publishes at once and then every `intervalMs` until stopped. The timer does not keep the process alive. */
export function startHostFeed(options: HostFeedOptions): HostFeed {
  const feed = new Feed(options);
  const timer = setInterval(() => feed.tick(), options.intervalMs);
  timer.unref();
  feed.tick();
  return {
    stop() {
      clearInterval(timer);
      feed.stopped = true;
    },
  };
}

class Feed {
  stopped = false;
  readonly #options: HostFeedOptions;
  readonly #said = new Set<string>();
  #before: HostSample | undefined;
  #busy = false;

  constructor(options: HostFeedOptions) {
    this.#options = options;
  }

  tick(): void {
    if (this.#busy) {
      this.#sayOnce('late', {}, 'The host feed skips a tick: the one before is still being published');
      return;
    }
    this.#busy = true;
    void this.#run().finally(() => {
      this.#busy = false;
    });
  }

  async #run(): Promise<void> {
    const { publish, procFolder = '/proc' } = this.#options;
    try {
      const now = await readHostSample(procFolder, performance.now());
      if (this.stopped) return;
      this.#sayWhatIsMissing(now.missing, procFolder);
      const events = hostEvents(this.#before, now);
      this.#before = now;
      await publish(events);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#sayOnce('failed', { error: message }, 'The host feed could not publish, and goes on trying');
    }
  }

  #sayWhatIsMissing(missing: readonly string[], procFolder: string): void {
    if (missing.length === 0) return;
    const message = `The host feed cannot read all of ${procFolder}: the topics under host/ say less here`;
    this.#sayOnce('missing', { missing }, message);
  }

  #sayOnce(kind: string, values: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#said.has(kind) || this.stopped) return;
    this.#said.add(kind);
    this.#options.logger.warn(values, message);
  }
}
