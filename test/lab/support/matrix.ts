// The page docs/diagnose-lab.md: what was done, what the tool said, and the confusion matrix of the two.

import type { Judgement } from './judge.ts';

const NOTHING = 'nothing';

const PREFACE = `# The diagnosis, held against the truth

The lab (\`npm run test:lab\`, as root, on Linux) makes each cause of a cut stream happen for real, in network namespaces with
a client, a router and a server, captures it with tcpdump, and gives the captures alone to \`holdfast diagnose\`. This page
is written by

    npx node test/lab/write-captures.ts FOLDER && npx node test/lab/write-matrix.ts FOLDER

and the lab fails when the tool says anything else than what stands here, when it accuses what is normal, or when it is sure of
what cannot be known from where the capture was made. \`holdfast diagnose explain S01\` says what S01 means.
`;

/** One line a capture; the lab looks for each of its own in the page. */
export function rowOf(judgement: Judgement): string {
  const { named } = judgement;
  const said = named.length === 0 ? NOTHING : [...new Set(named.map(({ id }) => id))].join(', ');
  return `${beginningOf(judgement)} ${said} |`;
}

/** What stands in the page whatever the tool says: which of several that look alike it names is open. */
export function beginningOf({ scenario, given, cause, may }: Judgement): string {
  const open = may.length === 0 ? NOTHING : may.join(' or ');
  return `| ${scenario} | ${given} | ${cause} | ${open} |`;
}

export function matrixPage(judgements: readonly Judgement[]): string {
  const scenarios = [...new Map(judgements.map(({ scenario, what }) => [scenario, what]))];
  return `${PREFACE}
## What is true, and what was named

Rows: what was done. Columns: what the tool named; \`${NOTHING}\` where no stream is spoiled, or where nothing of it shows from
where the capture was made. Cells: captures, each read alone, and all of a scenario together where that says more.

${matrix(judgements)}

## Capture by capture

\`may be named\`: the cause, and what looks the same from there. Of several the tool may be sure of none.

| scenario | captured at | cause | may be named | named |
| --- | --- | --- | --- | --- |
${judgements.map(rowOf).join('\n')}

## What was done

| scenario | what |
| --- | --- |
${scenarios.map(([scenario, what]) => `| ${scenario} | ${what} |`).join('\n')}
`;
}

function matrix(judgements: readonly Judgement[]): string {
  const cells = new Map<string, Map<string, number>>();
  for (const { cause, named } of judgements) {
    const row = cells.get(cause) ?? new Map<string, number>();
    cells.set(cause, row);
    const said = named.length === 0 ? [NOTHING] : new Set(named.map(({ id }) => id));
    for (const id of said) row.set(id, (row.get(id) ?? 0) + 1);
  }
  const causes = [...cells.keys()].toSorted();
  const columns = [...new Set([...cells.values()].flatMap((row) => [...row.keys()]))].toSorted();
  return [
    `| | ${columns.join(' | ')} |`,
    `| --- |${columns.map(() => ' ---: |').join('')}`,
    ...causes.map(
      (cause) => `| ${cause} | ${columns.map((id) => cells.get(cause)!.get(id) ?? '').join(' | ')} |`,
    ),
  ].join('\n');
}
