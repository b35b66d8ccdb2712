// Every scenario of the lab, in the order of the table of causes.

import type { Scenario } from './scenario.ts';
import { scenarios as acceptQueue } from './scenarios/accept-queue.ts';
import { scenarios as buffering } from './scenarios/buffering.ts';
import { scenarios as clientLeaves } from './scenarios/client-leaves.ts';
import { scenarios as closeUnread } from './scenarios/close-unread.ts';
import { scenarios as complete } from './scenarios/complete.ts';
import { scenarios as conntrackInvalid } from './scenarios/conntrack-invalid.ts';
import { scenarios as http2Ends } from './scenarios/http2-ends.ts';
import { scenarios as idleDrop } from './scenarios/idle-drop.ts';
import { scenarios as injected } from './scenarios/injected.ts';
import { scenarios as keepaliveFailure } from './scenarios/keepalive-failure.ts';
import { scenarios as linger } from './scenarios/linger.ts';
import { scenarios as mixed } from './scenarios/mixed.ts';
import { scenarios as notListening } from './scenarios/not-listening.ts';
import { scenarios as partition } from './scenarios/partition.ts';
import { scenarios as processKill } from './scenarios/process-kill.ts';
import { scenarios as proxyIdle } from './scenarios/proxy-idle.ts';
import { scenarios as resetAtExpiry } from './scenarios/reset-at-expiry.ts';
import { scenarios as slowClient } from './scenarios/slow-client.ts';
import { scenarios as staleReuse } from './scenarios/stale-reuse.ts';
import { scenarios as sweepingTimer } from './scenarios/sweeping-timer.ts';
import { scenarios as totalTimeout } from './scenarios/total-timeout.ts';
import { scenarios as truncated } from './scenarios/truncated.ts';
import { scenarios as unharmed } from './scenarios/unharmed.ts';
import { scenarios as unknown } from './scenarios/unknown.ts';
import { scenarios as windowScale } from './scenarios/window-scale.ts';

export const allScenarios: readonly Scenario[] = [
  ...idleDrop,
  ...resetAtExpiry,
  ...proxyIdle,
  ...sweepingTimer,
  ...totalTimeout,
  ...closeUnread,
  ...linger,
  ...processKill,
  ...acceptQueue,
  ...notListening,
  ...slowClient,
  ...windowScale,
  ...conntrackInvalid,
  ...keepaliveFailure,
  ...partition,
  ...truncated,
  ...buffering,
  ...staleReuse,
  ...injected,
  ...http2Ends,
  ...clientLeaves,
  ...complete,
  ...unharmed,
  ...mixed,
  ...unknown,
];
