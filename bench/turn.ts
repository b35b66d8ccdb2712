// One peer's turn at one variant in one round: its server runs, and here is what a scenario does with it.

import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProbe } from '../src/load/probe/server-probe.ts';
import type { ServerFigures } from '../src/load/result.ts';
import { type LoadResult, readLoadResult, readRecords } from './load-result.ts';
import type { RunningPeer, Wanted } from './peers/peer.ts';
import { loadArguments, runTool } from './tool.ts';

const CHECK_MS = 200;

export interface LoadPlan {
  readonly wanted?: Wanted;
  readonly streams: number;
  readonly topics?: number;
  readonly ramp: string;
  readonly duration: string;
  /** Events a second, or a minute; without it nothing is published. */
  readonly rate?: string;
  readonly more?: readonly string[];
  /** Tells the files of one turn apart. */
  readonly label?: string;
  /** Done while all streams are up, beside the load. */
  whileUp?(): Promise<void>;
}

/** What a turn is, beside the server that runs. */
export interface TurnSetting {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly filePrefix: string;
  readonly connectsPerSecond: number;
  readonly loopDelayFolder: string | undefined;
}

export class Turn {
  readonly peer: RunningPeer;
  /** Of the peer. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly loopDelayFolder: string | undefined;
  /** The ramp of a load that opens streams as fast as the scenarios do, and this peer takes. */
  readonly ramp: string;
  /** Files of loads that `holdfast report` can compare; a scenario of many steps keeps one. */
  readonly #files: string[];
  readonly #filePrefix: string;

  constructor(peer: RunningPeer, setting: TurnSetting, files: string[]) {
    this.peer = peer;
    this.name = setting.name;
    this.signal = setting.signal;
    this.#filePrefix = setting.filePrefix;
    this.loopDelayFolder = setting.loopDelayFolder;
    this.ramp = `${setting.connectsPerSecond}/s`;
    this.#files = files;
  }

  /** Loads the peer. @throws Error when not all streams came up. */
  async load(plan: LoadPlan): Promise<LoadResult> {
    const { wanted = 'own topic', streams, topics = 1, ramp, duration, rate, more = [], label = '' } = plan;
    const file = `${this.#filePrefix}${label}.ndjson`;
    const options = [
      ...['--streams', String(streams), '--topics', String(topics), '--ramp', ramp, '--duration', duration],
      ...(rate === undefined ? [] : ['--rate', rate]),
      ...more,
    ];
    const loading = runTool(loadArguments(this.peer, wanted, options, file), { signal: this.signal });
    let isOver = false;
    // Its failure is told only when the load has ended, too: nothing goes on behind a turn.
    const beside = this.#besideLoad(file, streams, plan, () => isOver).then(
      () => undefined,
      (error: Error) => error,
    );
    let failure: Error | undefined;
    try {
      await loading;
    } finally {
      isOver = true;
      failure = await beside;
    }
    if (failure !== undefined) throw failure;
    const result = readLoadResult(file);
    const { streamsPeak, ends } = result.summary;
    if (streamsPeak < streams) {
      const why = Object.entries(ends).map(([kind, count]) => `${count} ended as ${kind}`);
      const rest = why.length === 0 ? 'the others were not answered in time' : why.join(', ');
      throw new Error(`only ${streamsPeak} of ${streams} streams came up; ${rest}`);
    }
    return result;
  }

  /** Keeps a load's file for the report. */
  keep({ file }: LoadResult): void {
    this.#files.push(file);
  }

  /** What the server costs now. @throws Error when it is gone. */
  async readServer(): Promise<ServerFigures> {
    const figures = await new ServerProbe({ pid: this.peer.pid }).read();
    if (figures === undefined) throw new Error('the server is gone');
    return figures;
  }

  async #besideLoad(file: string, streams: number, plan: LoadPlan, isOver: () => boolean): Promise<void> {
    if (plan.whileUp === undefined) return;
    while (!isOver() && !this.signal.aborted) {
      const last = existsSync(file)
        ? readRecords(file).findLast((record) => record.kind === 'sample')
        : undefined;
      if (last?.streamsUp === streams) return plan.whileUp();
      await delay(CHECK_MS);
    }
  }
}
