import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Info from '@lucide/svelte/icons/info';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { Icon } from './icon.ts';

/** What a message is about. */
export type NoticeKind = 'error' | 'warning' | 'info' | 'done';

/** The icon of each kind: colour is never the only sign. */
export const NOTICE_ICONS: Readonly<Record<NoticeKind, Icon>> = {
  error: CircleAlert,
  warning: TriangleAlert,
  info: Info,
  done: CircleCheck,
};

/** The name of each kind, for screen readers. */
export const NOTICE_NAMES: Readonly<Record<NoticeKind, string>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Note',
  done: 'Done',
};

/** The colour token of each kind. */
export const NOTICE_COLOURS: Readonly<Record<NoticeKind, string>> = {
  error: 'var(--bad)',
  warning: 'var(--accent-ink)',
  info: 'var(--info)',
  done: 'var(--good)',
};
