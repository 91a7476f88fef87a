// @ts-check
import path from 'node:path';

/**
 * The floors of `src-main/`, the one table the rule is made of: a folder imports only from folders on floors below its
 * own, and never from another folder on the same floor.
 * @type {Readonly<Record<string, number>>}
 */
export const FLOORS = {
  contract: 1,
  numeric: 1,
  compute: 2,
  datasets: 2,
  networks: 3,
  method: 4,
  evaluation: 5,
  workspace: 6,
  reports: 7,
  jobs: 8,
  service: 9,
  desktop: 10,
  server: 10,
  cli: 10,
};

/** Tests, and what only tests import (suites that several tests run, fixtures): they reach any floor. */
const TESTING = /\.(test|suite|fixture)\.ts$/;

/**
 * Where a file of the project lies.
 * @param {string} root absolute path of the project
 * @param {string} file absolute path
 * @returns {{area: string, folder: string}} `area`: first folder under the root; `folder`: the second, '' for a file
 */
function place(root, file) {
  const parts = path.relative(root, file).split(path.sep);
  return { area: parts.length > 1 ? (parts[0] ?? '') : '', folder: parts.length > 2 ? (parts[1] ?? '') : '' };
}

/**
 * The sentence that forbids an import, or undefined where it is allowed.
 * @param {string} root absolute path of the project
 * @param {string} file absolute path of the importing file
 * @param {string} specifier as written in the import
 * @returns {string | undefined}
 */
function forbidden(root, file, specifier) {
  if (!specifier.startsWith('.') || TESTING.test(file)) return undefined;
  const from = place(root, file);
  const to = place(root, path.resolve(path.dirname(file), specifier));
  if (from.area === 'src-renderer') {
    const allowed = to.area === 'src-renderer' || (to.area === 'src-main' && to.folder === 'contract');
    return allowed ? undefined : 'The window knows only src-main/contract.';
  }
  if (from.area !== 'src-main') return undefined;
  const floor = FLOORS[from.folder];
  if (floor === undefined) return `src-main/${from.folder} has no floor: add it to the table in eslint.floors.js.`;
  if (to.area !== 'src-main') return 'src-main imports nothing of ours from outside src-main.';
  if (to.folder === from.folder) return undefined;
  const below = FLOORS[to.folder];
  if (below === undefined) return `src-main/${to.folder} has no floor: add it to the table in eslint.floors.js.`;
  if (below < floor) return undefined;
  return `${from.folder} (floor ${floor}) may not import from ${to.folder} (floor ${below}): only from floors below its own.`;
}

/** @type {import('eslint').Rule.RuleModule} */
export const floorsRule = {
  meta: { type: 'problem', schema: [], messages: { floor: '{{reason}}' } },
  create(context) {
    /** @param {{source?: unknown, loc?: import('eslint').AST.SourceLocation | null | undefined}} node names a module in `source` */
    function check({ source, loc }) {
      if (typeof source !== 'object' || source === null || !('value' in source) || !loc) return;
      if (typeof source.value !== 'string') return;
      const reason = forbidden(context.cwd, context.filename, source.value);
      if (reason !== undefined) context.report({ loc, messageId: 'floor', data: { reason } });
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};
