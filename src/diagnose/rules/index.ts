// All rules, in the order in which equally sure ones are believed. A rule that is not here does not exist.

import { c0Unanswered } from './c0-unanswered.ts';
import { c1Reset } from './c1-reset.ts';
import type { Rule } from './rule.ts';
import { s01IdleDrop } from './s01-idle-drop.ts';
import { s02ResetAtExpiry } from './s02-reset-at-expiry.ts';
import { s03ProxyIdle } from './s03-proxy-idle.ts';
import { s04TotalTimeout } from './s04-total-timeout.ts';
import { s05EnvoyIdle } from './s05-envoy-idle.ts';
import { s06UnreadData } from './s06-unread-data.ts';
import { s07LingerZero } from './s07-linger-zero.ts';
import { s08ProcessGone } from './s08-process-gone.ts';
import { s09PodDeletion } from './s09-pod-deletion.ts';
import { s10SidecarExit } from './s10-sidecar-exit.ts';
import { s11Rollout } from './s11-rollout.ts';
import { s12Reload } from './s12-reload.ts';
import { s13AcceptQueue } from './s13-accept-queue.ts';
import { s14Refused } from './s14-refused.ts';
import { s15ZeroWindow } from './s15-zero-window.ts';
import { s16WindowScale } from './s16-window-scale.ts';
import { s17ConntrackInvalid } from './s17-conntrack-invalid.ts';
import { s18ConntrackFull } from './s18-conntrack-full.ts';
import { s19KeepaliveFailure } from './s19-keepalive-failure.ts';
import { s20RetransmissionTimeout } from './s20-retransmission-timeout.ts';
import { s21TimeWaitReuse } from './s21-time-wait-reuse.ts';
import { s22Truncated } from './s22-truncated.ts';
import { s23Goaway } from './s23-goaway.ts';
import { s24RstStream } from './s24-rst-stream.ts';
import { s25DeafStream } from './s25-deaf-stream.ts';
import { s26Buffering } from './s26-buffering.ts';
import { s27OptionsStripped } from './s27-options-stripped.ts';
import { s28PathMoved } from './s28-path-moved.ts';
import { s29CleanIdleEnd } from './s29-clean-idle-end.ts';
import { s30StaleReuse } from './s30-stale-reuse.ts';
import { s31Injected } from './s31-injected.ts';
import { s32ClientTimer } from './s32-client-timer.ts';
import { s33RequestLimit } from './s33-request-limit.ts';
import { s34TimerBeforeHead } from './s34-timer-before-head.ts';

export const rules: readonly Rule[] = [
  // What the handshake and the addresses show cannot be anything else.
  s16WindowScale,
  s27OptionsStripped,
  s14Refused,
  s21TimeWaitReuse,
  s17ConntrackInvalid,
  s30StaleReuse,
  s33RequestLimit,
  s23Goaway,
  // Silence, told apart by what was not answered.
  s19KeepaliveFailure,
  s15ZeroWindow,
  s01IdleDrop,
  s20RetransmissionTimeout,
  s18ConntrackFull,
  s13AcceptQueue,
  // Events of the platform explain what would else look like a timer or a crash.
  s10SidecarExit,
  s12Reload,
  s28PathMoved,
  s09PodDeletion,
  s11Rollout,
  // Timers.
  s02ResetAtExpiry,
  s31Injected,
  s05EnvoyIdle,
  s03ProxyIdle,
  s04TotalTimeout,
  s34TimerBeforeHead,
  s32ClientTimer,
  s29CleanIdleEnd,
  // One process or one socket.
  s08ProcessGone,
  s06UnreadData,
  s07LingerZero,
  s25DeafStream,
  s26Buffering,
  // What happened, where nobody knows why.
  s24RstStream,
  s22Truncated,
  c1Reset,
  c0Unanswered,
];

export const ruleById: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.id, rule]));
