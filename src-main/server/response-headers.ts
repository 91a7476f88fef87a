/** Headers of every answer: the window loads nothing and talks to nothing but this server, and nobody frames it. */

export type Headers = Readonly<Record<string, string>>;

/** For every answer. @param port of this server */
export function securityHeaders(port: number): Headers {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      // Svelte sets widths and colours of bars and pictures as style attributes.
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      // Not every browser takes 'self' for the WebSocket too.
      `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    ...SHARED,
  };
}

/** For pages of reports: they are shown in a frame of the window, and may neither load anything nor act in its name. */
export const REPORT_HEADERS: Headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    "script-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-scripts',
  ].join('; '),
};

const SHARED: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/** For what never changes at its address, and for everything else. */
export const caching = (immutable: boolean): Headers => ({
  'Cache-Control': immutable ? 'private, max-age=31536000, immutable' : 'no-store',
});

/** A file to be saved under its name, which may hold any letters (RFC 6266, RFC 8187). */
export function attachment(name: string): Headers {
  const plain = name.replace(/[^\w.() -]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return { 'Content-Disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encoded}` };
}
