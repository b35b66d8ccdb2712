// Commits one list of writes after the other, each within a time limit. It sees to it that a commit that was refused
// is not in the log: one that the disk takes after its limit is taken back, and no other is begun before.

import type { HoldfastError } from '../../base/errors.ts';
import { steadyNowMs } from '../../base/steady-clock.ts';
import { Block } from './block.ts';
import { commitFailure, commitStuck } from './log-failure.ts';
import { blockRemoval } from './retention.ts';
import { remove, type Store, type Write } from './store.ts';

// A disk that has just refused is not asked again at once: thousands who publish would each cost a commit.
const REFUSAL_MS = 100;

export class Committer {
  readonly #store: Store;
  readonly #timeoutMs: number;
  // A commit that was refused may be in the store all the same, beyond the head.
  #isSuspect = false;
  #isStuck = false;
  #takingBack: Promise<void> | undefined;
  #refusal: { readonly failure: HoldfastError; readonly untilMs: number } | undefined;

  constructor(store: Store, timeoutMs: number) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
  }

  /** Whether a commit is over its limit and has neither come about nor failed. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /**
   * Makes writes durable, all or none; `head` is the last position before them.
   *
   * @throws HoldfastError ERR_LOG_FULL, ERR_LOG_WRITE, ERR_LOG_STUCK.
   */
  async commit(writes: readonly Write[], head: number): Promise<void> {
    if (this.#isStuck) throw commitStuck(this.#timeoutMs);
    if (this.#refusal !== undefined && steadyNowMs() < this.#refusal.untilMs) throw this.#refusal.failure;
    const attempt = this.#attempt(writes, head);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.#timeoutMs, 'late');
    });
    try {
      if ((await Promise.race([attempt, late])) !== 'late') return;
    } catch (error) {
      const failure = commitFailure(error);
      this.#refusal = { failure, untilMs: steadyNowMs() + REFUSAL_MS };
      throw failure;
    } finally {
      clearTimeout(timer);
    }
    this.#isStuck = true;
    this.#takingBack = this.#takeBack(attempt, head);
    throw commitStuck(this.#timeoutMs);
  }

  /** Waits for a commit that is over its limit, and removes what a refused one may have left. Can take for ever. */
  async settle(head: number): Promise<void> {
    await this.#takingBack;
    if (this.#isSuspect) await this.#attempt([], head);
  }

  async #attempt(writes: readonly Write[], head: number): Promise<void> {
    try {
      await this.#store.heal();
      await this.#store.commit(this.#isSuspect ? [...beyond(this.#store, head), ...writes] : writes);
      this.#isSuspect = false;
    } catch (error) {
      this.#isSuspect = true;
      throw error;
    }
  }

  async #takeBack(attempt: Promise<void>, head: number): Promise<void> {
    const hasCome = await attempt.then(
      () => true,
      () => false,
    );
    this.#isSuspect = true;
    // If this fails, the next commit does it.
    if (hasCome) await this.#attempt([], head).catch(() => {});
    this.#isStuck = false;
  }
}

/** The writes that remove everything that the store has beyond a position. */
function beyond(store: Store, head: number): Write[] {
  store.refresh();
  const blocks = Array.from(store.entries('blocks', head + 1), ({ key, value }) =>
    blockRemoval(key, new Block(key, value).topics),
  );
  const others = (['keys', 'ends'] as const).map((table) =>
    Array.from(store.entries(table, head + 1), ({ key }) => remove(table, key)),
  );
  return [...blocks, ...others].flat();
}
