// Takes the packets of a capture and gives the evidence that they are: the middle of the reading, between bytes and values.

import { randomInt } from 'node:crypto';
import type { CaptureSource, Flow } from '../../evidence.ts';
import { AddressCounts } from './address-counts.ts';
import {
  type CaptureOptions,
  HELD_BYTES,
  KEPT_BURSTS,
  KEPT_EXCHANGES,
  KEPT_SEGMENTS,
} from './capture-options.ts';
import type { CapturedPacket, PacketSink } from './file/captured-packet.ts';
import { Allowance } from './flow/allowance.ts';
import { DoubleFilter } from './flow/double-filter.ts';
import { FlowTable } from './flow/flow-table.ts';
import { OtherPackets } from './other-packets.ts';
import { addressText } from './packet/address.ts';
import { Dissector } from './packet/dissector.ts';
import { ProblemList } from './problem-list.ts';

const MAX_LINK_TYPES = 256;

/** What one capture holds. */
export interface CaptureReading {
  readonly source: CaptureSource;
  readonly flows: readonly Flow[];
}

export class CaptureTally implements PacketSink {
  readonly problems = new ProblemList();
  readonly #options: CaptureOptions;
  readonly #dissector = new Dissector();
  readonly #table: FlowTable;
  readonly #others = new OtherPackets();
  readonly #unknownLinkTypes = new Set<number>();
  #packets = 0;
  #cutPackets = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#table = new FlowTable({
      maxFlows: options.maxFlows,
      seed: randomInt(2 ** 32),
      shared: {
        allowances: {
          segments: new Allowance(KEPT_SEGMENTS),
          bursts: new Allowance(KEPT_BURSTS),
          exchanges: new Allowance(KEPT_EXCHANGES),
          heldBytes: new Allowance(HELD_BYTES),
        },
        doubles: new DoubleFilter(),
      },
    });
  }

  packet(packet: CapturedPacket): void {
    // Its number counts those before it that were passed over, too.
    this.#packets = packet.number;
    const timeMs = packet.seconds * 1000 + packet.nanoseconds / 1e6;
    if (timeMs < this.#firstMs) this.#firstMs = timeMs;
    if (timeMs > this.#lastMs) this.#lastMs = timeMs;
    if (packet.end - packet.start < packet.wireLength) this.#cutPackets++;
    const kind = this.#dissector.dissect(packet);
    if (kind === 'tcp') this.#table.take(this.#dissector.tcp);
    else if (kind === undefined) this.#refuseLinkType(packet);
    else {
      this.#others.count(kind === 'icmp-error' ? 'icmp' : kind);
      if (kind === 'icmp-error') this.#takeIcmpError();
    }
  }

  problem(offset: number, message: string): void {
    this.problems.add(message, offset);
  }

  /** The capture has ended. */
  finish(): CaptureReading {
    const { name, source } = this.#options;
    const wrongChecksums = new AddressCounts();
    const largestPayloads = new AddressCounts();
    const flows: Flow[] = [];
    let doubledPackets = 0;
    for (const flow of this.#table.drain()) {
      flows.push(flow.toEvidence(source, name));
      doubledPackets += flow.doubled;
      for (const [side, half] of flow.halves.entries()) {
        const { address } = flow.endpoints[side]!;
        wrongChecksums.add(address, half.wrongChecksums, (known, count) => known + count);
        largestPayloads.add(address, half.largestPayload, Math.max);
      }
    }
    return {
      source: {
        kind: 'capture',
        name,
        problems: this.problems.listed,
        problemCount: this.problems.count,
        ...(this.#packets > 0 && { firstMs: this.#firstMs, lastMs: this.#lastMs }),
        packets: this.#packets,
        cutPackets: this.#cutPackets,
        doubledPackets,
        otherPackets: this.#others.toEvidence(),
        wrongChecksums: wrongChecksums.toEvidence(),
        largestPayloads: largestPayloads.toEvidence(),
        flowsLeftOut: this.#table.leftOut,
      },
      flows,
    };
  }

  #refuseLinkType({ linkType, offset }: CapturedPacket): void {
    this.#others.count(`link-type-${linkType}`);
    if (this.#unknownLinkTypes.has(linkType) || this.#unknownLinkTypes.size >= MAX_LINK_TYPES) return;
    this.#unknownLinkTypes.add(linkType);
    this.problems.add(`link type ${linkType} is not known: its packets are passed over`, offset);
  }

  #takeIcmpError(): void {
    const { tcp, icmpFromAt, icmpType, icmpCode } = this.#dissector;
    const found = this.#table.find(tcp);
    if (found === undefined) return;
    const address = addressText(tcp.bytes, icmpFromAt, tcp.ipVersion);
    found.flow.takeIcmpError(tcp, found.side, address, icmpType, icmpCode);
  }
}
