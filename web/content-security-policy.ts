/** Origins other than the page's, such as `https://bucket.s3.eu-central-1.amazonaws.com`. */
export interface PolicyOrigins {
  /** Origins that the page may connect to: the WebSocket's (`wss://…`), the bucket's, a token endpoint's. */
  connect: readonly string[]
  /** Origins of pictures, sounds and films: the bucket's. */
  images: readonly string[]
  /** Origins of the pictures in profiles. */
  faces?: readonly string[]
}

/**
 * The `Content-Security-Policy` of the page: its own scripts and styles, nothing inline, no HTML made from strings
 * (trusted types), and nothing of anybody else but the chat's own API and bucket, and the pictures of users. `blob:`
 * shows a picture, or plays a sound, that is being uploaded. The service worker is the only other script that may be
 * started.
 */
export const contentSecurityPolicy = ({ connect, images, faces = [] }: PolicyOrigins): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self' blob:", ...images, ...faces].join(' '),
    ["media-src 'self' blob:", ...images].join(' '),
    "manifest-src 'self'",
    "worker-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // The address of the service worker, and nothing else: `use-worker.ts`.
    'trusted-types tabletalk-worker',
  ].join('; ')
