// Streams that one side closed (FIN, reset of a live socket, RST_STREAM), in groups that one timer could have ended.

import type { Side } from '../evidence.ts';
import { groupKey, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';

/** Of the server: also bodies that a close may end regularly. Of the client: also those that count as having left. */
export function closedGroups(scene: Scene, closer: Side): (readonly Stream[])[] {
  const closed = scene.streams.filter((stream) => isClosedBy(stream, closer));
  return [...Map.groupBy(closed, groupKey).values()];
}

function isClosedBy({ end, phase, normal }: Stream, closer: Side): boolean {
  if (end.by !== closer || (phase !== 'body' && phase !== 'pushed')) return false;
  const isClose =
    end.kind === 'fin' || end.kind === 'stream-reset' || (end.kind === 'rst' && end.form === 'active');
  if (!isClose) return false;
  return normal === undefined || normal === 'client left' || normal === 'ended by close';
}
