// A hop that forwards packets and does what middleboxes do: delays, forgets idle flows, resets, rewrites. It
// reads IPv4 packets with TCP and lets everything else through.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { answerAsks } from '../../support/asked-process.ts';
import { ACK, FIN, makeReset, RST, SYN, TcpPacket } from './ip-packet.ts';

export interface IdlePlan {
  readonly idleMs: number;
  /** Flows are looked at only so often. Default: each has a timer of its own. */
  readonly sweepMs?: number;
  /**
   * `drop`: nothing of the flow passes any more. `reset-next`: the next packet is answered with RST.
   * `reset-both`: both ends get RST when the time is over.
   */
  readonly expiry: 'drop' | 'reset-next' | 'reset-both';
  /** Of the RST. */
  readonly ttl?: number;
  readonly window?: number;
}

export interface InjectPlan {
  /** To whom; the other is who it claims to be. */
  readonly to: 'client' | 'server' | 'both';
  /** How far each RST is beyond the expected sequence number: `[0, 1460, 2920]`. */
  readonly offsets: readonly number[];
  readonly ttl: number;
  /** The IP ID of the last packet of who it claims to be; otherwise zero. */
  readonly copyIpId?: boolean;
  readonly withAck?: boolean;
  readonly window?: number;
  readonly text?: string;
}

export interface ScalePlan {
  readonly in: 'syn' | 'syn-ack';
  /** Undefined strips it. */
  readonly shift?: number;
}

/** What the hop knows of one end of a flow. */
interface End {
  readonly name: string;
  next: number;
  ack: number;
  ipId: number;
}

interface Flow {
  readonly client: End;
  readonly server: End;
  lastMs: number;
  dead: boolean;
}

const socket = createSocket('udp4');
const flows = new Map<string, Flow>();
let socatPort = 0;
let delayMs = 0;
let idle: IdlePlan | undefined;
let scale: ScalePlan | undefined;
let ahead: { readonly port: number; readonly bytes: number } | undefined;

const asks = {
  async listen(port: number, to: number): Promise<void> {
    socatPort = to;
    socket.on('message', take);
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
  },

  /** Every packet from now on comes so much later, in order. */
  delay(ms: number): void {
    delayMs = ms;
  },

  forgetIdle(plan: IdlePlan): void {
    idle = plan;
    if (plan.sweepMs !== undefined) setInterval(sweep, plan.sweepMs);
  },

  rewriteScale(plan: ScalePlan): void {
    scale = plan;
  },

  /** Injects into every flow there is; answers how many there are. */
  inject(plan: InjectPlan): number {
    for (const flow of flows.values()) {
      if (plan.to !== 'server') injectTo(flow.client, flow.server, plan);
      if (plan.to !== 'client') injectTo(flow.server, flow.client, plan);
    }
    return flows.size;
  },

  /** After the next packet with payload from this port comes a copy with a sequence number so much larger. */
  repeatNextAhead(port: number, bytes: number): void {
    ahead = { port, bytes };
  },
};

export type HopAsks = typeof asks;

answerAsks(asks);

function take(bytes: Buffer): void {
  if (delayMs > 0) setTimeout(() => forward(bytes), delayMs);
  else forward(bytes);
}

function forward(bytes: Buffer): void {
  const packet = TcpPacket.of(bytes);
  if (packet === undefined) {
    send(bytes);
    return;
  }
  const flow = flowOf(packet);
  if (flow?.dead) {
    if (idle?.expiry === 'reset-next' && !(packet.flags & RST)) answerWithReset(packet);
    return;
  }
  if (scale !== undefined && packet.flags & SYN) {
    if ((packet.flags & ACK ? 'syn-ack' : 'syn') === scale.in) packet.setWindowScale(scale.shift);
  }
  send(bytes);
  if (ahead !== undefined && packet.payloadBytes > 0 && packet.from.endsWith(`:${ahead.port}`)) {
    const copy = Buffer.from(bytes);
    TcpPacket.of(copy)!.moveAhead(ahead.bytes);
    ahead = undefined;
    send(copy);
  }
}

/** The flow of a packet, with what the packet says of its sender; the first SYN makes it. */
function flowOf(packet: TcpPacket): Flow | undefined {
  const { from, to, flags } = packet;
  if (flags & SYN && !(flags & ACK)) {
    const end = (name: string): End => ({ name, next: 0, ack: 0, ipId: 0 });
    flows.set(`${from} ${to}`, { client: end(from), server: end(to), lastMs: 0, dead: false });
  }
  const flow = flows.get(`${from} ${to}`) ?? flows.get(`${to} ${from}`);
  if (flow === undefined || flow.dead) return flow;
  const now = performance.now();
  if (
    idle !== undefined &&
    idle.sweepMs === undefined &&
    flow.lastMs > 0 &&
    now - flow.lastMs >= idle.idleMs
  ) {
    flow.dead = true;
    return flow;
  }
  flow.lastMs = now;
  const sender = flow.client.name === from ? flow.client : flow.server;
  sender.next = packet.seq + packet.payloadBytes + (flags & (SYN | FIN) ? 1 : 0);
  if (flags & ACK) sender.ack = packet.ack;
  sender.ipId = packet.ipId;
  if (idle?.expiry === 'reset-both' && idle.sweepMs === undefined) armTimer(flow, idle.idleMs);
  return flow;
}

const timers = new WeakMap<Flow, NodeJS.Timeout>();

function armTimer(flow: Flow, ms: number): void {
  clearTimeout(timers.get(flow));
  timers.set(
    flow,
    setTimeout(() => expire(flow), ms),
  );
}

function sweep(): void {
  const { idleMs } = idle!;
  for (const flow of flows.values()) {
    if (!flow.dead && performance.now() - flow.lastMs >= idleMs) expire(flow);
  }
}

function expire(flow: Flow): void {
  flow.dead = true;
  const { expiry, ttl = 64, window = 0 } = idle!;
  if (expiry !== 'reset-both') return;
  injectTo(flow.client, flow.server, { to: 'client', offsets: [0], ttl, window, withAck: true });
  injectTo(flow.server, flow.client, { to: 'server', offsets: [0], ttl, window, withAck: true });
}

function injectTo(to: End, as: End, { offsets, ttl, copyIpId, withAck, window, text }: InjectPlan): void {
  for (const offset of offsets) {
    send(
      makeReset({
        from: as.name,
        to: to.name,
        seq: as.next + offset,
        ...(withAck && { ack: as.ack }),
        ttl,
        ipId: copyIpId ? as.ipId : 0,
        ...(window !== undefined && { window }),
        ...(text !== undefined && { text }),
      }),
    );
  }
}

/** As a kernel without the socket does: with the sequence number that the packet acknowledged. */
function answerWithReset({ from, to, seq, ack, flags, payloadBytes }: TcpPacket): void {
  const { ttl = 64, window = 0 } = idle!;
  const answer = flags & ACK ? { seq: ack } : { seq: 0, ack: seq + payloadBytes };
  send(makeReset({ from: to, to: from, ttl, ipId: 0, window, ...answer }));
}

function send(bytes: Buffer): void {
  socket.send(bytes, socatPort, '127.0.0.1');
}
