// SIGSTOP: the process stands still with all its sockets open, until SIGCONT. The kernel goes on to accept and to
// acknowledge for it, so its peers see a server that answers nothing.

import { needsProcess, pidOption } from './needs.ts';
import { faultFailed, systemFaultKind } from './system-fault.ts';

export const pause = systemFaultKind({
  kind: 'pause',
  summary: 'SIGSTOP to a process, and SIGCONT when it is undone',
  options: pidOption,
  required: ['pid'],
  unavailable: ({ pid }) => needsProcess(pid),
  async make({ pid }) {
    try {
      process.kill(pid, 'SIGSTOP');
    } catch (cause) {
      throw faultFailed(`Process ${pid} cannot be stopped`, cause);
    }
    return async () => {
      // It may have been killed meanwhile.
      if (needsProcess(pid) === undefined) process.kill(pid, 'SIGCONT');
    };
  },
});
