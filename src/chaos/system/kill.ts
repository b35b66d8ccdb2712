// SIGKILL: the process has no say in it. Its sockets are closed by the kernel, with FIN or, where bytes were unread, RST.

import { needsProcess, pidOption } from './needs.ts';
import { faultFailed, nothingToUndo, systemFaultKind } from './system-fault.ts';

export const kill = systemFaultKind({
  kind: 'kill',
  summary: 'SIGKILL to a process',
  options: pidOption,
  required: ['pid'],
  unavailable: ({ pid }) => needsProcess(pid),
  async make({ pid }) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (cause) {
      throw faultFailed(`Process ${pid} cannot be killed`, cause);
    }
    return nothingToUndo;
  },
});
