/**
 * Ctrl-C: the first time the work stores where it is and stops, the second time it ends at once. The same when the
 * process that started us is gone.
 */
export interface Interruption {
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

/** @param onStop called when the first request comes */
export function interruptible(onStop: () => void): Interruption {
  const stop = new AbortController();
  const kill = new AbortController();
  const ask = () => {
    if (stop.signal.aborted) return kill.abort();
    onStop();
    stop.abort();
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  process.on('SIGHUP', ask);
  if (process.channel !== undefined) {
    // Listening alone must not keep this process alive.
    process.channel.unref();
    process.on('disconnect', () => {
      // The channel also closes when we end by ourselves.
      if (!stop.signal.aborted) ask();
    });
  }
  return { stop: stop.signal, kill: kill.signal };
}
