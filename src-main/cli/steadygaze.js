#!/usr/bin/env node
// @ts-check
/**
 * Starts the command line. It is written in TypeScript, which Node runs from version 22.18 on; on an older one the
 * Node that `npm install` put beside us takes over.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

if ('typescript' in process.features && process.features.typescript) {
  // Newer versions of Node run TypeScript without a word; these say that it is experimental.
  process.removeAllListeners('warning');
  const { runCommandLine } = await import('./main.ts');
  await runCommandLine(process.argv.slice(2));
} else {
  handOver();
}

/** Runs the same command with the newer Node, as if it were this process. */
function handOver() {
  const node = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(node)) {
    const message = `Steadygaze needs Node.js 24 or newer; this is ${process.version}.`;
    const hint =
      'Run "npm install" in its folder, which also installs a suitable Node.js, or install it from nodejs.org.';
    const json = process.argv.includes('--json');
    console.error(json ? JSON.stringify({ code: 'bad-argument', message, hint }) : `${message}\n${hint}`);
    process.exit(2);
  }
  // The channel tells the command when this process is gone, however it ended.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // Ctrl-C reaches the command itself, which decides what it means.
  process.on('SIGINT', () => undefined);
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`Node.js 24 could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
