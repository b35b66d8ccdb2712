// Reads what a source file imports, and says which of it the table of the house does not allow. Pure: files
// come in as text.

import { posix } from 'node:path';

/** What one folder of src/ may import. */
export interface FolderRule {
  /** Folders of src/, next to itself; `*` for all. */
  readonly folders: readonly string[] | '*';
  /** Runs in a browser: no Node module and no package. */
  readonly browser?: true;
  /** Packages whose types it may import all the same, by `import type`: nothing of that is left when it runs. */
  readonly types?: readonly string[];
}

/** Folder of src/ -> rule. A folder within a folder (`console/page`) has a rule of its own, or its parent's. */
export type ImportTable = Readonly<Record<string, FolderRule>>;

// A statement begins its line, so that comments and most strings are no imports. Biome writes it that way.
const STATEMENT = /^[ \t]*(?:import|export)\b(?:[^'"`;()]*?\bfrom\b)?\s*(['"])([^'"]+)\1/gm;
const CALL = /\b(?:import|require|getBuiltinModule)\s*\(\s*([^\s)][^)\n]*)/g;
const TYPE_IMPORT = /^import type\b[^'";]*\bfrom (['"])([^'"]+)\1;$/gm;
const COMMENT_LINE = /^[ \t]*(?:\/\/|\/?\*).*$/gm;

/** Every specifier that a file imports or exports from; a computed one as `computed: <expression>`. */
export function importsOf(source: string): string[] {
  const code = source.replace(COMMENT_LINE, '');
  const specifiers = Array.from(code.matchAll(STATEMENT), (match) => match[2]!);
  for (const [, argument] of code.matchAll(CALL)) {
    const literal = /^(['"`])([^'"`$]+)\1\s*(?:,|$)/.exec(argument!);
    specifiers.push(literal ? literal[2]! : `computed: ${argument}`);
  }
  return specifiers;
}

/** The folder of `src/hub/ring.ts` is `hub`; of a file right in src/ it is `.`. */
export function folderOf(path: string, table: ImportTable): string {
  const folders = posix.dirname(posix.relative('src', path)).split('/');
  for (let depth = folders.length; depth > 1; depth--) {
    const folder = folders.slice(0, depth).join('/');
    if (Object.hasOwn(table, folder)) return folder;
  }
  return folders[0]!;
}

/** One sentence for each import of the file that the table does not allow. Paths are relative to the root. */
export function violationsOf(path: string, source: string, table: ImportTable): string[] {
  const folder = folderOf(path, table);
  if (!Object.hasOwn(table, folder)) return [`${path}: the folder ${folder} is not in the table`];
  const rule = table[folder]!;
  const left = source.replace(TYPE_IMPORT, (statement, _quote, specifier) =>
    rule.types?.includes(specifier) ? '' : statement,
  );
  const problems = importsOf(left).map((specifier) => problemOf(path, folder, rule, specifier, table));
  return problems.filter((problem) => problem !== undefined).map((problem) => `${path}: ${problem}`);
}

function problemOf(
  path: string,
  folder: string,
  rule: FolderRule,
  specifier: string,
  table: ImportTable,
): string | undefined {
  if (specifier.startsWith('computed: ')) return `${specifier} cannot be checked; import by a literal`;
  if (specifier === 'holdfast' || specifier.startsWith('holdfast/'))
    return `${specifier} is this package itself`;
  if (specifier.startsWith('/') || specifier.includes('://')) return `${specifier} is no relative path`;
  if (!specifier.startsWith('.')) {
    return rule.browser ? `${folder} runs in a browser and imports ${specifier}` : undefined;
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (target.endsWith('.test.ts')) return `imports the test ${target}`;
  if (!target.startsWith('src/')) return `imports ${target}, which is not in src/`;
  const targetFolder = folderOf(target, table);
  if (targetFolder === folder || rule.folders === '*' || rule.folders.includes(targetFolder))
    return undefined;
  return `${folder} may not import ${targetFolder} (${specifier})`;
}
