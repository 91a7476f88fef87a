import { totalmem } from 'node:os';

/**
 * Bytes of memory that processes may take together here: all of the machine's, or what a container is held to.
 * @param constrained as the system says it; 0: nothing, and more than there is: no limit
 */
export function availableMemory(constrained: number = process.constrainedMemory(), total: number = totalmem()): number {
  return constrained > 0 ? Math.min(constrained, total) : total;
}
